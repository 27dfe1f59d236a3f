import { LongList, spliced } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { stretchOf } from '../../store/stretch.ts';

/** What each list was mapped from, so that the next one is mapped where that differs only. */
const MAPPED_FROM = new WeakMap<LongList<unknown>, LongList<unknown>>();

/**
 * Maps each item of a list, in the same pieces. Where the list differs little from that of the last run only what differs
 * is mapped, and the list stays the same where all results do.
 *
 * @param map gets the result that stood in the same place, to keep what is equal
 */
export function mapChanged<T, R>(
  items: LongList<T>,
  previous: LongList<R> | undefined,
  map: (item: T, before: R | undefined) => R,
): LongList<R> {
  const from = previous === undefined ? undefined : (MAPPED_FROM.get(previous) as LongList<T> | undefined);
  const results =
    previous === undefined || from === undefined
      ? new LongList(items.pieces.map((piece) => piece.map((item) => map(item, undefined))))
      : mappedAgain(items, from, previous, map);
  MAPPED_FROM.set(results, items);
  return results;
}

function mappedAgain<T, R>(
  items: LongList<T>,
  from: LongList<T>,
  previous: LongList<R>,
  map: (item: T, before: R | undefined) => R,
): LongList<R> {
  const { start, before, after } = stretchOf(from.pieces, items.pieces);
  const come = items.pieces.slice(start, after);
  const old = previous.pieces.slice(start, before).flat();
  const isNow = come.flat();
  const stretch = stretchOf(from.pieces.slice(start, before).flat(), isNow);
  const there = old.slice(stretch.start, stretch.before);
  const middle = isNow.slice(stretch.start, stretch.after).map((item, at) => map(item, there[at]));
  const results = spliced(old, stretch.start, stretch.before - stretch.start, middle);
  const pieces = inPiecesLike(come, results, previous.pieces.slice(start, before));
  const all = spliced(previous.pieces, start, before - start, pieces);
  return sameItems(all, previous.pieces) ? previous : new LongList(all);
}

/** Results cut where the items are cut; a piece that holds what the one in its place held is that one. */
function inPiecesLike<R>(
  cuts: readonly (readonly unknown[])[],
  results: readonly R[],
  kept: readonly (readonly R[])[],
): readonly (readonly R[])[] {
  let start = 0;
  return cuts.map(({ length }, at) => {
    const piece = results.slice(start, (start += length));
    const there = kept[at];
    return there !== undefined && sameItems(there, piece) ? there : piece;
  });
}
