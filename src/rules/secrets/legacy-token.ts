/**
 * A Secret of type kubernetes.io/service-account-token holds a token without an end. Since 1.24 none is made by itself;
 * the cleaner (1.30) removes only auto-generated ones that nobody used for a year. One made by hand stays for ever.
 * Source: KEP-2799; https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#legacy-serviceaccount-token-cleaner
 */
import { DAY, daysBetween } from '../../analyses/secrets/secret-age.ts';
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { Evidence } from '../../model/finding.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, cis, nsa, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const TYPE = 'kubernetes.io/service-account-token';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const TRACKING = 'kube-apiserver-legacy-service-account-token-tracking';

export const legacyToken = rule({
  id: 'secrets/legacy-token',
  subject: 'Secret',
  summary: 'Service account tokens that never expire',
  help: 'Move its users to the TokenRequest API (projected tokens in pods, kubectl create token elsewhere), wait until the last-used label stops moving, and delete the Secret, which revokes the token.',
  references: [cis('5.1.6'), owasp('K09'), nsa('1.11'), attack('T1528')],
  needs: ['Secret'],
  check(subject, view) {
    if (subject.type !== TYPE) return [];
    const account = subject.annotations['kubernetes.io/service-account.name'] ?? 'unknown';
    const isInvalid = subject.labels[INVALID_SINCE] !== undefined;
    const users = secretUses(view, subject.namespace).get(subject.name) ?? [];
    const mounted = users.filter((use) => use.how !== 'service-account');
    const listed = users.some((use) => use.how === 'service-account');
    return [
      {
        severity: isInvalid ? 'low' : 'medium',
        title: isInvalid
          ? 'An invalidated service account token is still there'
          : 'A service account token that never expires',
        why: `${
          isInvalid
            ? 'It is refused today, and valid again as soon as somebody removes the label'
            : `Whoever has read it once is service account ${account} until the Secret is deleted`
        }. ${
          listed ? 'It was generated for the account' : 'It was made by hand, so that no cleaner removes it'
        }; ${lastUse(subject, view)}.`,
        evidence: [
          { text: `type ${TYPE} for service account ${account}`, object: refOf(subject), path: 'type' },
          ...mounted.map((use): Evidence => ({
            text: `used by ${use.by.kind} ${use.by.name} (${use.how})`,
            object: use.by,
          })),
        ],
        remedies: ['secrets/delete-legacy-token'],
      },
    ];
  },
});

function lastUse(secret: SecretObject, view: ClusterView): string {
  const invalid = secret.labels[INVALID_SINCE];
  if (invalid !== undefined) return `it was invalidated on ${invalid}`;
  const used = secret.labels[LAST_USED];
  if (used !== undefined) {
    const days = daysBetween(Date.parse(used), view.now);
    return Number.isNaN(days)
      ? `last used ${used}`
      : `last used on ${used} (${days === 0 ? 'today' : `${days} days ago`})`;
  }
  const since = view.get('ConfigMap', 'kube-system', TRACKING)?.known['since'];
  if (since === undefined) return 'when it was last used is unknown';
  return view.now - Date.parse(since) > DAY ? `not used since tracking began on ${since}` : 'not used since yesterday';
}
