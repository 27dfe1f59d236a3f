import { BlockList, isIPv6 } from 'node:net';
import type {
  NetworkPolicyObject,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  PodObject,
} from '../../../src/model/objects.ts';
import type { Labels, LabelSelector } from '../../../src/model/selector.ts';

/**
 * Reachability straight from the words of the API documentation, one question at a time, with nothing shared with the
 * product: the twin that the product's evaluator is compared to.
 */
export interface NaiveCluster {
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly pods: readonly PodObject[];
  readonly policies: readonly NetworkPolicyObject[];
}

export type NaiveEnd = { readonly pod: PodObject } | { readonly address: string };

/** @param podAddresses whether an ipBlock also matches a pod by the pod's own address */
export function mayConnect(
  cluster: NaiveCluster,
  source: NaiveEnd,
  destination: NaiveEnd,
  protocol: string,
  port: number,
  podAddresses: boolean,
): boolean {
  const leaves = 'address' in source || sideAllows('Egress', source.pod, destination);
  const enters = 'address' in destination || sideAllows('Ingress', destination.pod, source);
  return leaves && enters;

  function sideAllows(type: 'Ingress' | 'Egress', pod: PodObject, other: NaiveEnd): boolean {
    const isolating = cluster.policies.filter(
      (policy) =>
        policy.namespace === pod.namespace && speaksOf(policy, type) && selects(policy.podSelector, pod.labels),
    );
    if (isolating.length === 0) return true;
    return isolating.some((policy) => {
      const rules: readonly {
        from?: readonly NetworkPolicyPeer[];
        to?: readonly NetworkPolicyPeer[];
        ports?: readonly NetworkPolicyPort[];
      }[] = (type === 'Ingress' ? policy.ingress : policy.egress) ?? [];
      return rules.some((rule) => {
        const peers = (type === 'Ingress' ? rule.from : rule.to) ?? [];
        const peerOk = peers.length === 0 || peers.some((peer) => isPeer(peer, policy.namespace, other));
        const ports = rule.ports ?? [];
        return peerOk && (ports.length === 0 || ports.some(isPort));
      });
    });
  }

  function isPeer(peer: NetworkPolicyPeer, own: string, other: NaiveEnd): boolean {
    if (peer.ipBlock !== undefined) {
      const { cidr, except = [] } = peer.ipBlock;
      if ('pod' in other && !podAddresses) return false;
      const addresses = 'pod' in other ? other.pod.podIPs : [other.address];
      return addresses.some((address) => inside(cidr, address) && !except.some((hole) => inside(hole, address)));
    }
    if ('address' in other) return false;
    const there = other.pod.namespace;
    const namespaceOk =
      peer.namespaceSelector === undefined
        ? there === own
        : selects(peer.namespaceSelector, cluster.namespaces.get(there) ?? {});
    return namespaceOk && (peer.podSelector === undefined || selects(peer.podSelector, other.pod.labels));
  }

  function isPort(one: NetworkPolicyPort): boolean {
    if ((one.protocol ?? 'TCP') !== protocol) return false;
    if (one.port === undefined) return true;
    if (typeof one.port === 'number') return port >= one.port && port <= (one.endPort ?? one.port);
    if ('address' in destination) return false;
    return destination.pod.spec.containers.some((container) =>
      container.ports.some(
        (named) => named.name === one.port && named.protocol === protocol && named.containerPort === port,
      ),
    );
  }
}

/** Whether a policy isolates in this direction (SetDefaults_NetworkPolicy). */
export function speaksOf(policy: NetworkPolicyObject, type: 'Ingress' | 'Egress'): boolean {
  if (policy.policyTypes !== null && policy.policyTypes.length > 0) return policy.policyTypes.includes(type);
  return type === 'Ingress' || (policy.egress !== null && policy.egress.length > 0);
}

export function selects(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const value = labels[key];
    if (operator === 'In' && (value === undefined || !values.includes(value))) return false;
    if (operator === 'NotIn' && value !== undefined && values.includes(value)) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
  }
  return true;
}

const LISTS = new Map<string, BlockList>();

function inside(cidr: string, address: string): boolean {
  const [base = '', length = ''] = cidr.split('/');
  const family = isIPv6(base) ? 'ipv6' : 'ipv4';
  if (isIPv6(address) !== (family === 'ipv6')) return false;
  let list = LISTS.get(cidr);
  if (list === undefined) {
    list = new BlockList();
    list.addSubnet(base, Number(length), family);
    LISTS.set(cidr, list);
  }
  return list.check(address, family);
}
