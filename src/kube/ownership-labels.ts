import type { Labels } from '../model/selector.ts';

/** Labels that name the people behind an object, the plainest first. */
const OWNER_LABELS = ['team', 'owner', 'app.kubernetes.io/team', 'app.kubernetes.io/owner'] as const;
/** Labels that join the parts of one application, the widest first. */
const APPLICATION_LABELS = ['app.kubernetes.io/part-of', 'app.kubernetes.io/name', 'app', 'k8s-app'] as const;

/**
 * The people behind an object, by its labels; undefined where none says it.
 *
 * @param convention the label that the config names for it; null: the usual ones
 */
export function ownerOf(labels: Labels, convention: string | null = null): string | undefined {
  return firstOf(labels, convention === null ? OWNER_LABELS : [convention]);
}

/** The application that an object is part of, by its labels; undefined where none says it. */
export function applicationOf(labels: Labels): string | undefined {
  return firstOf(labels, APPLICATION_LABELS);
}

function firstOf(labels: Labels, keys: readonly string[]): string | undefined {
  const key = keys.find((one) => (labels[one] ?? '') !== '');
  return key === undefined ? undefined : labels[key];
}
