import { parseAddress, type IpAddress } from '../../kube/ip-range.ts';
import { namedPorts, type NamedPort, type PodIdentity } from '../../kube/network-policy-rule.ts';
import type { PodObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { PodClass } from '../workload/pod-groups.ts';
import { podClasses } from '../workload/workloads.ts';
import { identityOf, inapplicable } from './isolation.ts';

/** A pod class that takes part in the pod network: it can send, receive, and be selected. */
export interface NetworkPeer {
  readonly podClass: PodClass;
  readonly identity: PodIdentity;
  readonly names: readonly NamedPort[];
  /** Equal for classes with equal named ports. */
  readonly namesKey: string;
  /** Those whose addresses are its own; none for templates. */
  readonly pods: readonly PodObject[];
}

/** The peers of a namespace, in order of workload; unchanged ones keep their identity. */
export function networkPeers(view: ClusterView, namespace: string): readonly NetworkPeer[] {
  return view.derive(
    `network-peers/${namespace}`,
    (inner, previous: readonly NetworkPeer[] | undefined) => {
      const before = new Map(previous?.map((one) => [one.podClass, one]));
      return podClasses(inner, namespace)
        .filter((podClass) => inapplicable(podClass) === '')
        .map((podClass) => {
          const identity = identityOf(inner, podClass);
          const old = before.get(podClass);
          return old?.identity.namespaceLabels === identity.namespaceLabels ? old : peerOf(podClass, identity);
        });
    },
    (a, b) => a.length === b.length && a.every((one, index) => one === b[index]),
  );
}

/** One pod of the peer's class: it has addresses of its own. */
export function onePod(peer: NetworkPeer, pod: PodObject): NetworkPeer {
  return { ...peer, pods: [pod] };
}

function peerOf(podClass: PodClass, identity: PodIdentity): NetworkPeer {
  const names = namedPorts(podClass.spec);
  return {
    podClass,
    identity,
    names,
    namesKey: names.map((one) => `${one.name}:${one.protocol}:${one.port}`).join(','),
    pods: podClass.pods,
  };
}

/** Asked for only where a policy speaks of addresses, and then often. */
const ADDRESSES = new WeakMap<readonly PodObject[], readonly IpAddress[]>();

/** Addresses of a peer's pods, as far as they are known. */
export function peerAddresses({ pods }: NetworkPeer): readonly IpAddress[] {
  let addresses = ADDRESSES.get(pods);
  if (addresses === undefined) {
    addresses = pods.flatMap((pod) => pod.podIPs.flatMap((text) => parseAddress(text) ?? []));
    ADDRESSES.set(pods, addresses);
  }
  return addresses;
}
