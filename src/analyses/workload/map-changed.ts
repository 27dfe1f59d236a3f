import { stretchOf } from '../../store/stretch.ts';
import { reuse } from './reuse.ts';

/** What each list was mapped from, so that the next one is mapped where that differs only. */
const MAPPED_FROM = new WeakMap<
  readonly unknown[],
  { readonly items: readonly unknown[]; readonly ends: Int32Array }
>();

/**
 * Maps each item of a list to some results, one after the other. Where the list differs little from that of the last run
 * only what differs is mapped, and results that are equal to one of the last run stay the same.
 */
export function flatMapChanged<T, R>(
  items: readonly T[],
  previous: readonly R[] | undefined,
  map: (item: T) => readonly R[],
  same: (a: R, b: R) => boolean,
): readonly R[] {
  const from = previous === undefined ? undefined : MAPPED_FROM.get(previous);
  const { start, before, after } = stretchOf((from?.items ?? []) as readonly T[], items);
  const [first, last] = [endOf(from?.ends, start), endOf(from?.ends, before)];
  const middle: R[] = [];
  const middleEnds: number[] = [];
  for (const item of items.slice(start, after)) {
    for (const result of map(item)) middle.push(result);
    middleEnds.push(first + middle.length);
  }
  const old = previous ?? [];
  const kept = reuse(middle, old.slice(first, last), same);
  const isSame =
    previous !== undefined && kept.length === last - first && kept.every((one, at) => Object.is(one, old[first + at]));
  const results = isSame ? previous : old.slice(0, first).concat(kept, old.slice(last));
  const areEndsSame = after === before && middleEnds.every((end, at) => end === from?.ends[start + at]);
  const ends = from !== undefined && areEndsSame ? from.ends : shifted(from?.ends, start, before, middleEnds);
  MAPPED_FROM.set(results, { items, ends });
  return results;
}

/** The ends before `start` as they were, then those of the middle, then those from `before` on as far as it moved them. */
function shifted(ends: Int32Array | undefined, start: number, before: number, middle: readonly number[]): Int32Array {
  const tail = ends?.subarray(before) ?? new Int32Array(0);
  const shift = (middle.at(-1) ?? endOf(ends, start)) - endOf(ends, before);
  const result = new Int32Array(start + middle.length + tail.length);
  if (ends !== undefined) result.set(ends.subarray(0, start));
  result.set(middle, start);
  for (const [at, end] of tail.entries()) result[start + middle.length + at] = end + shift;
  return result;
}

function endOf(ends: Int32Array | undefined, count: number): number {
  return count === 0 ? 0 : (ends?.[count - 1] ?? 0);
}
