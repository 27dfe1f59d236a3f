/** A derived value that is made of entries by id, and knows which of them differ from those of the value before it. */
export interface Entries<T> {
  get(id: string): T | undefined;
  /**
   * The ids of all entries that may differ from those of `before`; undefined where this value was not made from it, so
   * that nothing is known.
   */
  changedSince(before: Entries<T>): ReadonlySet<string> | undefined;
}

/** Whether a value says which of its entries changed. */
export function isEntries(value: unknown): value is Entries<unknown> {
  return typeof value === 'object' && value !== null && 'changedSince' in value;
}
