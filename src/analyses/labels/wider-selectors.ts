import { refText } from '../../kube/object-ref.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { WiderPolicyObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { adminSelectors } from './admin-selectors.ts';
import { calicoSelectors } from './calico-selectors.ts';
import { ciliumSelectors } from './cilium-selectors.ts';
import type { LabelReferrer } from './label-referrers.ts';

/** The pod selectors of a policy of another API. */
export type PolicySelectors = readonly (LabelReferrer | UnevaluatedSelector)[];

/** A selector of which it cannot be said whom it selects: not by labels alone, or by labels that are not known. */
export interface UnevaluatedSelector {
  readonly by: ObjectRef;
  readonly path: string;
  readonly text: string;
}

type PolicyKind = Exclude<WiderPolicyObject['kind'], 'CalicoTier'>;
export type PolicyObject = WiderPolicyObject & { readonly kind: PolicyKind };

const READERS: Readonly<Record<PolicyKind, (policy: WiderPolicyObject) => PolicySelectors>> = {
  AdminNetworkPolicy: adminSelectors,
  BaselineAdminNetworkPolicy: adminSelectors,
  ClusterNetworkPolicy: adminSelectors,
  CiliumNetworkPolicy: ciliumSelectors,
  CiliumClusterwideNetworkPolicy: ciliumSelectors,
  CalicoNetworkPolicy: calicoSelectors,
  CalicoGlobalNetworkPolicy: calicoSelectors,
};

/** The kinds of policies of other APIs that select pods of their own namespace, and of any. */
export const NAMESPACED_POLICIES: readonly PolicyKind[] = ['CiliumNetworkPolicy', 'CalicoNetworkPolicy'];
export const CLUSTER_POLICIES: readonly PolicyKind[] = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CalicoGlobalNetworkPolicy',
];

/**
 * The pod selectors of policies of other APIs.
 *
 * @param namespace undefined for cluster-scoped kinds
 */
export function widerSelectors(
  view: ClusterView,
  kinds: readonly PolicyKind[],
  namespace?: string,
): readonly LabelReferrer[] {
  return kinds.flatMap((kind) =>
    view.list(kind, namespace).flatMap((policy) => selectorsOf(policy).filter((one) => 'selector' in one)),
  );
}

const SELECTORS = new WeakMap<PolicyObject, PolicySelectors>();

/** The same as long as the policy is. */
function selectorsOf(policy: PolicyObject): PolicySelectors {
  let found = SELECTORS.get(policy);
  if (found === undefined) SELECTORS.set(policy, (found = READERS[policy.kind](policy)));
  return found;
}

/** By which labels a policy selects the pods to which it applies, one for each of its specifications where that is known. */
export function ownSelectors(policy: PolicyObject): readonly LabelReferrer[] {
  return selectorsOf(policy)
    .filter((one) => 'selector' in one)
    .filter(({ path }) => OWN_PATHS.has(path));
}

const OWN_PATHS: ReadonlySet<string> = new Set([
  'spec.selector',
  'spec.endpointSelector',
  'spec.subject.pods.podSelector',
  'spec.subject.namespaces',
]);

/** The selectors of such policies that might select pods of a namespace, and of which that cannot be said. */
export function unevaluatedSelectors(view: ClusterView, namespace: string): readonly UnevaluatedSelector[] {
  const policies = [
    ...NAMESPACED_POLICIES.flatMap((kind) => view.list(kind, namespace)),
    ...CLUSTER_POLICIES.flatMap((kind) => view.list(kind)),
  ];
  return policies.flatMap((policy) => selectorsOf(policy).filter((one) => 'text' in one));
}

/** Why a selector is left open, in a few words. */
export function unevaluatedText({ by, path, text }: UnevaluatedSelector): string {
  return `whom ${refText(by)} selects cannot be said (${path}: ${text})`;
}
