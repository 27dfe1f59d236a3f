/** Whether two lists hold the same items in the same order, by identity: what `derive` compares lists of kept parts with. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
