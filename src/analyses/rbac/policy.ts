import { effectiveRules, hasStoredRules } from '../../kube/aggregation.ts';
import { rulesOfBinding, type RbacPolicy, type RoleRules } from '../../kube/authorizer.ts';
import { bootstrapRules } from '../../kube/rbac-bootstrap.ts';
import { subjectKey, userKeys, type RbacUser } from '../../kube/rbac-user.ts';
import type { BindingObject, RoleObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { isPartial } from '../../store/partial-files.ts';

/** Bindings by what their subjects stand for (`subjectKey`), each list in order of name. */
export type SubjectIndex = ReadonlyMap<string, readonly BindingObject[]>;

const NO_BINDINGS: readonly BindingObject[] = [];

/** The RBAC policy of a cluster, for the authorizer. Reads are recorded as any other read of the view. */
export function rbacPolicy(view: ClusterView): RbacPolicy {
  return {
    clusterRoleBindings: (user) => candidates(subjectIndex(view, ''), user),
    roleBindings: (user, namespace) => candidates(subjectIndex(view, namespace), user),
    rulesOf: (kind, namespace, name) => rulesOfRole(view, kind, namespace, name),
    hole: (namespace) => bindingHole(view, namespace),
  };
}

/** The bindings of a namespace ('' for ClusterRoleBindings) by subject. */
export function subjectIndex(view: ClusterView, namespace: string): SubjectIndex {
  return view.derive('rbac/subjects', namespace, (inner) => indexOf(bindingsIn(inner, namespace), namespace));
}

/** RoleBindings of a namespace, or the ClusterRoleBindings for ''. */
export function bindingsIn(view: ClusterView, namespace: string): readonly BindingObject[] {
  return namespace === '' ? view.list('ClusterRoleBinding', '') : view.list('RoleBinding', namespace);
}

/** What a role grants, aggregated roles of files computed; missing or unknown where it is not there. */
export function rulesOfRole(
  view: ClusterView,
  kind: 'Role' | 'ClusterRole',
  namespace: string,
  name: string,
): RoleRules {
  const role = view.get(kind, namespace, name);
  if (role !== undefined) return { status: 'found', rules: rulesOfObject(view, role) };
  const readability = view.readable(kind, namespace === '' ? undefined : namespace);
  if (!readability.ok) {
    return { status: 'unknown', reason: `${kind} ${name} could not be read: ${readability.reason}` };
  }
  if (view.broken(kind).some((one) => one.name === name && (one.namespace ?? '') === namespace)) {
    return { status: 'unknown', reason: `${kind} ${name} is not valid, so what it grants is not known` };
  }
  const builtIn = builtInRules(view, namespace, name);
  return builtIn === undefined ? { status: 'missing' } : { status: 'found', rules: builtIn };
}

/** What a binding gives: the rules of its role. */
export function rulesBoundBy(view: ClusterView, binding: BindingObject): RoleRules {
  return rulesOfBinding({ rulesOf: (kind, at, name) => rulesOfRole(view, kind, at, name) }, binding);
}

/** What a role object grants. */
function rulesOfObject(view: ClusterView, role: RoleObject): RoleObject['rules'] {
  if (hasStoredRules(role)) return role.rules;
  return view.derive(
    'rbac/aggregated',
    role.name,
    (inner) => {
      const current = inner.get('ClusterRole', '', role.name);
      return current === undefined ? [] : effectiveRules(current, inner.list('ClusterRole'));
    },
    (a, b) => JSON.stringify(a) === JSON.stringify(b),
  );
}

/**
 * Every API server has the default ClusterRoles and Roles (`kube-system/extension-apiserver-authentication-reader`), so
 * that files which are not the whole cluster may bind them without declaring them. What the files' own roles add to `admin`, `edit` and `view` by their labels is part of them.
 */
function builtInRules(view: ClusterView, namespace: string, name: string): RoleObject['rules'] | undefined {
  if (!isPartial(view)) return undefined;
  const rules = bootstrapRules(namespace, name);
  if (rules === undefined || namespace !== '') return rules;
  const label = `rbac.authorization.k8s.io/aggregate-to-${name}`;
  return view.derive(
    'rbac/built-in',
    name,
    (inner) => [
      ...rules,
      ...inner.list('ClusterRole').flatMap((role) => (role.labels[label] === 'true' ? rulesOfObject(inner, role) : [])),
    ],
    (a, b) => JSON.stringify(a) === JSON.stringify(b),
  );
}

/** Why the bindings of a namespace ('' for ClusterRoleBindings) are not all known; undefined where they are. */
export function bindingHole(view: ClusterView, namespace: string): string | undefined {
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const readability = view.readable(kind, namespace === '' ? undefined : namespace);
  const where = namespace === '' ? '' : ` of namespace ${namespace}`;
  if (!readability.ok) return `${kind}s${where} could not be read: ${readability.reason}`;
  const broken = view.broken(kind).filter((one) => (one.namespace ?? '') === namespace);
  return broken.length === 0 ? undefined : `${broken.length} ${kind}s${where} are not valid and were not judged`;
}

function indexOf(bindings: readonly BindingObject[], namespace: string): SubjectIndex {
  const index = new Map<string, BindingObject[]>();
  for (const binding of bindings) {
    for (const subject of binding.subjects) {
      const key = subjectKey(subject, namespace);
      if (key === undefined) continue;
      const there = index.get(key);
      if (there === undefined) index.set(key, [binding]);
      else if (there.at(-1) !== binding) there.push(binding);
    }
  }
  return index;
}

function candidates(index: SubjectIndex, user: RbacUser): readonly BindingObject[] {
  const lists = userKeys(user).flatMap((key) => {
    const list = index.get(key);
    return list === undefined ? [] : [list];
  });
  if (lists.length <= 1) return lists[0] ?? NO_BINDINGS;
  return [...new Set(lists.flat())].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
