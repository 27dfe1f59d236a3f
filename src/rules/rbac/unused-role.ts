/**
 * A role that no binding names and no aggregated ClusterRole takes gives nothing
 * (kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles).
 */
import { isBound } from '../../analyses/rbac/bound-roles.ts';
import { refOf } from '../../kube/object-ref.ts';
import { bootstrapRules } from '../../kube/rbac-bootstrap.ts';
import { RBAC_KINDS } from '../../model/kind.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { RoleObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule, type Rule } from '../rule.ts';

function check(role: RoleObject, view: ClusterView): readonly FindingDraft[] {
  if (bootstrapRules(role.namespace, role.name) !== undefined || role.name.startsWith('system:')) return [];
  const isKnown = role.kind === 'Role' ? view.readable('RoleBinding', role.namespace).ok : areAllKnown(view);
  if (!isKnown || isBound(view, role)) return [];
  return [
    {
      severity: 'info',
      title: `No binding names ${role.kind} ${role.name}`,
      why: 'It gives nobody anything now, and waits for whoever may write bindings. Remove it where nothing is going to need it.',
      evidence: [{ text: `${role.rules.length} rules, and nobody holds them`, object: refOf(role), path: 'rules' }],
      absence: true,
    },
  ];
}

function areAllKnown(view: ClusterView): boolean {
  return view.readable('RoleBinding').ok && view.readable('ClusterRoleBinding').ok && view.readable('ClusterRole').ok;
}

const common = {
  id: 'rbac/unused-role',
  summary: 'roles that no binding names',
  help: 'A role that nobody holds is forgotten, and one binding away from being held. Remove it, or bind it.',
  references: [],
  needs: RBAC_KINDS,
  check,
} as const;

export const unusedRole: readonly Rule[] = [
  rule<'Role'>({ ...common, subject: 'Role' }),
  rule<'ClusterRole'>({ ...common, subject: 'ClusterRole' }),
];
