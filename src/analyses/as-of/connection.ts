/** Whether policies of a time of the past let one pod connect to others. */
import { ALL_PORTS, isNoPorts, NO_PORTS, unionPorts, type PortSet } from '../../kube/port-set.ts';
import type { NetworkRule, Peer } from '../../kube/network-policy-rule.ts';
import { selectorKeys } from '../../kube/selector.ts';
import { refText } from '../../kube/object-ref.ts';
import type { PodObject } from '../../model/objects.ts';
import { matchingRules, portsWithPod, rulesOf } from '../network/allowed-ports.ts';
import { hasCalicoPolicies } from '../network/calico.ts';
import { hasCiliumPolicies } from '../network/cilium.ts';
import { isOpen, type DirectionProfile, type PeerProfiles } from '../network/direction-profile.ts';
import { NAME_LABEL } from '../network/namespace-labels.ts';
import type { NetworkPeer } from '../network/network-peers.ts';
import { adminPolicies } from '../network/policies.ts';
import { namespaceNodes, podNodes, ReachRow, type ReachNode } from '../network/reach-table.ts';
import { unknownText, type PastView } from './past-view.ts';

/** What policies said about a connection. Whether anything enforced them then is not told by any evidence. */
export interface PastConnection {
  readonly status: 'possible' | 'refused' | 'unknown';
  /** Where it was possible: the ports that policies let through. */
  readonly ports: PortSet;
  /** `NetworkPolicy shop/db`, where it was refused. */
  readonly refusedBy: readonly string[];
  /** Why it is not known; '' where it is. */
  readonly reason: string;
}

/** @param reason why it is not known */
export function unknownConnection(reason: string): PastConnection {
  return { status: 'unknown', ports: NO_PORTS, refusedBy: [], reason };
}

/**
 * Whether policies let one of some pods connect to one of others: possible where any could, refused where it is known of
 * all that they could not.
 */
export function anyConnection(all: readonly PastConnection[]): PastConnection {
  const possible = all.filter(({ status }) => status === 'possible');
  const ports = possible.reduce((set: PortSet, one) => unionPorts(set, one.ports), NO_PORTS);
  if (possible.length > 0) return { status: 'possible', ports, refusedBy: [], reason: '' };
  const unknown = all.find(({ status }) => status === 'unknown');
  if (unknown !== undefined) return unknown;
  return refused(all.flatMap((one) => one.refusedBy));
}

/**
 * What the policies of the time say about a connection between two pods of one namespace. It is not known where any
 * policy that may decide is not known, or what it decides by: labels of the namespace, addresses, which the past does
 * not hold.
 *
 * Source: kubernetes.io/docs/concepts/services-networking/network-policies ("both the egress policy on the source and
 * the ingress policy on the destination need to allow it"; what it leaves to network plugins: pods of the host network)
 */
export function pastConnection(past: PastView, source: PodObject, destination: PodObject): PastConnection {
  const { namespace } = destination;
  const holes = [
    ...past.unknown.filter((one) => one.kind === 'Pod' && one.name === null),
    ...past.unknownPolicies(namespace),
  ];
  if (holes[0] !== undefined) return unknownConnection(unknownText(holes[0]));
  const from = nodeOf(past, source);
  const to = nodeOf(past, destination);
  if (from !== undefined && from.undecided !== '') return unknownConnection(from.undecided);
  if (to !== undefined && to.undecided !== '') return unknownConnection(to.undecided);
  const labels = past.unknownLabels(namespace);
  if (labels !== null && dependsOnLabels(past, namespace, [from, to])) return unknownConnection(unknownText(labels));
  if (from === undefined || to === undefined) return withHost(source, destination, from, to);
  const { certain } = new ReachRow(from).to(to);
  const sides = from.classes.flatMap((one) => to.classes.map((other) => sidesOf(one, other)));
  const unclear = sides.flatMap((both) => both.map((side) => unclearReason(side, isNoPorts(certain))));
  const reason = unclear.find((one) => one !== '');
  if (reason !== undefined) return unknownConnection(reason);
  if (!isNoPorts(certain)) return { status: 'possible', ports: certain, refusedBy: [], reason: '' };
  return refused(sides.flatMap(refusing));
}

function refused(policies: readonly string[]): PastConnection {
  return { status: 'refused', ports: NO_PORTS, refusedBy: [...new Set(policies)].sort(), reason: '' };
}

/** The pod in the network of its time; undefined where policies do not apply to it. */
function nodeOf({ view }: PastView, { namespace, name }: PodObject): ReachNode | undefined {
  return podNodes(namespaceNodes(view, namespace), (ref) => ref.name === name)[0];
}

/** A pod of the host network has the address of its node, which network plugins treat as they like. */
function withHost(
  source: PodObject,
  destination: PodObject,
  from: ReachNode | undefined,
  to: ReachNode | undefined,
): PastConnection {
  const isFree =
    (from === undefined || from.classes.every(({ egress }) => isOpen(egress))) &&
    (to === undefined || to.classes.every(({ ingress }) => isOpen(ingress)));
  if (isFree) return { status: 'possible', ports: ALL_PORTS, refusedBy: [], reason: '' };
  const host = from === undefined ? source : destination;
  const name = refText({ apiVersion: 'v1', kind: 'Pod', namespace: host.namespace, name: host.name });
  return unknownConnection(`${name} was not in the pod network: what policies do to it depends on the CNI`);
}

/** One end's part in a connection, with the other end. */
interface Side {
  readonly profile: DirectionProfile;
  readonly own: NetworkPeer;
  readonly other: NetworkPeer;
}

function sidesOf(source: PeerProfiles, destination: PeerProfiles): readonly [Side, Side] {
  return [
    { profile: source.egress, own: source.peer, other: destination.peer },
    { profile: destination.ingress, own: destination.peer, other: source.peer },
  ];
}

/** Why what a side says may be otherwise, by what the past does not hold; '' where it may not. */
function unclearReason({ profile, own, other }: Side, isRefused: boolean): string {
  const { names } = profile.direction === 'ingress' ? own : other;
  for (const rule of rulesOf(profile)) {
    // What a NetworkPolicy allows beside what is known to be allowed changes nothing.
    if (!isRefused && rule.policy.startsWith('NetworkPolicy ')) continue;
    if (hasAddresses(rule)) return `${rule.policy} speaks of addresses, and those of pods are not known of that time`;
    if (names.length === 0 && hasNamedPort(rule)) {
      return `${rule.policy} names a port, and what the pod's ports were called is not known of that time`;
    }
  }
  return '';
}

function hasAddresses({ peers }: NetworkRule): boolean {
  return peers !== 'any' && peers.some((peer) => peer.type === 'addresses');
}

function hasNamedPort({ ports }: NetworkRule): boolean {
  return ports !== 'all' && ports.some((port) => port.type === 'named');
}

/** The policies by which a connection fails: those of the sides that let nothing through, else of both. */
function refusing(sides: readonly Side[]): readonly string[] {
  const closed = sides.filter(({ profile, own, other }) => isNoPorts(portsWithPod(profile, own, other).certain));
  return (closed.length > 0 ? closed : sides).flatMap(({ profile, own, other }) => [
    ...profile.isolatedBy.map((name) => `NetworkPolicy ${name}`),
    ...matchingRules(profile, own, other).flatMap(({ action, policy }) => (action === 'deny' ? [policy] : [])),
  ]);
}

/** Whether a label of the namespace, other than its name, may decide: of the two ends, or of who is subject to what. */
function dependsOnLabels({ view }: PastView, namespace: string, nodes: readonly (ReachNode | undefined)[]): boolean {
  if (adminPolicies(view).length > 0 || hasCiliumPolicies(view, namespace) || hasCalicoPolicies(view, namespace)) {
    return true;
  }
  const profiles = nodes.flatMap((node) => node?.classes.flatMap(({ ingress, egress }) => [ingress, egress]) ?? []);
  return profiles.flatMap(rulesOf).some(({ peers }) => peers !== 'any' && peers.some(readsLabels));
}

function readsLabels(peer: Peer): boolean {
  if (peer.type === 'addresses' || peer.namespaceSelector === null) return false;
  return selectorKeys(peer.namespaceSelector).some((key) => key !== NAME_LABEL);
}
