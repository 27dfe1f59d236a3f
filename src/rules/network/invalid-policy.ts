// A policy that the API server would refuse (a CIDR that is none, an exception outside its block, an unknown operator,
// endPort below port) protects nobody: it never gets into a cluster, or the plugin can't use it.
// Source: k8s.io/kubernetes pkg/apis/networking/validation/validation.go.
import { compiledPolicies } from '../../analyses/network/policies.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { rule } from '../rule.ts';

export const invalidPolicy = rule({
  id: 'network/invalid-policy',
  subject: 'Cluster',
  summary: 'network policies that can not be used',
  help: 'The API server refuses the policy as it is written, and the pods it was meant for are not protected by it. Correct the field that is named.',
  references: [],
  needs: ['NetworkPolicy'],
  check: (_cluster, view) => {
    const broken = view.broken('NetworkPolicy').map((problem): FindingDraft => {
      const place = problem.file === null ? '' : ` (${problem.file}${problem.line === null ? '' : `:${problem.line}`})`;
      return draft(problem.namespace, problem.name ?? '(no name)', problem.field, `${problem.message}${place}`);
    });
    const stored = view
      .namespaces('NetworkPolicy')
      .flatMap((namespace) =>
        compiledPolicies(view, namespace).flatMap(({ problem, object }) =>
          problem === null
            ? []
            : [{ ...draft(object.namespace, object.name, 'spec', problem), subject: refOf(object) }],
        ),
      );
    return [
      ...new Map(
        [...broken, ...stored].map((one) => [`${one.subject?.namespace}/${one.subject?.name}/${one.key}`, one]),
      ).values(),
    ];
  },
});

function draft(namespace: string | null, name: string, field: string, message: string): FindingDraft {
  const subject = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name };
  return {
    key: field,
    subject,
    severity: 'high',
    title: `can not be used: ${field}`,
    why: `${message}. The pods that it might select are not known to be protected.`,
    evidence: [{ text: message, object: subject, path: field }],
  };
}
