import type { CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import { coversFamily, type IpRange } from '../../kube/ip-range.ts';
import type { Direction, NetworkRule, PodIdentity } from '../../kube/network-policy-rule.ts';
import { WIDER_POLICY_KINDS } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { calicoVerdict } from './calico.ts';
import { ciliumVerdict, type PluginVerdict } from './cilium.ts';
import { selectingAdminPolicies } from './policies.ts';

/** What the policies of other APIs make of a pod in one direction. */
export interface WiderVerdict {
  /** unknown: a policy may select the pod, and what it decides is not modelled. */
  readonly status: 'none' | 'isolates' | 'unknown';
  readonly policies: readonly string[];
  readonly reason: string;
  /** It isolates, and a rule that matches everything lets it all through. */
  readonly everyone: boolean;
}

const NOTHING: WiderVerdict = { status: 'none', policies: [], reason: '', everyone: false };

/** Which of the wider policy kinds could not be read for a namespace; '' where all could. */
export function widerUnreadable(view: ClusterView, namespace: string): string {
  return view.derive('wider-unreadable', namespace, (inner) => {
    const denied = WIDER_POLICY_KINDS.filter((kind) => !inner.readable(kind, namespace).ok);
    if (denied.length === 0) return '';
    return denied.length === WIDER_POLICY_KINDS.length
      ? 'wider policies not readable'
      : `${denied.join(', ')} not readable`;
  });
}

/** A pod as the policies of network plugins see it. */
export type PluginPod = PodIdentity & { readonly serviceAccount: string };

/** What decides about a pod beside its NetworkPolicies. */
interface WiderPolicies {
  readonly admin: readonly CompiledAdminPolicy[];
  /** Whether there is anything of Cilium or Calico. */
  readonly plugins: boolean;
}

/** What Admin, Cilium and Calico policies make of a pod, apart from its NetworkPolicies. */
export function widerIsolation(
  view: ClusterView,
  { admin, plugins }: WiderPolicies,
  pod: PluginPod,
  direction: Direction,
): WiderVerdict {
  const verdicts = plugins ? pluginVerdicts(view, pod, direction) : NO_VERDICTS;
  const isolating = verdicts.filter((one) => one.isolates.length > 0);
  if (isolating.length > 0) {
    const policies = isolating.flatMap((one) => one.isolates);
    return { status: 'isolates', policies, reason: '', everyone: isolating.every((one) => one.everyone) };
  }
  const unknown = verdicts.find((one) => one.unknown !== '');
  if (unknown !== undefined) return { ...NOTHING, status: 'unknown', policies: unknown.acts, reason: unknown.unknown };
  return adminIsolation(admin, pod, direction);
}

const NO_VERDICTS: readonly PluginVerdict[] = [];

function pluginVerdicts(view: ClusterView, pod: PluginPod, direction: Direction): readonly PluginVerdict[] {
  return [ciliumVerdict(view, pod, direction), calicoVerdict(view, pod, direction)];
}

/** Why reachability of a pod can't be decided: the rules of Cilium and Calico policies are not evaluated; '' if none. */
export function pluginUndecided(view: ClusterView, pod: PluginPod, direction: Direction): string {
  for (const one of pluginVerdicts(view, pod, direction)) {
    if (one.unknown !== '') return one.unknown;
    const name = one.acts[0] ?? one.isolates[0];
    if (name !== undefined) return `${name} decides about it, and its rules are not evaluated`;
  }
  return '';
}

/**
 * Being the subject of an admin policy isolates nothing: its rules speak of the peers that they name. Only a Deny of
 * every address on every port leaves nothing open by default, and only egress rules can name addresses.
 */
function adminIsolation(admin: readonly CompiledAdminPolicy[], pod: PodIdentity, direction: Direction): WiderVerdict {
  const policies = selectingAdminPolicies(admin, pod, direction);
  if (policies.length === 0) return NOTHING;
  const denying = policies.filter((policy) => policy[direction].some(deniesEverything));
  if (denying.length > 0) return { ...NOTHING, status: 'isolates', policies: denying.map((one) => one.name) };
  const names = policies.map((one) => one.name);
  const partial = policies.some((policy) => policy[direction].some((rule) => rule.action === 'deny'));
  const undecided = policies.map((policy) => policy.undecided[direction]).find((reason) => reason !== null);
  if (undecided !== undefined) return { ...NOTHING, status: 'unknown', policies: names, reason: undecided };
  return { ...NOTHING, policies: names, reason: partial ? `${names[0]} denies some peers, the rest stays open` : '' };
}

function deniesEverything(rule: NetworkRule): boolean {
  if (rule.action !== 'deny' || rule.ports !== 'all' || rule.peers === 'any') return false;
  const ranges = rule.peers.flatMap((peer): readonly IpRange[] => (peer.type === 'addresses' ? peer.ranges : []));
  return coversFamily(ranges, 4) && coversFamily(ranges, 6);
}
