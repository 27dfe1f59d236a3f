import { visitRules, type Grant } from '../../kube/authorizer.ts';
import type { RbacUser } from '../../kube/rbac-user.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rbacPolicy } from './policy.ts';

/** All that a user may do: each grant with the namespace that limits it (null for cluster-wide). */
export interface SubjectAccess {
  readonly grants: readonly (Grant & { readonly namespace: string | null })[];
  readonly errors: readonly string[];
  readonly holes: readonly string[];
}

/**
 * Everything that RBAC gives a user.
 *
 * @param namespaces whose RoleBindings are looked at; undefined: all
 */
export function subjectAccess(view: ClusterView, user: RbacUser, namespaces?: readonly string[]): SubjectAccess {
  const policy = rbacPolicy(view);
  const grants: (Grant & { readonly namespace: string | null })[] = [];
  const errors = new Set<string>();
  const holes = new Set<string>();
  const readability = namespaces === undefined ? view.readable('RoleBinding') : ({ ok: true } as const);
  if (!readability.ok) holes.add(`RoleBindings could not be read in every namespace: ${readability.reason}`);
  const collect = (namespace: string | null, visits: ReturnType<typeof visitRules>): void => {
    for (const visit of visits) {
      if (visit.type === 'hole') holes.add(visit.message);
      if (visit.type === 'error') errors.add(visit.message);
      const isHere = visit.type === 'grant' && visit.grant.binding.namespace === (namespace ?? '');
      if (isHere) grants.push({ ...visit.grant, namespace });
    }
  };
  collect(null, visitRules(policy, user, ''));
  // The cluster's bindings were looked at once already.
  const namespacedOnly = {
    ...policy,
    clusterRoleBindings: () => [],
    hole: (at: string) => (at === '' ? undefined : policy.hole(at)),
  };
  for (const namespace of namespaces ?? view.namespaces('RoleBinding')) {
    collect(namespace, visitRules(namespacedOnly, user, namespace));
  }
  return { grants, errors: [...errors], holes: [...holes] };
}
