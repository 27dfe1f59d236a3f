import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';

/**
 * Whether something enforces NetworkPolicies. No API field says so: without a network plugin that does, they are
 * silently inert. Evidence is what was seen; only a probe would prove it.
 *
 * Source: kubernetes.io/docs/concepts/services-networking/network-policies (Prerequisites)
 */
export interface Enforcement {
  readonly status: 'yes' | 'no' | 'unknown';
  readonly evidence: readonly string[];
  /** The plugin's name for headlines; '' where none was recognised. */
  readonly by: string;
}

interface Agent {
  readonly name: string;
  /** Names of its DaemonSet, or of a container in it. */
  readonly daemonSets: RegExp;
  readonly containers?: RegExp;
  readonly enforces: 'yes' | 'unknown';
  readonly note?: string;
}

/** Agents that run on every node. The first one found that enforces decides. */
const AGENTS: readonly Agent[] = [
  { name: 'Cilium', daemonSets: /^(?:cilium|anetd)$/, containers: /^cilium-agent$/, enforces: 'yes' },
  { name: 'Calico', daemonSets: /^(?:calico-node|canal)$/, containers: /^calico-node$/, enforces: 'yes' },
  { name: 'Antrea', daemonSets: /^antrea-agent$/, containers: /^antrea-agent$/, enforces: 'yes' },
  { name: 'kube-router', daemonSets: /^kube-router$/, containers: /^kube-router$/, enforces: 'yes' },
  { name: 'Weave Net', daemonSets: /^weave-net$/, containers: /^weave-npc$/, enforces: 'yes' },
  { name: 'OVN-Kubernetes', daemonSets: /^ovnkube-node$/, containers: /^ovnkube-controller$/, enforces: 'yes' },
  { name: 'OpenShift SDN', daemonSets: /^sdn$/, containers: /^openshift-sdn-node$/, enforces: 'yes' },
  { name: 'Kube-OVN', daemonSets: /^kube-ovn-cni$/, enforces: 'yes' },
  { name: 'Azure NPM', daemonSets: /^azure-npm(?:-win)?$/, enforces: 'yes' },
  {
    name: 'kube-network-policies',
    daemonSets: /^kube-network-policies$/,
    containers: /^kube-network-policies$/,
    enforces: 'yes',
  },
  {
    name: 'Amazon VPC CNI',
    daemonSets: /^aws-node$/,
    enforces: 'unknown',
    note: 'it enforces only with enableNetworkPolicy',
  },
  {
    name: 'kindnet',
    daemonSets: /^kindnet$/,
    enforces: 'unknown',
    note: 'only versions since kind 0.24 enforce',
  },
];

/** Plugins that do not look at policies by themselves. */
const INERT = /^(?:kube-flannel(?:-ds.*)?)$/;

const NODE_AGENT_NAMESPACE_FIRST = 'kube-system';

/** What is known of policy enforcement in this cluster. */
export function enforcement(view: ClusterView): Enforcement {
  return view.derive('network-enforcement', judge, deepEqual);
}

function judge(view: ClusterView): Enforcement {
  const switchedOff = ciliumSwitch(view);
  if (switchedOff !== null) return { status: 'no', evidence: [switchedOff], by: 'Cilium' };
  const evidence: string[] = [];
  for (const agent of AGENTS) {
    const where = findAgent(view, agent);
    if (where === null) continue;
    const vpc = agent.name === 'Amazon VPC CNI' ? vpcSwitch(view) : null;
    if (vpc !== null) return { ...vpc, by: agent.name };
    if (agent.enforces === 'yes') return { status: 'yes', evidence: [`${where} (${agent.name})`], by: agent.name };
    evidence.push(`${where} (${agent.name}): ${agent.note ?? ''}`);
  }
  evidence.push(...k3sEvidence(view));
  if (evidence.length > 0) return { status: 'unknown', evidence, by: '' };
  const readable = view.readable('DaemonSet');
  if (!readable.ok) return { status: 'unknown', evidence: [`DaemonSets not readable: ${readable.reason}`], by: '' };
  const inert = daemonSets(view).find((one) => INERT.test(one.name));
  if (inert !== undefined) {
    const text = `DaemonSet ${inert.namespace}/${inert.name} (Flannel) enforces no policies, and no other agent was seen`;
    return { status: 'no', evidence: [text], by: '' };
  }
  return { status: 'unknown', evidence: ['no agent that is known to enforce policies was seen'], by: '' };
}

interface NodeAgent {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly string[];
}

/** All DaemonSets, those of kube-system first; container names are what stays when a vendor renames the set. */
function daemonSets(view: ClusterView): readonly NodeAgent[] {
  return view.derive(
    'network-agents',
    (inner) =>
      inner
        .list('DaemonSet')
        .map((one) => ({
          namespace: one.namespace,
          name: one.name,
          containers: one.template?.spec.containers.map((container) => container.name) ?? [],
        }))
        .sort(
          (a, b) =>
            Number(b.namespace === NODE_AGENT_NAMESPACE_FIRST) - Number(a.namespace === NODE_AGENT_NAMESPACE_FIRST),
        ),
    deepEqual,
  );
}

function findAgent(view: ClusterView, agent: Agent): string | null {
  for (const one of daemonSets(view)) {
    if (agent.daemonSets.test(one.name) || one.containers.some((name) => agent.containers?.test(name) === true)) {
      return `DaemonSet ${one.namespace}/${one.name}`;
    }
  }
  return null;
}

/** `enable-policy: never` and `policy-audit-mode` switch Cilium's enforcement off. Source: Cilium policy/intro.rst. */
function ciliumSwitch(view: ClusterView): string | null {
  const known = view.get('ConfigMap', 'kube-system', 'cilium-config')?.known;
  if (known?.['enable-policy'] === 'never') return 'ConfigMap kube-system/cilium-config sets enable-policy to never';
  if (known?.['policy-audit-mode'] === 'true') {
    return 'ConfigMap kube-system/cilium-config sets policy-audit-mode: policies only log';
  }
  return null;
}

/** Source: aws-network-policy-agent README, ConfigMap amazon-vpc-cni. */
function vpcSwitch(view: ClusterView): Omit<Enforcement, 'by'> | null {
  const known = view.get('ConfigMap', 'kube-system', 'amazon-vpc-cni')?.known;
  const value = known?.['enable-network-policy-controller'];
  if (value === undefined) return null;
  const evidence = [`ConfigMap kube-system/amazon-vpc-cni sets enable-network-policy-controller to ${value}`];
  return { status: value === 'true' ? 'yes' : 'no', evidence };
}

/** k3s and RKE2 bring a policy controller inside their own process, unless started with --disable-network-policy. */
function k3sEvidence(view: ClusterView): readonly string[] {
  const node = view.list('Node').find((one) => one.kubeletVersion.includes('+k3s'));
  if (node === undefined) return [];
  return [`Node ${node.name} runs k3s, whose built-in policy controller enforces unless it was disabled`];
}
