import { adminPolicySelects, compileAdminPolicy, type CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import { compilePolicy, hasSelectorProblem, type CompiledPolicy } from '../../kube/network-policy.ts';
import type { Direction, PodIdentity } from '../../kube/network-policy-rule.ts';
import { SelectorIndex } from '../../kube/selector-index.ts';
import { matches } from '../../kube/selector.ts';
import type { BrokenObject } from '../../model/change.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';

/** The NetworkPolicies of a namespace with their defaults filled in; unchanged policies keep their identity. */
export function compiledPolicies(view: ClusterView, namespace: string): readonly CompiledPolicy[] {
  return view.derive(
    'network-policies',
    namespace,
    (inner, previous: readonly CompiledPolicy[] | undefined) => {
      const before = new Map(previous?.map((one) => [one.object, one]));
      return inner.list('NetworkPolicy', namespace).map((object) => before.get(object) ?? compilePolicy(object));
    },
    sameItems,
  );
}

/** The policies of a namespace by the labels that they need, and which of them select labels that were asked about. */
interface Selecting {
  readonly index: SelectorIndex<CompiledPolicy>;
  readonly byLabels: WeakMap<Labels, readonly CompiledPolicy[]>;
}

/** Labels are asked about in both directions, for what isolates pods and for what they may reach. */
const SELECTING = new WeakMap<readonly CompiledPolicy[], Selecting>();
const NONE: readonly CompiledPolicy[] = [];

/**
 * The policies that isolate pods with these labels in a direction.
 *
 * @param policies of the pods' namespace
 */
export function selectingPolicies(
  policies: readonly CompiledPolicy[],
  labels: Labels,
  direction: Direction,
): readonly CompiledPolicy[] {
  if (policies.length === 0) return NONE;
  let known = SELECTING.get(policies);
  if (known === undefined) SELECTING.set(policies, (known = { index: indexOf(policies), byLabels: new WeakMap() }));
  let selecting = known.byLabels.get(labels);
  if (selecting === undefined) {
    selecting = known.index.mayMatch(labels).filter(({ object }) => matches(object.podSelector, labels));
    known.byLabels.set(labels, selecting);
  }
  return selecting.filter((policy) => policy[direction] !== null);
}

function indexOf(policies: readonly CompiledPolicy[]): SelectorIndex<CompiledPolicy> {
  return new SelectorIndex(
    policies.filter(({ problem }) => problem === null),
    ({ object }) => object.podSelector,
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
    'network-policies-broken',
    namespace,
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
export function brokenReason(policies: readonly BrokenPolicy[], labels: Labels, direction: Direction): string {
  if (policies.length === 0) return '';
  const concerns = ({ about }: BrokenPolicy): boolean =>
    about === null || about === undefined || (about[direction] && matches(about.podSelector, labels));
  return policies.find(concerns)?.text ?? '';
}

function aboutOf({ object, ingress, egress }: CompiledPolicy): BrokenPolicy['about'] {
  if (hasSelectorProblem(object.podSelector)) return null;
  return { podSelector: object.podSelector, ingress: ingress !== null, egress: egress !== null };
}

/** Admin and baseline policies of all three kinds, in the order in which they decide. */
export function adminPolicies(view: ClusterView): readonly CompiledAdminPolicy[] {
  return view.derive('admin-policies', '', (inner) =>
    (['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'] as const)
      .flatMap((kind) => inner.list(kind))
      .map(compileAdminPolicy)
      .filter((policy) => policy !== null)
      .sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1)),
  );
}

/** Those of the admin and baseline policies that speak of a pod and have rules for the direction. */
export function selectingAdminPolicies(
  policies: readonly CompiledAdminPolicy[],
  pod: PodIdentity,
  direction: Direction,
): readonly CompiledAdminPolicy[] {
  return policies.filter((policy) => policy[direction].length > 0 && adminPolicySelects(policy, pod));
}
