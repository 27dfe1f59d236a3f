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
  const ends = new Int32Array(items.length);
  if (from !== undefined) ends.set(from.ends.subarray(0, start));
  const middle: R[] = [];
  for (let at = start; at < after; at += 1) {
    const item = items[at];
    if (item !== undefined) middle.push(...map(item));
    ends[at] = first + middle.length;
  }
  const shift = first + middle.length - last;
  for (let at = after; at < items.length; at += 1) ends[at] = (from?.ends[at - after + before] ?? 0) + shift;
  const old = previous ?? [];
  const kept = reuse(middle, old.slice(first, last), same);
  const isSame = previous !== undefined && shift === 0 && kept.every((one, at) => one === old[first + at]);
  const results = isSame ? previous : [...old.slice(0, first), ...kept, ...old.slice(last)];
  MAPPED_FROM.set(results, { items, ends });
  return results;
}

function endOf(ends: Int32Array | undefined, count: number): number {
  return count === 0 ? 0 : (ends?.[count - 1] ?? 0);
}
