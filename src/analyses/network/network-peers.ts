import { parseAddress, type IpAddress } from '../../kube/ip-range.ts';
import { namedPorts, type NamedPort, type PodIdentity } from '../../kube/network-policy-rule.ts';
import type { PodObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { PodClass } from '../workload/pod-groups.ts';
import { workloadList } from '../workload/workloads.ts';
import { inapplicable } from './isolation.ts';

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

/** Whether any pod of a namespace takes part in the pod network. */
export function hasNetworkPeers(view: ClusterView, namespace: string): boolean {
  return view.part(
    'has-network-peers',
    namespace,
    (inner) => workloadList(inner, namespace),
    (all) => all.some(({ classes }) => classes.some((one) => inapplicable(one) === '')),
  );
}

/** One pod of the peer's class: it has addresses of its own. */
export function onePod(peer: NetworkPeer, pod: PodObject): NetworkPeer {
  return { ...peer, pods: [pod] };
}

/** @param namespaceLabels of the class's namespace */
export function peerOf(podClass: PodClass, namespaceLabels: Labels): NetworkPeer {
  const names = namedPorts(podClass.spec);
  return {
    podClass,
    identity: { namespace: podClass.namespace, namespaceLabels, labels: podClass.labels },
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
