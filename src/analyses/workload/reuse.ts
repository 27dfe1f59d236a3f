/** How many items a change may remove or insert at one place before identities are no longer kept. */
const LOOK_AHEAD = 16;

/**
 * Keeps the identity of items that are equal to one of the last run, so that their readers are not re-run. Both lists
 * are in the same order, so that one pass with a short look ahead finds nearly all; a miss only costs a re-run.
 */
export function reuse<T>(
  items: readonly T[],
  previous: readonly T[] | undefined,
  same: (a: T, b: T) => boolean,
): readonly T[] {
  if (previous === undefined) return items;
  let from = 0;
  return items.map((item) => {
    for (let at = from; at < previous.length && at < from + LOOK_AHEAD; at += 1) {
      const old = previous[at];
      if (old === undefined || (old !== item && !same(old, item))) continue;
      from = at + 1;
      return old;
    }
    return item;
  });
}
