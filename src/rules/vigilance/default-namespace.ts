/**
 * What runs in `default` was not put anywhere: no owner, quota, policy or right is cut to it, and whatever is applied
 * without a namespace lands beside it. Files without a namespace say nothing of where they will be applied.
 * Source: CIS Kubernetes Benchmark 5.6.4 (kube-bench cis-1.12).
 */
import { judgedSpecs, membersOf } from '../../analyses/pod-security/judged-specs.ts';
import { cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const defaultNamespace = rule({
  id: 'vigilance/default-namespace',
  subject: 'Workload',
  summary: 'Workloads that run in the namespace default',
  help: 'Give the application a namespace of its own, with the policies and rights that it needs, and move it there.',
  references: [cis('5.6.4'), owasp('K05')],
  needs: ['Pod'],
  check(subject, view) {
    if (subject.ref.namespace !== 'default' || view.facts().source === 'files') return [];
    return [
      {
        severity: 'info',
        title: 'Runs in the namespace default',
        why: 'Rights, policies and quotas of this namespace are those of everything that was put nowhere else.',
        evidence: [{ text: 'namespace default', object: subject.ref, path: 'metadata.namespace' }],
        members: membersOf(judgedSpecs(subject)),
      },
    ];
  },
});
