import { adminPolicySelects, compileAdminPolicy, type CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import { compilePolicy, type CompiledPolicy } from '../../kube/network-policy.ts';
import type { Direction, PodIdentity } from '../../kube/network-policy-rule.ts';
import { matches } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';

/** The NetworkPolicies of a namespace with their defaults filled in; unchanged policies keep their identity. */
export function compiledPolicies(view: ClusterView, namespace: string): readonly CompiledPolicy[] {
  return view.derive(
    `network-policies/${namespace}`,
    (inner, previous: readonly CompiledPolicy[] | undefined) => {
      const before = new Map(previous?.map((one) => [one.object, one]));
      return inner.list('NetworkPolicy', namespace).map((object) => before.get(object) ?? compilePolicy(object));
    },
    sameItems,
  );
}

/** The policies that isolate pods with these labels in a direction. */
export function selectingPolicies(
  view: ClusterView,
  pod: PodIdentity,
  direction: Direction,
): readonly CompiledPolicy[] {
  return compiledPolicies(view, pod.namespace).filter(
    (policy) => policy.problem === null && policy[direction] !== null && matches(policy.object.podSelector, pod.labels),
  );
}

/** Policies of the namespace that can't be judged: stored ones the server would refuse now, and broken documents. */
export function brokenPolicies(view: ClusterView, namespace: string): readonly string[] {
  return view.derive(
    `network-policies-broken/${namespace}`,
    (inner) => [
      ...inner
        .broken('NetworkPolicy')
        .filter((problem) => problem.namespace === null || problem.namespace === namespace)
        .map((problem) => `NetworkPolicy ${problem.name ?? 'without a name'} is broken: ${problem.message}`),
      ...compiledPolicies(inner, namespace)
        .filter((policy) => policy.problem !== null)
        .map((policy) => `NetworkPolicy ${policy.name} is broken: ${policy.problem}`),
    ],
    sameItems,
  );
}

/** Admin and baseline policies of all three kinds, in the order in which they decide. */
export function adminPolicies(view: ClusterView): readonly CompiledAdminPolicy[] {
  return view.derive('admin-policies', (inner) =>
    (['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'] as const)
      .flatMap((kind) => inner.list(kind))
      .map(compileAdminPolicy)
      .filter((policy) => policy !== null)
      .sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1)),
  );
}

/** Admin or baseline policies that speak of a pod and have rules for the direction. */
export function selectingAdminPolicies(
  view: ClusterView,
  pod: PodIdentity,
  direction: Direction,
): readonly CompiledAdminPolicy[] {
  return adminPolicies(view).filter((policy) => policy[direction].length > 0 && adminPolicySelects(policy, pod));
}
