/** The first of a list, and how many more there are. */
export interface Capped<T> {
  readonly items: readonly T[];
  readonly more: number;
}

/** As many are named for each object. */
const MOST_NAMED = 20;

export function capped<T>(all: readonly T[]): Capped<T>;
export function capped<T>(all: readonly T[] | null): Capped<T> | null;
export function capped<T>(all: readonly T[] | null): Capped<T> | null {
  return all === null ? null : { items: all.slice(0, MOST_NAMED), more: Math.max(0, all.length - MOST_NAMED) };
}
