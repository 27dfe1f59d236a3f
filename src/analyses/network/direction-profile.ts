import type { CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import { DIRECTIONS, type Direction, type NetworkRule } from '../../kube/network-policy-rule.ts';
import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { KeyedList } from '../../store/keyed-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { groupedList, type ItemGroup } from '../workload/grouped-list.ts';
import { workloadName, type AnalysedWorkload } from '../workload/workloads.ts';
import { serviceSelects } from './exposure.ts';
import { networkPeers, type NetworkPeer } from './network-peers.ts';
import { decisionContext, keepsVerdicts, type DecisionContext } from './decision-context.ts';
import { brokenReason, selectingAdminPolicies, selectingPolicies } from './policies.ts';
import { pluginUndecided } from './wider-policies.ts';

/**
 * Everything that decides what a pod may receive or send, in the order in which it decides: Admin rules, then
 * NetworkPolicies (which have the last word over the pods that they select), then Baseline rules, then allow. Classes
 * that the same policies select share one profile.
 *
 * Source: kubernetes-sigs/network-policy-api, apis/v1alpha2/clusternetworkpolicy_types.go
 */
export interface DirectionProfile {
  readonly direction: Direction;
  readonly key: string;
  readonly admin: readonly NetworkRule[];
  /** null: no NetworkPolicy isolates the pod in this direction. */
  readonly policies: readonly NetworkRule[] | null;
  readonly baseline: readonly NetworkRule[];
  /** Names of the policies that isolate. */
  readonly isolatedBy: readonly string[];
  /** Why the profile can't be decided; '' where it can. */
  readonly undecided: string;
}

export interface PeerProfiles {
  readonly peer: NetworkPeer;
  readonly ingress: DirectionProfile;
  readonly egress: DirectionProfile;
}

interface NamespaceProfiles {
  readonly context: DecisionContext;
  readonly profiles: readonly PeerProfiles[];
}

/** The peers of a namespace with their profiles; what did not change keeps its identity. */
export function peerProfiles(view: ClusterView, namespace: string): readonly PeerProfiles[] {
  return view.derive(
    `network-profiles/${namespace}`,
    (inner, previous: NamespaceProfiles | undefined) => {
      const context = decisionContext(inner, namespace);
      const isKept = keepsVerdicts(previous?.context, context);
      const before = new Map(previous?.profiles.map((one) => [one.peer, one]));
      const known = new Map<string, DirectionProfile>();
      for (const one of previous?.profiles ?? []) for (const direction of DIRECTIONS) keep(known, one[direction]);
      const profiles = networkPeers(inner, namespace).map((peer) => {
        const kept = isKept ? before.get(peer) : undefined;
        if (kept !== undefined) return kept;
        const ingress = profileOf(inner, peer, 'ingress', known);
        const egress = profileOf(inner, peer, 'egress', known);
        const old = before.get(peer);
        return old?.ingress === ingress && old.egress === egress ? old : { peer, ingress, egress };
      });
      return { context, profiles };
    },
    (a, b) => a.context === b.context && sameItems(a.profiles, b.profiles),
  ).profiles;
}

/** The profiles of a workload's pod classes; those outside the pod network have none. */
export function workloadProfiles(view: ClusterView, { ref }: Pick<AnalysedWorkload, 'ref'>): readonly PeerProfiles[] {
  const own = view.entry(`network-profiles-of/${ref.namespace}/`, workloadName(ref), (whole) =>
    profilesByWorkload(whole, ref.namespace),
  );
  return own?.items ?? NO_PROFILES;
}

const NO_PROFILES: readonly PeerProfiles[] = [];

function profilesByWorkload(view: ClusterView, namespace: string): KeyedList<ItemGroup<PeerProfiles>> {
  return view.derive(
    `network-profiles-by-workload/${namespace}`,
    (inner, previous: KeyedList<ItemGroup<PeerProfiles>> | undefined) =>
      groupedList(peerProfiles(inner, namespace), ({ peer }) => workloadName(peer.podClass.workload), previous),
  );
}

/** The profiles of the pods that a Service selects. */
export function profilesBehind(view: ClusterView, { namespace, name }: ServiceObject): readonly PeerProfiles[] {
  return view.derive(
    `network-profiles-behind/${namespace}/${name}`,
    (inner) => {
      const service = inner.get('Service', namespace, name);
      if (service === undefined) return NO_PROFILES;
      return peerProfiles(inner, namespace).filter((one) => serviceSelects(service, one.peer.identity.labels));
    },
    sameItems,
  );
}

/** Whether a profile lets everything through. */
export function isOpen(profile: DirectionProfile): boolean {
  return profile.policies === null && profile.admin.length === 0 && profile.baseline.length === 0;
}

function keep(known: Map<string, DirectionProfile>, profile: DirectionProfile): void {
  known.set(profile.key, profile);
}

function profileOf(
  view: ClusterView,
  peer: NetworkPeer,
  direction: Direction,
  known: Map<string, DirectionProfile>,
): DirectionProfile {
  const policies = selectingPolicies(view, peer.identity, direction);
  const admin = selectingAdminPolicies(view, peer.identity, direction);
  const undecided = undecidedReason(view, peer, direction, admin);
  const names = policies.map((policy) => policy.name);
  const key = [direction, ...names, ...admin.map((one) => one.name), undecided].join('\n');
  const rules = policies.flatMap((policy) => policy[direction] ?? []);
  const tier = (name: CompiledAdminPolicy['tier']): readonly NetworkRule[] =>
    admin.filter((policy) => policy.tier === name).flatMap((policy) => policy[direction]);
  const profile: DirectionProfile = {
    direction,
    key,
    admin: tier('admin'),
    policies: policies.length === 0 ? null : rules,
    baseline: tier('baseline'),
    isolatedBy: names,
    undecided,
  };
  const there = known.get(key);
  if (there !== undefined && sameRules(there, profile)) return there;
  known.set(key, profile);
  return profile;
}

/** The names may be the same while the policies changed: rules are compared by identity. */
function sameRules(a: DirectionProfile, b: DirectionProfile): boolean {
  return sameList(a.admin, b.admin) && sameList(a.policies, b.policies) && sameList(a.baseline, b.baseline);
}

function sameList(a: readonly NetworkRule[] | null, b: readonly NetworkRule[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((rule, at) => rule === b[at]));
}

function undecidedReason(
  view: ClusterView,
  peer: NetworkPeer,
  direction: Direction,
  admin: readonly CompiledAdminPolicy[],
): string {
  const { namespace } = peer.identity;
  const readable = view.readable('NetworkPolicy', namespace);
  if (!readable.ok) return `NetworkPolicies not readable: ${readable.reason}`;
  const broken = brokenReason(view, peer.identity, direction);
  if (broken !== '') return broken;
  const plugin = { ...peer.identity, serviceAccount: peer.podClass.spec.serviceAccountName };
  const unmodelled = pluginUndecided(view, plugin, direction);
  if (unmodelled !== '') return unmodelled;
  const unclear = admin.map((policy) => policy.undecided[direction]).find((reason) => reason !== null);
  return unclear ?? ambiguity(admin, direction);
}

/** Two policies of the same tier and priority: which one decides is undefined, unless all their rules act alike. */
function ambiguity(admin: readonly CompiledAdminPolicy[], direction: Direction): string {
  for (const [index, one] of admin.entries()) {
    const other = admin[index + 1];
    if (other === undefined || other.tier !== one.tier || other.priority !== one.priority) continue;
    const actions = new Set([...one[direction], ...other[direction]].map((rule) => rule.action));
    if (actions.size > 1) return `${one.name} and ${other.name} have the same priority: their order is undefined`;
  }
  return '';
}
