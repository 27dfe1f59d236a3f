/**
 * A binding whose role is not there gives nothing until somebody creates a role of that name (roleRef is not checked
 * when a binding is written; pkg/registry/rbac/validation/rule.go reports it on every request).
 */
import { missingRoleMessage } from '../../kube/authorizer.ts';
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { bindingRules, NO_FINDINGS, roleRef } from './grant-finding.ts';
import { refOf } from '../../kube/object-ref.ts';
import { isPartial } from '../../store/partial-files.ts';

export const danglingRole = bindingRules(
  'dangling-role',
  {
    summary: 'bindings to roles that do not exist',
    help: 'Whoever creates a role of that name decides what these subjects may do. Remove the binding, or restore the role.',
    references: [{ benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' }],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status !== 'missing') return NO_FINDINGS;
    const role = roleRef(binding);
    const never = binding.namespace === '' && role.kind !== 'ClusterRole';
    return [
      {
        severity: 'low',
        title: `${binding.kind} ${binding.name} refers to ${role.kind} ${role.name}, which ${never ? 'a ClusterRoleBinding cannot reach' : 'does not exist'}`,
        why: 'It gives nothing now. Whoever creates that role later gives it to these subjects, perhaps without knowing.',
        evidence: [{ text: missingRoleMessage(binding), object: refOf(binding), path: 'roleRef' }],
        absence: !never,
        // Files that are a part of the cluster may bind a role that stands in another part.
        remedies: never || !isPartial(view) ? ['rbac/remove-binding'] : [],
      },
    ];
  },
);
