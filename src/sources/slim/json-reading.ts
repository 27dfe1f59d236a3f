/**
 * Readers for JSON of unknown shape. They never throw: what has the wrong type reads as absent, because a hostile or
 * broken object must not stop a scan. Objects that an API server would refuse are named by `validity/` instead.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = Object.freeze({});
const NO_ITEMS: readonly unknown[] = Object.freeze([]);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The array, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS;
}

/** The objects of an array; other items are left out. */
export function objects(value: unknown): readonly JsonObject[] {
  return list(value).filter(isObject);
}

/** The string, or ''. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The string if it is one and not empty. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function booleanOrNull(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** Milliseconds since the epoch of an RFC 3339 time. */
export function timeOrNull(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** Fields that may be missing, to be cleaned by `withoutAbsent`. */
type Loose<T> = { readonly [K in keyof T]-?: T[K] | undefined | null };

/** The same object without the fields that are undefined or null. */
export function withoutAbsent<T extends object>(fields: Loose<T>): T;
export function withoutAbsent(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
