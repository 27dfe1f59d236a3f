/**
 * Env variables and subPath mounts are read when a container starts: after a rotation its pods go on with the old value,
 * which therefore cannot be revoked.
 * Source: https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod (subPath note)
 */
import { dataAge } from '../../analyses/secrets/secret-age.ts';
import { ownKind } from '../../analyses/secrets/secret-origin.ts';
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import { workload } from '../../analyses/workload/workloads.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const rotatedNotPickedUp = rule({
  id: 'secrets/rotated-not-picked-up',
  subject: 'Secret',
  summary: 'Secrets that changed after pods read them at start',
  help: 'Restart the workloads (kubectl rollout restart), check that they work, then revoke the old credential.',
  references: [owasp('K03')],
  needs: ['Secret', 'Pod'],
  check(subject, view) {
    if (ownKind(subject) !== undefined) return [];
    const age = dataAge(subject);
    // The time of a manager's last write may be that of another field; an immutable Secret never changes.
    if (age.basis !== 'at-least' || subject.created === null || age.since <= subject.created) return [];
    const uses = (secretUses(view, subject.namespace).get(subject.name) ?? []).filter((use) => use.fixedAtStart);
    const late = uses.flatMap(({ by }) => {
      const user = workload(view, subject.namespace, by.kind, by.name);
      const pods = (user?.classes ?? [])
        .filter((one) => one.state === 'active')
        .flatMap((one) => one.pods)
        .filter((pod) => pod.started !== null && pod.started < age.since);
      return pods.length === 0 ? [] : [{ by, pods: pods.map((pod) => pod.name) }];
    });
    if (late.length === 0) return [];
    const names = [...new Set(late.map((one) => refText(one.by)))];
    return [
      {
        severity: 'low',
        title: 'Written since its pods started',
        why: `${names.join(', ')} read it at start, before its last write: if that changed the data, they still use the old value.`,
        evidence: [
          {
            text: `last write to data fields: ${new Date(age.since).toISOString()}`,
            object: refOf(subject),
            path: 'metadata.managedFields',
          },
          ...late.map((one) => ({ text: `${refText(one.by)} started before that`, object: one.by })),
        ],
        members: [...new Set(late.flatMap((one) => one.pods))].sort(),
        remedies: ['secrets/restart-consumers'],
      },
    ];
  },
});
