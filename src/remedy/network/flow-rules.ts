import { clusterDns, FALLBACK_DNS_PORTS } from '../../analyses/network/cluster-dns.ts';
import type {
  DeclaredFlow,
  DeclaredFlows,
  FlowEnd,
  FlowPort,
  UnknownFlow,
} from '../../analyses/network/declared-flow.ts';
import { enforcement } from '../../analyses/network/enforcement.ts';
import { inapplicable } from '../../analyses/network/isolation.ts';
import { NAME_LABEL } from '../../analyses/network/namespace-labels.ts';
import { endText, flowEvidence } from '../../analyses/network/observed-flows.ts';
import { unmatchedNodes } from '../../analyses/network/unmatched-nodes.ts';
import { workloadSelector } from '../../analyses/network/stable-labels.ts';
import { portsText, servicesTo } from '../../analyses/network/service-target.ts';
import { specsOf } from '../../analyses/network/workload-specs.ts';
import type { AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { parseAddress } from '../../kube/ip-range.ts';
import type { Direction } from '../../kube/network-policy-rule.ts';
import { refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { isPartial } from '../../store/partial-files.ts';

/** So many addresses are named in a sentence. */
const MOST_NODES = 3;

/** One rule of a generated policy, with the reason that stands beside it. */
export interface FlowRule {
  /** [] is anyone. */
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
  readonly why: string;
}

export interface WorkloadRules {
  readonly rules: readonly FlowRule[];
  /** What could not be turned into a rule, or into none that surely works, for a person to decide. */
  readonly undecided: readonly UnknownFlow[];
}

/** The rules that keep every declared flow of a workload in one direction; DNS is among the egress rules. */
export function flowRules(
  view: ClusterView,
  declared: DeclaredFlows,
  workload: AnalysedWorkload,
  direction: Direction,
): WorkloadRules {
  const undecided = new Map<string, UnknownFlow>();
  const note = (text: string): void => void undecided.set(text, { workload, direction, text, isDeclared: true });
  const groups = new Map<string, FlowRule>();
  const add = (peers: readonly NetworkPolicyPeer[], ports: readonly FlowPort[], why: string): void => {
    const cidrs = peers.flatMap((peer) => peer.ipBlock?.cidr ?? []);
    const nodes = unmatchedNodes(view, cidrs);
    if (nodes.length > 0) {
      const text = `on Cilium an ipBlock selects no node, so that ${someOf(nodes, MOST_NODES)} may stay closed (${why})`;
      note(`${text}: allow the entity kube-apiserver, or host and remote-node, in a CiliumNetworkPolicy`);
    }
    const written = portsOf(ports);
    const key = JSON.stringify([peers, written]);
    const there = groups.get(key);
    const text = there === undefined || there.why.includes(why) ? why : `${there.why}; ${why}`;
    groups.set(key, { peers, ports: written, why: text });
  };
  if (direction === 'egress') addDnsWithoutPods(view, add, note);
  else
    for (const text of uncalledServices(view, declared, workload)) undecided.set(text, { workload, direction, text });
  for (const flow of declared.flows) {
    const [own, other] = direction === 'ingress' ? [flow.destination, flow.source] : [flow.source, flow.destination];
    if (own.type !== 'workload' || own.workload !== workload) continue;
    if (direction === 'ingress' && flow.sourceOnly === true) continue;
    const peers = peersOf(view, workload, other);
    if (peers === null) note(`${endText(other)} can not be selected (${flow.why})`);
    else add(peers, flow.ports, reason(view, flow, other, direction));
    if (peers !== null && direction === 'ingress' && comesByTunnel(view, other)) {
      const tunnel = 'where the network plugin has a tunnel (VXLAN, IPIP), it comes from the address of that';
      note(`${endText(other)} is on the network of its nodes: ${tunnel} (${flow.why})`);
    }
  }
  return { rules: [...groups.values()], undecided: [...undecided.values()] };
}

/** Services before a workload that nothing is known to call: somebody made them for somebody. */
function uncalledServices(view: ClusterView, { flows }: DeclaredFlows, workload: AnalysedWorkload): readonly string[] {
  const called = new Set(
    flows
      .filter(({ destination }) => destination.type === 'workload' && destination.workload === workload)
      .flatMap(({ ports }) => ports.map((one) => `${one.protocol} ${one.port}`)),
  );
  return servicesTo(view, workload).flatMap(({ service, ports }) => {
    const left = ports.filter((one) => !called.has(`${one.protocol} ${one.port}`));
    return left.length === 0 ? [] : [`nothing that was read calls Service ${service.name} on ${portsText(left)}`];
  });
}

/** Names are also asked of what no pod selector finds: a DNS Service that is not there, a cache on the host network. */
function addDnsWithoutPods(
  view: ClusterView,
  add: (peers: readonly NetworkPolicyPeer[], ports: readonly FlowPort[], why: string) => void,
  note: (text: string) => void,
): void {
  const dns = clusterDns(view);
  if (dns.targets.length === 0) {
    const peer = {
      namespaceSelector: { matchLabels: { [NAME_LABEL]: 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    };
    add([peer], FALLBACK_DNS_PORTS, dns.why);
    // In a part of a cluster the usual labels are as good as certain.
    if (dns.cacheCidrs.length === 0 && !isPartial(view)) note(dns.why);
  }
  if (dns.cacheCidrs.length > 0) {
    const peers = dns.cacheCidrs.map((cidr) => ({ ipBlock: { cidr } }));
    add(peers, FALLBACK_DNS_PORTS, 'DNS: the NodeLocal cache is on the host network; on Cilium a CIDR selects no node');
  }
}

/** How a policy of `workload` names the other end; null where no peer can. */
function peersOf(view: ClusterView, workload: AnalysedWorkload, end: FlowEnd): readonly NetworkPolicyPeer[] | null {
  switch (end.type) {
    case 'anyone':
      return [];
    case 'addresses':
      return end.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
    case 'workload':
      return workloadPeers(view, workload, end.workload);
  }
}

function workloadPeers(
  view: ClusterView,
  workload: AnalysedWorkload,
  other: AnalysedWorkload,
): readonly NetworkPolicyPeer[] | null {
  if (isOnNodes(other)) return nodePeers(view);
  const selector = workloadSelector(view, other);
  if (selector === undefined) return null;
  const podSelector = { matchLabels: selector.labels };
  if (other.ref.namespace === workload.ref.namespace) return [{ podSelector }];
  return [{ namespaceSelector: { matchLabels: { [NAME_LABEL]: other.ref.namespace } }, podSelector }];
}

/**
 * Whether a node's own address may not be that from which another end comes: over a tunnel to a pod of another node the
 * kernel takes the address of the tunnel's interface. Cilium tells nodes by identities, not by addresses.
 */
function comesByTunnel(view: ClusterView, other: FlowEnd): boolean {
  return other.type === 'workload' && isOnNodes(other.workload) && enforcement(view).by !== 'Cilium';
}

/** Whether all pods of a workload are on the network of their nodes. */
function isOnNodes(workload: AnalysedWorkload): boolean {
  const specs = specsOf(workload);
  if (specs.length > 0 && specs.every((spec) => spec.hostNetwork)) return true;
  const { classes } = workload;
  return classes.length > 0 && classes.every((one) => inapplicable(one) === 'host network');
}

/** A pod on the host's network has its node's address. */
function nodePeers(view: ClusterView): readonly NetworkPolicyPeer[] | null {
  const addresses = view.list('Node').flatMap((node) => node.addresses);
  const cidrs = addresses.flatMap((text) => {
    const address = parseAddress(text);
    return address === null ? [] : [`${text}/${address.family === 4 ? 32 : 128}`];
  });
  return cidrs.length === 0 ? null : [...new Set(cidrs)].sort().map((cidr) => ({ ipBlock: { cidr } }));
}

function portsOf(ports: readonly FlowPort[]): readonly NetworkPolicyPort[] {
  const unique = new Map(ports.map((one) => [`${one.protocol}/${one.port}`, one]));
  return [...unique.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? 1 : -1));
}

function reason(view: ClusterView, flow: DeclaredFlow, other: FlowEnd, direction: Direction): string {
  const evidence = flowEvidence(view, flow);
  const why = evidence === null ? flow.why : `${flow.why}, ${evidence}`;
  return other.type === 'workload' && direction === 'ingress' ? `${refText(other.workload.ref)}: ${why}` : why;
}
