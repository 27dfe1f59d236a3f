import type { LabelSelector } from '../model/selector.ts';
import type { Container, ContainerPort, PodSpec } from '../model/pod-spec.ts';
import type { IpRange } from './ip-range.ts';
import { matches } from './selector.ts';
import { ALL_PORTS, everyPort, NO_PORTS, portRange, type PortSet, type Protocol, unionPorts } from './port-set.ts';

export const DIRECTIONS = ['ingress', 'egress'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Whom a rule speaks of, with everything that Kubernetes defaults filled in. */
export type Peer =
  /** Pods of one namespace (`namespaceSelector` null), or of the namespaces whose labels match. */
  | {
      readonly type: 'pods';
      readonly namespace: string;
      readonly namespaceSelector: LabelSelector | null;
      readonly podSelector: LabelSelector;
    }
  /** Addresses; `ranges` are what the CIDR leaves after its exceptions. */
  | { readonly type: 'addresses'; readonly ranges: readonly IpRange[]; readonly text: string };

/** One entry of a rule's ports. */
export type PortSpec =
  | { readonly type: 'range'; readonly protocol: Protocol; readonly first: number; readonly last: number }
  | { readonly type: 'every'; readonly protocol: Protocol }
  /** Resolved on the destination pod; `protocol` null matches the name on any protocol (ClusterNetworkPolicy). */
  | { readonly type: 'named'; readonly protocol: Protocol | null; readonly name: string };

/** A rule of any policy API, in one form. */
export interface NetworkRule {
  readonly action: 'allow' | 'deny' | 'pass';
  /** 'any' is every peer, inside and outside. */
  readonly peers: 'any' | readonly Peer[];
  readonly ports: 'all' | readonly PortSpec[];
  /** `NetworkPolicy shop/web` */
  readonly policy: string;
  /** Field path inside the policy, such as `spec.ingress[0]`. */
  readonly path: string;
}

/** What peers are matched by. */
export interface PodIdentity {
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether a peer's selectors match a pod; address peers never do (see `ipBlock` in the analyses). */
export function peerSelectsPod(peer: Peer, pod: PodIdentity): boolean {
  if (peer.type === 'addresses') return false;
  const inNamespace =
    peer.namespaceSelector === null
      ? peer.namespace === pod.namespace
      : matches(peer.namespaceSelector, pod.namespaceLabels);
  return inNamespace && matches(peer.podSelector, pod.labels);
}

/** A named container port. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/**
 * The names that a policy may use on a pod: ports of its containers and of its sidecars. An ordinary init container's
 * ports are gone when the pod serves (k8s.io/kubernetes pkg/api/v1/pod `FindPort` looks at the same ones).
 */
export function namedPorts(spec: PodSpec): readonly NamedPort[] {
  return servingPorts(spec).flatMap((port) =>
    port.name === null ? [] : [{ name: port.name, protocol: port.protocol, port: port.containerPort }],
  );
}

/** Ports that a pod's containers and sidecars declare. */
export function servingPorts(spec: PodSpec): readonly ContainerPort[] {
  return spec.containers.filter(serves).flatMap((container) => container.ports);
}

function serves(container: Container): boolean {
  return container.role === 'container' || container.sidecar;
}

/**
 * The ports that a rule speaks of, with names resolved.
 *
 * @param names the destination's named ports; null for an outside address, which has none
 */
export function resolvePorts(ports: NetworkRule['ports'], names: readonly NamedPort[] | null): PortSet {
  if (ports === 'all') return ALL_PORTS;
  let set = NO_PORTS;
  for (const port of ports) set = unionPorts(set, resolvePort(port, names ?? []));
  return set;
}

function resolvePort(port: PortSpec, names: readonly NamedPort[]): PortSet {
  switch (port.type) {
    case 'range':
      return portRange(port.protocol, port.first, port.last);
    case 'every':
      return everyPort(port.protocol);
    case 'named': {
      let set = NO_PORTS;
      for (const one of names) {
        if (one.name !== port.name || (port.protocol !== null && one.protocol !== port.protocol)) continue;
        set = unionPorts(set, portRange(one.protocol as Protocol, one.port));
      }
      return set;
    }
  }
}
