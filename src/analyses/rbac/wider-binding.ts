/**
 * RoleBindings that ClusterRoleBindings make needless: whoever holds a role everywhere gains nothing by a binding of it,
 * or of less, in one namespace (pkg/registry/rbac/validation/rule.go: ClusterRoleBindings count in every namespace).
 */
import { coversAll } from '../../kube/escalation-check.ts';
import { subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import { sameItems } from '../../store/same-items.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { NAMESPACE_GROUPS, namespaceGroup } from './namespace-group.ts';
import { rulesBoundBy, subjectIndex, type SubjectIndex } from './policy.ts';

/** The first ClusterRoleBinding that gives all subjects of a RoleBinding all that it gives. */
export function givenEverywhere(view: ClusterView, binding: BindingObject): BindingObject | undefined {
  let shared: readonly BindingObject[] | undefined;
  for (const subject of binding.subjects) {
    const key = subjectKey(subject, binding.namespace);
    const wide = key === undefined ? undefined : wideBindings(view, key);
    if (wide === undefined) return undefined;
    shared = shared === undefined ? wide : shared.filter((one) => wide.includes(one));
  }
  if (shared === undefined || shared.length === 0) return undefined;
  const own = rulesOf(view, binding);
  if (own === undefined || own.length === 0) return undefined;
  return shared.find((wide) => {
    const rules = rulesOf(view, wide);
    return rules !== undefined && (rules === own || coversAll(rules, own));
  });
}

function rulesOf(view: ClusterView, binding: BindingObject): readonly PolicyRule[] | undefined {
  const role = rulesBoundBy(view, binding);
  return role.status === 'found' ? role.rules : undefined;
}

/** The ClusterRoleBindings of a subject. One that changes concerns only RoleBindings of subjects that sort together. */
function wideBindings(view: ClusterView, key: string): readonly BindingObject[] | undefined {
  const group = namespaceGroup(key);
  const index = view.derive(
    'rbac/wide-bindings-of-group',
    `${group}`,
    (inner) => wideBindingsByGroup(inner)[group] ?? new Map<string, readonly BindingObject[]>(),
    sameIndex,
  );
  return index.get(key);
}

function wideBindingsByGroup(view: ClusterView): readonly SubjectIndex[] {
  return view.derive('rbac/wide-bindings-by-group', '', (inner) => {
    const groups = NAMESPACE_GROUPS.map(() => new Map<string, readonly BindingObject[]>());
    for (const [key, bindings] of subjectIndex(inner, '')) groups[namespaceGroup(key)]?.set(key, bindings);
    return groups;
  });
}

function sameIndex(a: SubjectIndex, b: SubjectIndex): boolean {
  return a.size === b.size && [...a].every(([key, bindings]) => sameItems(bindings, b.get(key) ?? []));
}
