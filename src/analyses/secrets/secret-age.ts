import type { SecretObject } from '../../model/objects.ts';

/**
 * Since when a Secret's data is what it is.
 * exactly: it is immutable, so that its data is as old as itself. at-least: the newest write by a manager that owns data
 * fields; that time also moves when the manager changes something else, so the data may be older, never younger.
 * unknown: no manager tells; the data is then at most as old as the object.
 * Source: meta/v1 ManagedFieldsEntry.time; https://kubernetes.io/docs/concepts/configuration/secret/#secret-immutable
 */
export type DataAge =
  | { readonly basis: 'exactly' | 'at-least'; readonly since: number }
  | { readonly basis: 'unknown'; readonly created: number | null };

/** The age of a Secret's data without looking at it. */
export function dataAge(secret: SecretObject): DataAge {
  if (secret.immutable === true && secret.created !== null) return { basis: 'exactly', since: secret.created };
  const times = secret.managers.flatMap((manager) => (manager.ownsData && manager.time !== null ? [manager.time] : []));
  if (times.length === 0) return { basis: 'unknown', created: secret.created };
  return { basis: 'at-least', since: Math.max(...times) };
}

export const DAY = 24 * 3600 * 1000;

/** Whole days between two moments, never negative. */
export function daysBetween(since: number, now: number): number {
  return Math.max(0, Math.floor((now - since) / DAY));
}
