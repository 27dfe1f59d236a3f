/**
 * What a binding gives is in its role, and what bind by name gives is in the roles that it names: where one of them cannot
 * be read, nothing is known of it, and nothing counts as clean.
 */
import { bindingVerdict, type BindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { rulesOfRole } from '../../analyses/rbac/policy.ts';
import { refOf } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { BindingObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingRules, NO_FINDINGS, roleRef } from './grant-finding.ts';

const MOST_NAMED = 5;

export const unreadableRole = bindingRules(
  'unreadable-role',
  {
    summary: 'bindings to roles that could not be read, or that let their subjects bind such roles',
    help: 'Let k8sec read roles and clusterroles (`k8sec own-access`), or look at the role yourself.',
    references: [],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'judged') return unreadTargets(view, binding, verdict);
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

/** Roles that a binding lets its subjects bind by name, and that could not be read. */
function unreadTargets(view: ClusterView, binding: BindingObject, { grants }: BindingVerdict): readonly FindingDraft[] {
  const unread = new Map<string, string>();
  for (const { permission, names } of grants.flatMap((grant) => grant.permissions)) {
    const kind = permission.id === 'bind' ? 'ClusterRole' : permission.id === 'bind-roles' ? 'Role' : null;
    // A ClusterRoleBinding gives it for the Roles of a name in all namespaces.
    if (kind === null || names === null || (kind === 'Role' && binding.namespace === '')) continue;
    for (const name of names) {
      const role = rulesOfRole(view, kind, kind === 'Role' ? binding.namespace : '', name);
      if (role.status === 'unknown') unread.set(`${kind} ${name}`, role.reason);
    }
  }
  const [reason] = unread.values();
  if (reason === undefined) return NO_FINDINGS;
  const roles = someOf([...unread.keys()], MOST_NAMED);
  return [
    {
      severity: 'medium',
      title: `What ${binding.kind} ${binding.name} lets its subjects bind is unknown: ${roles} could not be read`,
      why: reason,
      evidence: [...unread.values()]
        .slice(0, MOST_NAMED)
        .map((text) => ({ text, object: refOf(binding), path: 'roleRef' })),
      unknown: true,
    },
  ];
}
