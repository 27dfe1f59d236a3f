import { userKeys, subjectKey, type RbacUser } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingsIn, rulesBoundBy } from './policy.ts';

/** A binding with what its role gave at that time; [] for a role that was not there. */
export interface BoundRules {
  readonly binding: BindingObject;
  readonly rules: readonly PolicyRule[];
}

/** Who holds what, by the namespace of the bindings ('' for ClusterRoleBindings). It outlives later changes of the view. */
export type RightsState = ReadonlyMap<string, readonly BoundRules[]>;

const NOTHING: readonly BoundRules[] = [];
const BY_KEY = new WeakMap<readonly BoundRules[], ReadonlyMap<string, readonly BoundRules[]>>();

/** Who holds what now. Namespaces whose bindings and roles are those of before are the same lists as before. */
export function rightsState(view: ClusterView): RightsState {
  return view.derive(
    'rbac/rights-everywhere',
    '',
    (inner) =>
      new Map(['', ...inner.namespaces('RoleBinding')].map((scope) => [scope, boundIn(inner, scope)] as const)),
    (a, b) => a.size === b.size && [...a].every(([scope, bound]) => b.get(scope) === bound),
  );
}

function boundIn(view: ClusterView, scope: string): readonly BoundRules[] {
  return view.derive(
    'rbac/rights',
    scope,
    (inner) =>
      bindingsIn(inner, scope).map((binding) => {
        const role = rulesBoundBy(inner, binding);
        return { binding, rules: role.status === 'found' ? role.rules : [] };
      }),
    (a, b) =>
      a.length === b.length &&
      a.every(({ binding, rules }, at) => binding === b[at]?.binding && rules === b[at]?.rules),
  );
}

/** The bindings of one scope that are the user's or its groups'. */
export function boundTo(state: RightsState, scope: string, user: RbacUser): readonly BoundRules[] {
  const bound = state.get(scope) ?? NOTHING;
  let index = BY_KEY.get(bound);
  if (index === undefined) BY_KEY.set(bound, (index = indexOf(bound, scope)));
  return [...new Set(userKeys(user).flatMap((key) => index.get(key) ?? NOTHING))];
}

function indexOf(bound: readonly BoundRules[], scope: string): ReadonlyMap<string, readonly BoundRules[]> {
  const index = new Map<string, BoundRules[]>();
  for (const one of bound) {
    const keys = one.binding.subjects.flatMap((subject) => subjectKey(subject, scope) ?? []);
    for (const key of new Set(keys)) {
      const there = index.get(key);
      if (there === undefined) index.set(key, [one]);
      else there.push(one);
    }
  }
  return index;
}
