import { matches } from '../../kube/selector.ts';
import type { RoleObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { NAMESPACE_GROUPS, namespaceGroup } from './namespace-group.ts';
import { bindingsIn } from './policy.ts';

/** Whether some binding names a role, or an aggregated ClusterRole takes its rules. */
export function isBound(view: ClusterView, role: RoleObject): boolean {
  if (role.kind === 'Role') return rolesBoundIn(view, role.namespace).includes(`Role/${role.name}`);
  return boundClusterRoles(view).has(role.name) || isAggregated(view, role);
}

function isAggregated(view: ClusterView, role: RoleObject): boolean {
  const selectors = view.derive(
    'rbac/aggregation-selectors',
    '',
    (inner) => inner.list('ClusterRole').flatMap((one) => one.aggregation ?? []),
    deepEqual,
  );
  return selectors.some((selector) => matches(selector, role.labels));
}

/** `Role/name` and `ClusterRole/name` of the roles that bindings of one namespace ('' for ClusterRoleBindings) name. */
function rolesBoundIn(view: ClusterView, namespace: string): readonly string[] {
  return view.derive(
    'rbac/bound-roles',
    namespace,
    (inner) =>
      [...new Set(bindingsIn(inner, namespace).map(({ roleRef }) => `${roleRef.kind}/${roleRef.name}`))].sort(),
    deepEqual,
  );
}

function boundClusterRoles(view: ClusterView): ReadonlySet<string> {
  return view.derive(
    'rbac/bound-cluster-roles',
    '',
    (inner) => new Set(['' as const, ...NAMESPACE_GROUPS].flatMap((group) => clusterRolesBoundIn(inner, group))),
    (a, b) => a.size === b.size && [...a].every((name) => b.has(name)),
  );
}

/** @param group of namespaces; '' for ClusterRoleBindings */
function clusterRolesBoundIn(view: ClusterView, group: number | ''): readonly string[] {
  return view.derive(
    'rbac/cluster-roles-bound-in',
    `${group}`,
    (inner) => {
      const own = group === '' ? [''] : inner.namespaces('RoleBinding').filter((one) => namespaceGroup(one) === group);
      const bound = own.flatMap((namespace) => rolesBoundIn(inner, namespace));
      const prefix = 'ClusterRole/';
      return [...new Set(bound.flatMap((one) => (one.startsWith(prefix) ? one.slice(prefix.length) : [])))].sort();
    },
    deepEqual,
  );
}
