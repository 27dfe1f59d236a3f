import type { CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import type { Direction, NetworkRule } from '../../kube/network-policy-rule.ts';
import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { workloadKey, workloadName, workloadNamed, workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import { peerOf, type NetworkPeer } from './network-peers.ts';
import { inapplicable } from './isolation.ts';
import { selectedBy, serviceSelects } from './service-backends.ts';
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

/** The profiles of a workload's pod classes, with what else decided about them. */
interface WorkloadProfiles {
  readonly context: DecisionContext;
  readonly profiles: readonly PeerProfiles[];
}

/** The peers of a namespace with their profiles, workload by workload. */
export function peerProfiles(view: ClusterView, namespace: string): readonly PeerProfiles[] {
  return workloads(view, namespace).flatMap((workload) => workloadProfiles(view, workload));
}

/**
 * The profiles of a workload's pod classes; those outside the pod network have none. What did not change keeps its
 * identity.
 */
export function workloadProfiles(view: ClusterView, { ref }: Pick<AnalysedWorkload, 'ref'>): readonly PeerProfiles[] {
  const { namespace } = ref;
  return view.derive(
    'network-profiles',
    workloadKey(ref),
    (inner, previous: WorkloadProfiles | undefined) => {
      const context = decisionContext(inner, namespace);
      const isKept = keepsVerdicts(previous?.context, context);
      const before = new Map(previous?.profiles.map((one) => [one.peer.podClass, one]));
      const earlier = isKept ? [] : (previous?.profiles ?? []).flatMap(({ ingress, egress }) => [ingress, egress]);
      const classes = workloadNamed(inner, namespace, workloadName(ref))?.classes ?? [];
      const own = classes.filter((podClass) => inapplicable(podClass) === '');
      const profiles = own.map((podClass) => {
        const old = before.get(podClass);
        if (old !== undefined && isKept) return old;
        const isSamePeer = old?.peer.identity.namespaceLabels === context.labels;
        const peer = isSamePeer ? old.peer : peerOf(podClass, context.labels);
        const ingress = profileOf(inner, context, peer, 'ingress', earlier);
        const egress = profileOf(inner, context, peer, 'egress', earlier);
        return isSamePeer && old.ingress === ingress && old.egress === egress ? old : { peer, ingress, egress };
      });
      return { context, profiles };
    },
    (a, b) => a.context === b.context && sameItems(a.profiles, b.profiles),
  ).profiles;
}

/** By context: classes that the same policies select share a profile, whatever their workloads are. */
const PROFILES = new WeakMap<DecisionContext, Map<string, DirectionProfile>>();

function profilesIn(context: DecisionContext): Map<string, DirectionProfile> {
  let known = PROFILES.get(context);
  if (known === undefined) PROFILES.set(context, (known = new Map<string, DirectionProfile>()));
  return known;
}

/** The profiles of the pods that a Service selects. */
export function profilesBehind(view: ClusterView, { namespace, name }: ServiceObject): readonly PeerProfiles[] {
  return view.derive(
    'network-profiles-behind',
    `${namespace}/${name}`,
    (inner) => {
      const service = inner.get('Service', namespace, name);
      if (service === undefined) return NO_PROFILES;
      const own = selectedBy(inner, service).flatMap((ref) => workloadProfiles(inner, { ref }));
      return own.filter((one) => serviceSelects(service, one.peer.identity.labels));
    },
    sameItems,
  );
}

const NO_PROFILES: readonly PeerProfiles[] = [];

/** Whether a profile lets everything through. */
export function isOpen(profile: DirectionProfile): boolean {
  return profile.policies === null && profile.admin.length === 0 && profile.baseline.length === 0;
}

/**
 * @param context in it, profiles of one name have the same rules
 * @param earlier of another context: one that has the same rules keeps its identity
 */
function profileOf(
  view: ClusterView,
  context: DecisionContext,
  peer: NetworkPeer,
  direction: Direction,
  earlier: readonly DirectionProfile[],
): DirectionProfile {
  const known = profilesIn(context);
  const policies = selectingPolicies(context.policies, peer.identity.labels, direction);
  const admin = selectingAdminPolicies(context.admin, peer.identity, direction);
  const undecided = undecidedReason(view, context, peer, direction, admin);
  const names = policies.map((policy) => policy.name);
  const key = [direction, ...names, ...admin.map((one) => one.name), undecided].join('\n');
  const there = known.get(key);
  if (there !== undefined) return there;
  const rules = policies.flatMap((policy) => policy[direction] ?? []);
  const tier = (name: CompiledAdminPolicy['tier']): readonly NetworkRule[] =>
    admin.filter((policy) => policy.tier === name).flatMap((policy) => policy[direction]);
  const made: DirectionProfile = {
    direction,
    key,
    admin: tier('admin'),
    policies: policies.length === 0 ? null : rules,
    baseline: tier('baseline'),
    isolatedBy: names,
    undecided,
  };
  const profile = earlier.find((one) => one.key === key && sameRules(one, made)) ?? made;
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
  { readable, broken: policies, plugins }: DecisionContext,
  peer: NetworkPeer,
  direction: Direction,
  admin: readonly CompiledAdminPolicy[],
): string {
  if (readable !== '') return `NetworkPolicies not readable: ${readable}`;
  const broken = brokenReason(policies, peer.identity.labels, direction);
  if (broken !== '') return broken;
  if (plugins) {
    const pod = { ...peer.identity, serviceAccount: peer.podClass.spec.serviceAccountName };
    const unmodelled = pluginUndecided(view, pod, direction);
    if (unmodelled !== '') return unmodelled;
  }
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
