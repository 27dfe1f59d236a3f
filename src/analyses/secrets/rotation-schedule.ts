import type { ObjectRef } from '../../model/finding.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rotationDue } from './rotation-due.ts';
import { OWN_KINDS, ownKind, rotatorOf, type OwnKind } from './secret-origin.ts';
import { secretUses, usersOf } from './secret-uses.ts';

/** A Secret that has to be rotated, and what uses it. */
export interface DueSecret {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch, at the latest. */
  readonly due: number;
  readonly isPast: boolean;
  /** The period in days. */
  readonly days: number;
  /** The tool that renews it; null where none is known to. */
  readonly rotator: string | null;
  /** Everything that refers to it, each once. */
  readonly usedBy: readonly ObjectRef[];
}

/** Which Secrets have to be rotated when, and those that have no date. */
export interface RotationSchedule {
  /** The soonest first, those past their date included. */
  readonly due: readonly DueSecret[];
  /** How many are past their date, also of those not listed. */
  readonly overdue: number;
  /** How many have a date and are not listed. */
  readonly more: number;
  /** How many have none, because the age of their data is unknown. */
  readonly undated: number;
  /** How many are nobody's to rotate, by kind; kinds of which there is none are absent. */
  readonly leftOut: readonly (readonly [OwnKind, number])[];
}

/**
 * The Secrets of some namespaces in the order in which they are due.
 *
 * @param isAsked the namespaces that count
 * @param most as many are listed
 */
export function rotationSchedule(
  view: ClusterView,
  isAsked: (namespace: string) => boolean,
  most: number,
): RotationSchedule {
  const secrets = view
    .namespaces('Secret')
    .filter(isAsked)
    .flatMap((namespace) => view.list('Secret', namespace));
  const dated: { readonly secret: SecretObject; readonly due: number; readonly days: number }[] = [];
  let undated = 0;
  for (const secret of secrets) {
    const rotation = rotationDue(view, secret);
    if (rotation === null) continue;
    if (rotation.due === null) undated += 1;
    else dated.push({ secret, due: rotation.due, days: rotation.days });
  }
  const listed = dated.sort((a, b) => a.due - b.due).slice(0, most);
  return {
    due: listed.map(({ secret, due, days }) => ({
      namespace: secret.namespace,
      name: secret.name,
      due,
      isPast: view.isPast(due),
      days,
      rotator: rotatorOf(secret),
      usedBy: usersOf(secretUses(view, secret.namespace), secret.name),
    })),
    overdue: dated.filter(({ due }) => view.isPast(due)).length,
    more: dated.length - listed.length,
    undated,
    leftOut: countOwnKinds(secrets),
  };
}

/** How many Secrets of each kind are somebody's own. */
export function countOwnKinds(secrets: readonly SecretObject[]): readonly (readonly [OwnKind, number])[] {
  const byKind = Map.groupBy(secrets, ownKind);
  return OWN_KINDS.flatMap((kind) => {
    const count = byKind.get(kind)?.length ?? 0;
    return count === 0 ? [] : [[kind, count] as const];
  });
}
