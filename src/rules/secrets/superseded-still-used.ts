/**
 * Tools that give every version of a Secret its own name (Kustomize's hash suffix, -v1, -v2) rotate by changing the
 * reference. A workload that still names an earlier one keeps the old credential alive: it cannot be revoked.
 * Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/generatoroptions/
 */
import { successorOf } from '../../analyses/secrets/generations.ts';
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 5;

export const supersededStillUsed = rule({
  id: 'secrets/superseded-still-used',
  subject: 'Secret',
  summary: 'Earlier generations of a Secret that something still refers to',
  help: 'Point these references at the newest generation, roll the workloads out, then revoke the old credential and delete its Secret.',
  references: [owasp('K03')],
  needs: ['Secret', 'Pod'],
  check(subject, view) {
    const successor = successorOf(view, subject);
    if (successor === undefined) return [];
    const uses = secretUses(view, subject.namespace).get(subject.name) ?? [];
    if (uses.length === 0) return [];
    const users = [...new Set(uses.map((use) => refText(use.by)))];
    return [
      {
        severity: 'low',
        title: 'An old credential is still referred to',
        why: `${successor.name} is newer, but ${someOf(users, NAMED)} still ${users.length === 1 ? 'uses' : 'use'} this one.`,
        evidence: [
          {
            text: `Secret ${successor.name} was created later`,
            object: refOf(successor),
            path: 'metadata.creationTimestamp',
          },
          ...uses.map((use) => ({ text: `${refText(use.by)} refers to it (${use.how})`, object: use.by })),
        ],
      },
    ];
  },
});
