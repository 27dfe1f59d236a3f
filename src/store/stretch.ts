/** Where two lists differ: both stretches begin at `start`, and end before `before` in the one and `after` in the other. */
export interface Stretch {
  readonly start: number;
  readonly before: number;
  readonly after: number;
}

/** What stands between the common start and the common end of two lists, by identity. */
export function stretchOf<T>(before: readonly T[], after: readonly T[]): Stretch {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { start, before: before.length - end, after: after.length - end };
}
