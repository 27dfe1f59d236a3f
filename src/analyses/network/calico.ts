import {
  calicoTier,
  compileCalicoPolicy,
  DEFAULT_TIER,
  isNotOfPods,
  type CalicoPod,
  type CalicoPolicy,
  type CalicoTierOrder,
} from '../../kube/calico-policy.ts';
import type { Direction, PodIdentity } from '../../kube/network-policy-rule.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { PluginVerdict } from './cilium.ts';

const NOTHING: PluginVerdict = { isolates: [], everyone: false, acts: [], unknown: '' };

/**
 * What Calico's policies do to a pod: the verdict for traffic that no rule speaks of. Tiers decide in order; one in
 * which no policy selects the pod is passed over, one that has such a policy ends with its default action, and a rule
 * that matches everything ends it earlier. After the last tier the namespace's profile allows.
 *
 * Source: docs.tigera.io/calico/latest/network-policy/policy-tiers/tiered-policy
 */
export function calicoVerdict(
  view: ClusterView,
  pod: PodIdentity & { readonly serviceAccount: string },
  direction: Direction,
): PluginVerdict {
  const policies = calicoPolicies(view, pod.namespace).filter((policy) => policy.directions.includes(direction));
  if (policies.length === 0) return NOTHING;
  const seen = calicoPod(view, pod);
  const answers = policies.map((policy) => ({ policy, selects: policy.selects(seen) }));
  const unsure = answers.find((one) => one.selects === null);
  const selecting = answers.filter((one) => one.selects === true).map((one) => one.policy);
  const acts = selecting.map((policy) => policy.name);
  if (unsure !== undefined) return { ...NOTHING, acts, unknown: `${unsure.policy.name} may select it` };
  const tiers = calicoTiers(view);
  const missing = selecting.find((policy) => !tiers.some((tier) => tier.name === policy.tier));
  if (missing !== undefined) {
    return { ...NOTHING, acts, unknown: `${missing.name} is in tier ${missing.tier}, which was not read` };
  }
  for (const tier of tiers) {
    const own = selecting.filter((policy) => policy.tier === tier.name).sort((a, b) => byOrder(a, b));
    if (own.length === 0) continue;
    const [first, rival] = deciders(own, direction);
    const action = first?.catchAll[direction] ?? tier.defaultAction;
    if (rival !== undefined && rival.catchAll[direction] !== action) {
      return { ...NOTHING, acts, unknown: `${first?.name} and ${rival.name} have the same order, and differ` };
    }
    if (action === 'Pass') continue;
    return { isolates: own.map((policy) => policy.name), everyone: action === 'Allow', acts, unknown: '' };
  }
  return { ...NOTHING, acts };
}

/**
 * The first policy with a rule that matches everything, and the first of the other kind that might stand before it:
 * among equal orders the name of Calico's own key decides, which holds the namespace in some versions.
 *
 * Source: projectcalico/calico felix/calc/policy_sorter.go
 */
function deciders(sorted: readonly CalicoPolicy[], direction: Direction): readonly CalicoPolicy[] {
  const [first, ...others] = sorted.filter((policy) => policy.catchAll[direction] !== null);
  if (first === undefined) return [];
  const rival = others.find((one) => one.order === first.order && one.isGlobal !== first.isGlobal);
  return rival === undefined ? [first] : [first, rival];
}

/** Whether anything of Calico may decide about pods of a namespace. */
export function hasCalicoPolicies(view: ClusterView, namespace: string): boolean {
  return calicoPolicies(view, namespace).length > 0;
}

function calicoPolicies(view: ClusterView, namespace: string): readonly CalicoPolicy[] {
  return view.derive(
    'calico-policies',
    namespace,
    (inner) =>
      [...inner.list('CalicoNetworkPolicy', namespace), ...inner.list('CalicoGlobalNetworkPolicy')]
        .filter((object) => !isNotOfPods(object))
        .map(compileCalicoPolicy),
    (a, b) => a.length === 0 && b.length === 0,
  );
}

function calicoTiers(view: ClusterView): readonly CalicoTierOrder[] {
  return view.derive('calico-tiers', '', (inner) => {
    const tiers = inner.list('CalicoTier').map(calicoTier);
    const all = tiers.some((tier) => tier.name === 'default') ? tiers : [...tiers, DEFAULT_TIER];
    return all.toSorted((a, b) => byOrder(a, b));
  });
}

/** Two without an order both go last: their difference is no number, and their names decide. */
function byOrder(
  a: { readonly order: number; readonly name: string },
  b: { readonly order: number; readonly name: string },
): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function calicoPod(view: ClusterView, pod: PodIdentity & { readonly serviceAccount: string }): CalicoPod {
  const serviceAccount = pod.serviceAccount === '' ? 'default' : pod.serviceAccount;
  const readable = view.readable('ServiceAccount', pod.namespace);
  const account = view.get('ServiceAccount', pod.namespace, serviceAccount);
  return { ...pod, serviceAccount, serviceAccountLabels: readable.ok ? (account?.labels ?? {}) : null };
}
