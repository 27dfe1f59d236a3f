import { matches } from '../../kube/selector.ts';
import { subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, RoleObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { NAMESPACE_GROUPS, namespaceGroup } from './namespace-group.ts';
import { bindingsIn } from './policy.ts';
import { givenEverywhere } from './wider-binding.ts';

/** Whether some binding names a role, or an aggregated ClusterRole takes its rules. */
export function isBound(view: ClusterView, role: RoleObject): boolean {
  if (role.kind === 'Role') return rolesBoundIn(view, role.namespace).includes(`Role/${role.name}`);
  return boundClusterRoles(view).has(role.name) || isAggregated(view, role);
}

function isAggregated(view: ClusterView, role: RoleObject): boolean {
  const selectors = view.derive(
    'rbac/aggregation-selectors',
    (inner) => inner.list('ClusterRole').flatMap((one) => one.aggregation ?? []),
    deepEqual,
  );
  return selectors.some((selector) => matches(selector, role.labels));
}

/** `Role/name` and `ClusterRole/name` of the roles that bindings of one namespace ('' for ClusterRoleBindings) name. */
function rolesBoundIn(view: ClusterView, namespace: string): readonly string[] {
  return view.derive(
    `rbac/bound-roles/${namespace}`,
    (inner) =>
      [...new Set(bindingsIn(inner, namespace).map(({ roleRef }) => `${roleRef.kind}/${roleRef.name}`))].sort(),
    deepEqual,
  );
}

function boundClusterRoles(view: ClusterView): ReadonlySet<string> {
  return view.derive(
    'rbac/bound-cluster-roles',
    (inner) => new Set(['' as const, ...NAMESPACE_GROUPS].flatMap((group) => clusterRolesBoundIn(inner, group))),
    (a, b) => a.size === b.size && [...a].every((name) => b.has(name)),
  );
}

/** @param group of namespaces; '' for ClusterRoleBindings */
function clusterRolesBoundIn(view: ClusterView, group: number | ''): readonly string[] {
  return view.derive(
    `rbac/bound-cluster-roles/${group}`,
    (inner) => {
      const own = group === '' ? [''] : inner.namespaces('RoleBinding').filter((one) => namespaceGroup(one) === group);
      const bound = own.flatMap((namespace) => rolesBoundIn(inner, namespace));
      const prefix = 'ClusterRole/';
      return [...new Set(bound.flatMap((one) => (one.startsWith(prefix) ? one.slice(prefix.length) : [])))].sort();
    },
    deepEqual,
  );
}

/**
 * The binding that gives all subjects of this one all that it gives: one of the same role in the same namespace (the
 * first by name), else a ClusterRoleBinding of the same role or a wider one.
 */
export function givenAlready(view: ClusterView, binding: BindingObject): BindingObject | undefined {
  return view
    .derive(
      `rbac/duplicates/${binding.namespace}`,
      (inner) => {
        const bindings = bindingsIn(inner, binding.namespace);
        const found = duplicatesAmong(bindings);
        if (binding.namespace === '') return found;
        for (const one of bindings) {
          const wide = found.has(one.name) ? undefined : givenEverywhere(inner, one);
          if (wide !== undefined) found.set(one.name, wide);
        }
        return found;
      },
      (a, b) => a.size === b.size && [...a].every(([name, other]) => b.get(name) === other),
    )
    .get(binding.name);
}

function duplicatesAmong(bindings: readonly BindingObject[]): Map<string, BindingObject> {
  const found = new Map<string, BindingObject>();
  for (const own of sharingSubjects(bindings)) {
    const keys = new Map(own.map((one) => [one, new Set(one.subjects.map((subject) => keyOf(subject, one)))] as const));
    for (const one of own) {
      const mine = keys.get(one) ?? new Set();
      const other = own.find(
        (each) =>
          each !== one &&
          !found.has(each.name) &&
          isSubset(mine, keys.get(each) ?? new Set()) &&
          (mine.size < (keys.get(each)?.size ?? 0) || each.name < one.name),
      );
      if (other !== undefined) found.set(one.name, other);
    }
  }
  return found;
}

/** By role: the bindings with a subject that another one of that role has too. Most clusters have few. */
function sharingSubjects(bindings: readonly BindingObject[]): Iterable<readonly BindingObject[]> {
  const firsts = new Map<string, BindingObject>();
  const sharing = new Set<BindingObject>();
  for (const one of bindings) {
    for (const subject of one.subjects) {
      const key = `${one.roleRef.kind}/${one.roleRef.name}/${keyOf(subject, one)}`;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, one);
      else if (first !== one) sharing.add(first).add(one);
    }
  }
  const inOrder = bindings.filter((one) => sharing.has(one));
  return Map.groupBy(inOrder, ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`).values();
}

function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}

function keyOf(subject: BindingObject['subjects'][number], binding: BindingObject): string {
  return subjectKey(subject, binding.namespace) ?? JSON.stringify([subject.kind, subject.name]);
}
