import { editDistance } from './nearest-name.ts';

/** The recommended labels (kubernetes.io docs, "Recommended Labels"). */
export const RECOMMENDED_LABELS = [
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/version',
  'app.kubernetes.io/component',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/managed-by',
] as const;

export type RecommendedLabel = (typeof RECOMMENDED_LABELS)[number];

/** Thousands of objects lack the same labels: one list for each of the 64 choices. */
const CHOICES = new Map<number, readonly RecommendedLabel[]>();

/** The recommended labels of which something holds, in order; the same list for the same labels. */
export function recommendedWhere(holds: (label: RecommendedLabel) => boolean): readonly RecommendedLabel[] {
  let mask = 0;
  for (let at = 0; at < RECOMMENDED_LABELS.length; at += 1) {
    const label = RECOMMENDED_LABELS[at];
    if (label !== undefined && holds(label)) mask |= 1 << at;
  }
  let choice = CHOICES.get(mask);
  if (choice === undefined) {
    choice = RECOMMENDED_LABELS.filter((_label, at) => (mask & (1 << at)) !== 0);
    CHOICES.set(mask, choice);
  }
  return choice;
}

const PREFIX = 'app.kubernetes.io';

/** Keys that stand near a recommended one and are right as they are. */
const LEGITIMATE = new Set(['app.kubernetes.io/created-by']);

/**
 * The recommended label that a key most likely means but misspells: another case, `.` or `-` for the slash, or one or
 * two slips of the fingers in prefix or name. undefined for a key that is right or means something else.
 */
export function misspeltRecommendedLabel(key: string): RecommendedLabel | undefined {
  if ((RECOMMENDED_LABELS as readonly string[]).includes(key) || LEGITIMATE.has(key)) return undefined;
  if (!looksAlike(key)) return undefined;
  for (const plain of withSlash(key.toLowerCase())) {
    const slash = plain.indexOf('/');
    const prefix = plain.slice(0, slash);
    const name = plain.slice(slash + 1);
    const meant = RECOMMENDED_LABELS.find((label) => isSlipOf(prefix, name, label.slice(PREFIX.length + 1)));
    if (meant !== undefined) return meant;
  }
  return undefined;
}

/** A right prefix with a name of its own (`app.kubernetes.io/team`) is somebody's choice, not a slip. */
function isSlipOf(prefix: string, name: string, wanted: string): boolean {
  const most = prefix === PREFIX ? 2 : 1;
  // Each slip changes the length by one at most, and counting lengths is cheap.
  if (Math.abs(name.length - wanted.length) > most || Math.abs(prefix.length - PREFIX.length) > 2) return false;
  return editDistance(name, wanted) <= most && (prefix === PREFIX || editDistance(prefix, PREFIX) <= 2);
}

/** The key with its slash; where it has none, with each dot, hyphen or underscore read as one. */
function withSlash(key: string): readonly string[] {
  if (key.includes('/')) return [key];
  return [...key.matchAll(/[._-]/g)].map((match) => `${key.slice(0, match.index)}/${key.slice(match.index + 1)}`);
}

function looksAlike(key: string): boolean {
  return Math.abs(key.length - (PREFIX.length + 8)) <= 8 && /^app/i.test(key);
}
