import { daysBetween } from './secret-age.ts';
import type { DueSecret, RotationSchedule } from './rotation-schedule.ts';
import type { OwnKind } from './secret-origin.ts';

const OWN_NAMES: Readonly<Record<OwnKind, readonly [one: string, several: string]>> = {
  'helm-release': ['Helm release', 'Helm releases'],
  'bootstrap-token': ['bootstrap token', 'bootstrap tokens'],
  'service-account-token': ['service account token', 'service account tokens'],
  tool: ["tool's own Secret", "tools' own Secrets"],
};

/** What a Secret of somebody's own is called, in the singular. */
export function ownKindText(kind: OwnKind): string {
  return OWN_NAMES[kind][0];
}

/** `4 Helm releases, 2 service account tokens`; '' where there are none. */
export function leftOutText(leftOut: RotationSchedule['leftOut']): string {
  return leftOut.map(([kind, count]) => `${count} ${OWN_NAMES[kind][count === 1 ? 0 : 1]}`).join(', ');
}

/** What the list of due Secrets does not hold, and why; '' where it holds all. */
export function unlistedText({ more, undated, leftOut }: RotationSchedule): string {
  return [
    ...(more === 0 ? [] : [`${more} more ${more === 1 ? 'is' : 'are'} due later`]),
    ...(undated === 0 ? [] : [`no date: ${undated} whose data is of unknown age`]),
    ...(leftOut.length === 0 ? [] : [`left out: ${leftOutText(leftOut)}`]),
  ].join('; ');
}

/** `in 12 days`, `today` or `23 days ago`. */
export function dueText({ due, isPast }: Pick<DueSecret, 'due' | 'isPast'>, now: number): string {
  const days = isPast ? daysBetween(due, now) : daysBetween(now, due);
  if (days === 0) return 'today';
  const text = `${days} ${days === 1 ? 'day' : 'days'}`;
  return isPast ? `${text} ago` : `in ${text}`;
}

/** Who renews it, as a sentence. */
export function rotatorText({ rotator }: Pick<DueSecret, 'rotator'>): string {
  return rotator === null ? 'nobody is known to rotate it' : `rotated by ${rotator}`;
}
