/**
 * Pods that name no service account run as `default` of their namespace, and its token is mounted unless that is
 * switched off (/docs/tasks/configure-pod-container/configure-service-account/).
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import { serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { Subject } from '../../model/objects.ts';
import { bindingRules, NO_FINDINGS, roleRef, scopeText } from './grant-finding.ts';

export const defaultServiceAccount = bindingRules(
  'default-service-account',
  {
    summary: 'bindings to the service account default, which every pod without its own account runs as',
    help: 'Give the workload that needs the permission its own service account, and bind that.',
    references: [
      { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.5' },
      { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    ],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'default' || verdict.status === 'missing') return NO_FINDINGS;
    if (!verdict.subjects.some(isDefault)) return NO_FINDINGS;
    const role = roleRef(binding);
    return verdict.subjects.filter(isDefault).map((subject) => {
      const namespace = serviceAccountNamespace(subject, binding.namespace);
      return {
        key: namespace,
        severity: 'medium',
        title: `Every pod of ${namespace} without its own service account holds ${role.kind} ${role.name} ${scopeText(verdict)}`,
        why: 'The account default is what pods get that ask for none.',
        evidence: [
          {
            text: `subject ServiceAccount ${namespace}/default`,
            object: refOf(binding),
            path: `subjects[${binding.subjects.indexOf(subject)}]`,
          },
        ],
        remedies: ['rbac/remove-subject', 'rbac/disable-automount'],
      };
    });
  },
);

function isDefault({ kind, name }: Subject): boolean {
  return kind === 'ServiceAccount' && name === 'default';
}
