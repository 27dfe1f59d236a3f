/**
 * What a binding gives is in its role: where that cannot be read, nothing is known of it, and nothing counts as clean.
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import { bindingRules, NO_FINDINGS, roleRef } from './grant-finding.ts';

export const unreadableRole = bindingRules(
  'unreadable-role',
  {
    summary: 'bindings to roles that could not be read',
    help: 'Let k8sec read roles and clusterroles (`k8sec own-access`), or look at the role yourself.',
    references: [],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status !== 'unknown') return NO_FINDINGS;
    const role = roleRef(binding);
    return [
      {
        severity: 'medium',
        title: `What ${binding.kind} ${binding.name} gives is unknown: ${role.kind} ${role.name} could not be read`,
        why: verdict.reason,
        evidence: [{ text: verdict.reason, object: refOf(binding), path: 'roleRef' }],
        unknown: true,
      },
    ];
  },
);
