import type { NetworkPolicyObject, NetworkPolicyPeer, NetworkPolicyPort } from '../model/objects.ts';
import type { LabelSelector } from '../model/selector.ts';
import { parseCidr, withoutRanges, type IpRange } from './ip-range.ts';
import type { Direction, NetworkRule, Peer, PortSpec } from './network-policy-rule.ts';
import { isProtocol } from './port-set.ts';

/** A NetworkPolicy with all defaults filled in. */
export interface CompiledPolicy {
  readonly object: NetworkPolicyObject;
  /** `shop/web` */
  readonly name: string;
  /** null: the policy says nothing about that direction; []: it isolates and allows nothing. */
  readonly ingress: readonly NetworkRule[] | null;
  readonly egress: readonly NetworkRule[] | null;
  /** Why the policy can't be judged; null where it can. The API server refuses such a policy. */
  readonly problem: string | null;
}

/**
 * Which directions a policy isolates.
 *
 * Source: k8s.io/kubernetes pkg/apis/networking/v1/defaults.go `SetDefaults_NetworkPolicy`: without policyTypes (absent
 * or empty) Ingress always, and Egress only where the policy has at least one egress rule; `egress: []` has none.
 */
export function policyDirections(policy: Pick<NetworkPolicyObject, 'policyTypes' | 'egress'>): readonly Direction[] {
  const types = policy.policyTypes ?? [];
  if (types.length === 0) return (policy.egress ?? []).length > 0 ? ['ingress', 'egress'] : ['ingress'];
  return (['ingress', 'egress'] as const).filter((one) => types.includes(one === 'ingress' ? 'Ingress' : 'Egress'));
}

/**
 * Fills in the defaults of networking.k8s.io/v1: no `from`/`to` (or an empty one) is any peer, no `ports` is any port,
 * a peer without namespaceSelector means the policy's own namespace, protocol is TCP.
 *
 * Source: k8s.io/api networking/v1 types.go; kubernetes.io/docs/concepts/services-networking/network-policies
 */
export function compilePolicy(object: NetworkPolicyObject): CompiledPolicy {
  const name = `${object.namespace}/${object.name}`;
  const directions = policyDirections(object);
  const problems: string[] = [...selectorProblems(object.podSelector, 'spec.podSelector')];
  const compile = (
    direction: Direction,
    rules: readonly { readonly peers: readonly NetworkPolicyPeer[]; readonly ports: readonly NetworkPolicyPort[] }[],
  ): readonly NetworkRule[] =>
    rules.map(({ peers, ports }, index): NetworkRule => {
      const path = `spec.${direction}[${index}]`;
      return {
        action: 'allow',
        peers: peers.length === 0 ? 'any' : peers.map((peer) => compilePeer(peer, object.namespace, path, problems)),
        ports: ports.length === 0 ? 'all' : ports.map((port) => compilePort(port, path, problems)),
        policy: `NetworkPolicy ${name}`,
        path,
      };
    });
  const ingress = (object.ingress ?? []).map((rule) => ({ peers: rule.from ?? [], ports: rule.ports ?? [] }));
  const egress = (object.egress ?? []).map((rule) => ({ peers: rule.to ?? [], ports: rule.ports ?? [] }));
  return {
    object,
    name,
    ingress: directions.includes('ingress') ? compile('ingress', ingress) : null,
    egress: directions.includes('egress') ? compile('egress', egress) : null,
    problem: problems[0] ?? null,
  };
}

/** The addresses of an ipBlock: its CIDR without its exceptions. null where one of them is no CIDR. */
function blockRanges(block: { readonly cidr: string; readonly except?: readonly string[] }): readonly IpRange[] | null {
  const range = parseCidr(block.cidr);
  const holes = (block.except ?? []).map(parseCidr);
  if (range === null || holes.some((hole) => hole === null)) return null;
  return withoutRanges(
    range,
    holes.filter((hole) => hole !== null),
  );
}

/** `10.0.0.0/8 except 10.1.0.0/16` */
function blockText(block: { readonly cidr: string; readonly except?: readonly string[] }): string {
  const except = block.except ?? [];
  return except.length === 0 ? block.cidr : `${block.cidr} except ${except.join(', ')}`;
}

function compilePeer(peer: NetworkPolicyPeer, namespace: string, path: string, problems: string[]): Peer {
  if (peer.ipBlock !== undefined) {
    const ranges = blockRanges(peer.ipBlock);
    if (ranges === null) problems.push(`${path} has an ipBlock that is no CIDR: ${blockText(peer.ipBlock)}`);
    return { type: 'addresses', ranges: ranges ?? [], text: blockText(peer.ipBlock) };
  }
  if (peer.podSelector === undefined && peer.namespaceSelector === undefined)
    problems.push(`${path} has an empty peer`);
  problems.push(
    ...selectorProblems(peer.podSelector ?? {}, path),
    ...selectorProblems(peer.namespaceSelector ?? {}, path),
  );
  return {
    type: 'pods',
    namespace,
    namespaceSelector: peer.namespaceSelector ?? null,
    podSelector: peer.podSelector ?? {},
  };
}

function compilePort(port: NetworkPolicyPort, path: string, problems: string[]): PortSpec {
  const protocol = port.protocol ?? 'TCP';
  if (!isProtocol(protocol)) {
    problems.push(`${path} has protocol ${protocol}`);
    return { type: 'named', protocol: 'TCP', name: '' };
  }
  if (port.port === undefined) return { type: 'every', protocol };
  if (typeof port.port === 'string') return { type: 'named', protocol, name: port.port };
  const last = port.endPort ?? port.port;
  if (last < port.port) problems.push(`${path} has endPort ${last} below port ${port.port}`);
  return { type: 'range', protocol, first: port.port, last };
}

/** Whether the API server would refuse a selector. */
export function hasSelectorProblem(selector: LabelSelector): boolean {
  return selectorProblems(selector, '').length > 0;
}

function selectorProblems(selector: LabelSelector, path: string): readonly string[] {
  return (selector.matchExpressions ?? []).flatMap(({ operator, values = [] }) => {
    switch (operator) {
      case 'In':
      case 'NotIn':
        return values.length > 0 ? [] : [`${path} has operator ${operator} without values`];
      case 'Exists':
      case 'DoesNotExist':
        return values.length === 0 ? [] : [`${path} has operator ${operator} with values`];
      default:
        return [`${path} has unknown operator ${operator}`];
    }
  });
}
