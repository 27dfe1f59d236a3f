/**
 * A credential that is never changed is good for whoever copied it once. The age comes from managedFields: the newest
 * write to data fields bounds it from below, so that "stale" is proven while "fresh" would not be.
 * Source: meta/v1 ManagedFieldsEntry.time; NIST SP 800-57 (cryptoperiods). Helm releases, bootstrap and service account
 * tokens are left out.
 */
import { dayText } from '../../kube/age.ts';
import { DEFAULT_ROTATION_DAYS, rotationDue } from '../../analyses/secrets/rotation-due.ts';
import { hasExternalSecrets } from '../../analyses/secrets/external-secrets.ts';
import { dataAge, DAY, daysBetween } from '../../analyses/secrets/secret-age.ts';
import { rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 5;
/** Thousands of findings share these. */
const ROTATED = ['secrets/rotation'];
const ROTATED_OR_STORED = ['secrets/rotation', 'secrets/external-secret'];

export const stale = rule({
  id: 'secrets/stale',
  subject: 'Secret',
  summary: 'Secrets whose data has not changed for over a year, or for the period that the config sets',
  help: 'Rotate the credential where it is issued, write the new value, and restart what reads it at start. Let a tool do it regularly (External Secrets, cert-manager, a CSI driver).',
  references: [owasp('K03'), attack('T1552')],
  needs: ['Secret'],
  check(subject, view) {
    const period = rotationDue(view, subject);
    if (period === null) return [];
    const age = dataAge(subject);
    if (age.basis === 'unknown') {
      if (view.facts().source === 'files') return [];
      if (age.created === null) return [unread(subject)];
      return view.isPast(age.created + period.days * DAY) ? [unknown(subject, age.created, view)] : [];
    }
    if (!view.isPast(age.since + period.days * DAY)) return [];
    const days = daysBetween(age.since, view.now);
    const uses = secretUses(view, subject.namespace).get(subject.name) ?? [];
    const users = [...new Set(uses.map((use) => refText(use.by)))];
    const rotator = rotatorOf(subject);
    return [
      {
        severity: 'medium',
        title:
          period.days === DEFAULT_ROTATION_DAYS
            ? 'Not rotated for over a year'
            : `Not rotated for over ${period.days} days`,
        why: `Its data is ${age.basis === 'exactly' ? 'exactly' : 'at least'} ${days} days old. ${
          rotator === null ? 'No tool is known to rotate it' : `${rotator} manages it, but has not changed it`
        }${users.length === 0 ? '' : `; used by ${someOf(users, NAMED)}`}.`,
        evidence: [
          {
            text:
              age.basis === 'exactly'
                ? 'immutable since it was created'
                : `last write to data fields: ${dayText(age.since)}`,
            object: refOf(subject),
            path: age.basis === 'exactly' ? 'immutable' : 'metadata.managedFields',
          },
        ],
        remedies: rotator === null && hasExternalSecrets(view) ? ROTATED_OR_STORED : ROTATED,
      },
    ];
  },
});

/** A cluster gives every object a time of creation: without one only the Secret's name was read. */
function unread(secret: SecretObject): FindingDraft {
  return {
    severity: 'info',
    title: 'Age of the data is unknown',
    why: 'Only its name, type and number of keys were read (--secrets names).',
    evidence: [{ text: 'its metadata was not read', object: refOf(secret) }],
    unknown: true,
  };
}

function unknown(secret: SecretObject, created: number, view: ClusterView): FindingDraft {
  return {
    severity: 'info',
    title: 'Age of the data is unknown',
    why: `The Secret is ${daysBetween(created, view.now)} days old, and no managedFields tell when its data was last written.`,
    evidence: [{ text: 'no manager owns data fields', object: refOf(secret), path: 'metadata.managedFields' }],
    unknown: true,
  };
}
