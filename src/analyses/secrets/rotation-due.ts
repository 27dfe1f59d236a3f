import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { dataAge, DAY } from './secret-age.ts';
import { ownKind } from './secret-origin.ts';

/** Where the config says nothing. */
export const DEFAULT_ROTATION_DAYS = 365;

/** By when a Secret has to be rotated. */
export interface RotationDue {
  readonly days: number;
  /** Whether the config sets the period. */
  readonly isConfigured: boolean;
  /** Milliseconds since the epoch. Its data may be older than is known, never younger: the latest moment. null: unknown. */
  readonly due: number | null;
}

/**
 * When a Secret is due: the first period of the config that fits its type and labels, else a year.
 *
 * @returns null for Secrets that are nobody's to rotate (Helm releases, bootstrap and service account tokens)
 */
export function rotationDue(view: ClusterView, secret: SecretObject): RotationDue | null {
  if (ownKind(secret) !== undefined) return null;
  const period = (view.facts().rotation ?? []).find(
    ({ type, labels }) =>
      (type === null || type === secret.type) &&
      Object.entries(labels).every(([key, value]) => secret.labels[key] === value),
  );
  const days = period?.days ?? DEFAULT_ROTATION_DAYS;
  const age = dataAge(secret);
  return {
    days,
    isConfigured: period !== undefined,
    due: age.basis === 'unknown' ? null : age.since + days * DAY,
  };
}
