/** Whether policies of a time of the past let one pod connect to others. */
import { ALL_PORTS, intersectPorts, isNoPorts, NO_PORTS, unionPorts, type PortSet } from '../../kube/port-set.ts';
import type { NetworkRule, Peer } from '../../kube/network-policy-rule.ts';
import { selectorKeys } from '../../kube/selector.ts';
import type { PodObject } from '../../model/objects.ts';
import { matchingRules, portsWithPod, rulesOf } from '../network/allowed-ports.ts';
import { hasCalicoPolicies } from '../network/calico.ts';
import { hasCiliumPolicies } from '../network/cilium.ts';
import { isOpen, peerProfiles, type DirectionProfile, type PeerProfiles } from '../network/direction-profile.ts';
import { NAME_LABEL } from '../network/namespace-labels.ts';
import type { NetworkPeer } from '../network/network-peers.ts';
import { adminPolicies } from '../network/policies.ts';
import { groupBy } from '../workload/group-by.ts';
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

/** Whether policies let a pod connect to another one of its namespace. */
export type ConnectionsOf = (source: PodObject, destination: PodObject) => PastConnection;

/**
 * What the policies of the time say about connections between two pods of one namespace. It is not known where any
 * policy that may decide is not known, or what it decides by: labels of the namespace, addresses, which the past does
 * not hold. Pods that are alike to policies are judged once.
 *
 * Source: kubernetes.io/docs/concepts/services-networking/network-policies ("both the egress policy on the source and
 * the ingress policy on the destination need to allow it"; what it leaves to network plugins: pods of the host network)
 */
export function pastConnections(past: PastView): ConnectionsOf {
  const namespaces = new Map<string, NamespacePast>();
  return (source, destination) => {
    const { namespace } = destination;
    let own = namespaces.get(namespace);
    if (own === undefined) namespaces.set(namespace, (own = new NamespacePast(past, namespace)));
    return own.connection(source.name, destination.name);
  };
}

class NamespacePast {
  readonly #namespace: string;
  readonly #view: PastView['view'];
  /** Why nothing can be said; '' where it can. */
  readonly #hole: string;
  /** Why the labels of the namespace are not known; '' where they are. */
  readonly #unknownLabels: string;
  /** By the names of pods; those that policies do not apply to have none. */
  readonly #profiles: ReadonlyMap<string, PeerProfiles>;
  readonly #judged = new Map<PeerProfiles, Map<PeerProfiles, PastConnection>>();

  constructor(past: PastView, namespace: string) {
    this.#namespace = namespace;
    this.#view = past.view;
    const pods = past.unknown.find((one) => one.kind === 'Pod' && one.name === null);
    const hole = pods ?? past.unknownPolicies(namespace)[0];
    this.#hole = hole === undefined ? '' : unknownText(hole);
    const labels = past.unknownLabels(namespace);
    this.#unknownLabels = labels === null ? '' : unknownText(labels);
    this.#profiles = new Map(
      peerProfiles(past.view, namespace).flatMap((one) => one.peer.pods.map(({ name }) => [name, one] as const)),
    );
  }

  /** @param source the name of a pod, as `destination` is */
  connection(source: string, destination: string): PastConnection {
    if (this.#hole !== '') return unknownConnection(this.#hole);
    const from = this.#profiles.get(source);
    const to = this.#profiles.get(destination);
    if (from === undefined || to === undefined) {
      return this.#withHost(from === undefined ? source : destination, from, to);
    }
    const known = groupBy(this.#judged, from);
    let judged = known.get(to);
    if (judged === undefined) known.set(to, (judged = this.#undecided([from, to]) ?? judge(sidesOf(from, to))));
    return judged;
  }

  #undecided(ends: readonly PeerProfiles[]): PastConnection | null {
    const profiles = ends.flatMap(({ ingress, egress }) => [ingress, egress]);
    const reason = profiles.find(({ undecided }) => undecided !== '')?.undecided;
    if (reason !== undefined) return unknownConnection(reason);
    const isByLabels = this.#unknownLabels !== '' && dependsOnLabels(this.#view, this.#namespace, profiles);
    return isByLabels ? unknownConnection(this.#unknownLabels) : null;
  }

  /** A pod of the host network has the address of its node, which network plugins treat as they like. */
  #withHost(host: string, from: PeerProfiles | undefined, to: PeerProfiles | undefined): PastConnection {
    const undecided = this.#undecided([from, to].filter((one) => one !== undefined));
    if (undecided !== null) return undecided;
    if ((from === undefined || isOpen(from.egress)) && (to === undefined || isOpen(to.ingress))) {
      return { status: 'possible', ports: ALL_PORTS, refusedBy: [], reason: '' };
    }
    const name = `Pod ${this.#namespace}/${host}`;
    return unknownConnection(`${name} was not in the pod network: what policies do to it depends on the CNI`);
  }
}

function judge(sides: readonly [Side, Side]): PastConnection {
  const [egress, ingress] = sides.map(({ profile, own, other }) => portsWithPod(profile, own, other).certain);
  const ports = intersectPorts(egress ?? NO_PORTS, ingress ?? NO_PORTS);
  const reason = sides.map((side) => unclearReason(side, isNoPorts(ports))).find((one) => one !== '');
  if (reason !== undefined) return unknownConnection(reason);
  return isNoPorts(ports) ? refused(refusing(sides)) : { status: 'possible', ports, refusedBy: [], reason: '' };
}

function refused(policies: readonly string[]): PastConnection {
  return { status: 'refused', ports: NO_PORTS, refusedBy: [...new Set(policies)].sort(), reason: '' };
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
function dependsOnLabels(view: PastView['view'], namespace: string, profiles: readonly DirectionProfile[]): boolean {
  if (adminPolicies(view).length > 0 || hasCiliumPolicies(view, namespace) || hasCalicoPolicies(view, namespace)) {
    return true;
  }
  return profiles.flatMap(rulesOf).some(({ peers }) => peers !== 'any' && peers.some(readsLabels));
}

function readsLabels(peer: Peer): boolean {
  if (peer.type === 'addresses' || peer.namespaceSelector === null) return false;
  return selectorKeys(peer.namespaceSelector).some((key) => key !== NAME_LABEL);
}
