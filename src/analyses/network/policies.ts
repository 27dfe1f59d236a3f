import { adminPolicySelects, compileAdminPolicy, type CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import { compilePolicy, hasSelectorProblem, type CompiledPolicy } from '../../kube/network-policy.ts';
import type { Direction, PodIdentity } from '../../kube/network-policy-rule.ts';
import { SelectorIndex } from '../../kube/selector-index.ts';
import { matches } from '../../kube/selector.ts';
import type { BrokenObject } from '../../model/change.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
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
  return policyIndex(view, pod.namespace)
    .mayMatch(pod.labels)
    .filter((policy) => policy[direction] !== null && matches(policy.object.podSelector, pod.labels));
}

function policyIndex(view: ClusterView, namespace: string): SelectorIndex<CompiledPolicy> {
  return view.derive(
    `network-policies-by-label/${namespace}`,
    (inner) =>
      new SelectorIndex(
        compiledPolicies(inner, namespace).filter(({ problem }) => problem === null),
        ({ object }) => object.podSelector,
      ),
  );
}

/** A policy that can't be judged. */
export interface BrokenPolicy {
  readonly text: string;
  /** null: it may be about any pod, in either direction. */
  readonly about: BrokenObject['about'] | null;
}

/** Policies of the namespace that can't be judged: stored ones the server would refuse now, and broken documents. */
export function brokenPolicies(view: ClusterView, namespace: string): readonly BrokenPolicy[] {
  return view.derive(
    `network-policies-broken/${namespace}`,
    (inner): readonly BrokenPolicy[] => [
      ...inner
        .broken('NetworkPolicy')
        .filter((problem) => problem.namespace === null || problem.namespace === namespace)
        .map(({ name, message, about = null }) => ({
          text: `NetworkPolicy ${name ?? 'without a name'} is broken: ${message}`,
          about,
        })),
      ...compiledPolicies(inner, namespace).flatMap((policy) =>
        policy.problem === null
          ? []
          : [{ text: `NetworkPolicy ${policy.name} is broken: ${policy.problem}`, about: aboutOf(policy) }],
      ),
    ],
    deepEqual,
  );
}

/** Why a broken policy leaves it unknown what is decided about a pod; '' where none that may select it does. */
export function brokenReason(view: ClusterView, pod: PodIdentity, direction: Direction): string {
  const concerns = ({ about }: BrokenPolicy): boolean =>
    about === null || about === undefined || (about[direction] && matches(about.podSelector, pod.labels));
  return brokenPolicies(view, pod.namespace).find(concerns)?.text ?? '';
}

function aboutOf({ object, ingress, egress }: CompiledPolicy): BrokenPolicy['about'] {
  if (hasSelectorProblem(object.podSelector)) return null;
  return { podSelector: object.podSelector, ingress: ingress !== null, egress: egress !== null };
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
