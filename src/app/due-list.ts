import { DEFAULT_ROTATION_DAYS } from '../analyses/secrets/rotation-due.ts';
import { rotationSchedule, type DueSecret } from '../analyses/secrets/rotation-schedule.ts';
import { dueText, rotatorText, unlistedText } from '../analyses/secrets/rotation-text.ts';
import { dayText } from '../kube/age.ts';
import { refText } from '../kube/object-ref.ts';
import { someOf } from '../kube/some-of.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { RelatedGroup, RelatedThing } from './related.ts';

/** Secrets that are listed; the rest is counted. */
const MOST_DUE = 200;
/** Consumers that a line names. */
const NAMED = 4;

/** Which Secrets have to be rotated, the soonest first, with the date, the period and the consumers. */
export function dueGroups(view: ClusterView): readonly RelatedGroup[] {
  // A list that is looked at is asked for again at every change of the cluster.
  const schedule = view.derive('secrets/due-list', '', (inner) => rotationSchedule(inner, () => true, MOST_DUE));
  const { due, overdue, more } = schedule;
  const readable = view.readable('Secret');
  const notes = [
    ...(readable.ok ? [] : [`secrets were not read: ${readable.reason}`]),
    `${DEFAULT_ROTATION_DAYS} days where the config sets no period`,
    unlistedText(schedule),
  ].filter((text) => text !== '');
  return [
    { title: headline(overdue, due.length + more), things: [], reason: notes.join('; ') },
    { title: 'past its date', things: due.filter((one) => one.isPast).map((one) => dueThing(one, view.now)) },
    { title: 'due next', things: due.filter((one) => !one.isPast).map((one) => dueThing(one, view.now)) },
  ].filter(({ things, reason }) => things.length > 0 || reason !== undefined);
}

function headline(overdue: number, dated: number): string {
  if (dated === 0) return 'no Secret has a date by which it is due';
  const of = `${dated} ${dated === 1 ? 'Secret' : 'Secrets'}`;
  return `${overdue} of ${of} ${overdue === 1 ? 'is past its rotation' : 'are past their rotation'}`;
}

function dueThing(one: DueSecret, now: number): RelatedThing {
  const { namespace, name, due, days, usedBy } = one;
  const note = [
    `${dayText(due)}, ${dueText(one, now)}`,
    usedBy.length === 0 ? 'no user is known' : `used by ${someOf(usedBy.map(refText), NAMED)}`,
    `every ${days} days`,
    rotatorText(one),
  ].join(' · ');
  return { object: { apiVersion: 'v1', kind: 'Secret', namespace, name }, note };
}
