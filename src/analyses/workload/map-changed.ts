import { spliced } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { stretchOf } from '../../store/stretch.ts';

/** What each list was mapped from, so that the next one is mapped where that differs only. */
const MAPPED_FROM = new WeakMap<readonly unknown[], readonly unknown[]>();

/**
 * Maps each item of a list. Where the list differs little from that of the last run only what differs is mapped, and the
 * list stays the same where all results do.
 *
 * @param map gets the result that stood in the same place, to keep what is equal
 */
export function mapChanged<T, R>(
  items: readonly T[],
  previous: readonly R[] | undefined,
  map: (item: T, before: R | undefined) => R,
): readonly R[] {
  const from = (previous === undefined ? [] : (MAPPED_FROM.get(previous) ?? [])) as readonly T[];
  const old = previous ?? [];
  const { start, before, after } = stretchOf(from, items);
  const there = old.slice(start, before);
  const middle = items.slice(start, after).map((item, at) => map(item, there[at]));
  const isSame = previous !== undefined && sameItems(there, middle);
  const results = isSame ? previous : spliced(old, start, before - start, middle);
  MAPPED_FROM.set(results, items);
  return results;
}
