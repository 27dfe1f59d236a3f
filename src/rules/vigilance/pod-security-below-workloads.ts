/**
 * Where every workload of today passes restricted and the namespace enforces only baseline, the stricter level breaks
 * nothing now, and keeps out what comes later.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
import { namespaceLevels, provenLevel } from '../../analyses/pod-security/namespace-levels.ts';
import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import { refOf } from '../../kube/object-ref.ts';
import { levelLabel, levelVersionText, namespacePolicy } from '../../kube/pod-security-namespace.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const podSecurityBelowWorkloads = rule({
  id: 'vigilance/pod-security-below-workloads',
  subject: 'Namespace',
  summary: 'Namespaces that enforce a weaker pod security level than all of their workloads pass',
  help: 'Enforce restricted: it admits every workload of today, and refuses a weaker one that somebody creates tomorrow.',
  references: [owasp('K04')],
  needs: ['Namespace', 'Pod'],
  check(subject, view) {
    const { enforce } = namespacePolicy(subject.labels);
    if (enforce.level !== 'baseline') return [];
    const levels = namespaceLevels(view, subject.name);
    const { judged } = levels;
    if (judged === 0 || provenLevel(levels) !== 'restricted') return [];
    const all = judged === 1 ? 'Its one workload passes' : `All ${judged} workloads of today pass`;
    return [
      {
        severity: 'info',
        advisory: true,
        title: 'Could enforce the restricted pod security level',
        why: `${all} restricted at v1.${policyMinor(view)}; ${levelVersionText(enforce)} is enforced.`,
        evidence: [
          {
            text: `${levelLabel('enforce')} is ${enforce.level}`,
            object: refOf(subject),
            path: 'metadata.labels',
          },
        ],
        remedies: ['vigilance/namespace-labels'],
      },
    ];
  },
});
