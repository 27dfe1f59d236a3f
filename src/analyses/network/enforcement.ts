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
  /** What its being there means, or what its settings mean. */
  readonly enforces: 'yes' | 'unknown' | ((view: ClusterView, agent: NodeAgent) => AgentVerdict);
  readonly note?: string;
}

/** What is known of one agent. */
type AgentVerdict = Pick<Enforcement, 'status' | 'evidence'>;

interface NodeAgent {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly string[];
  /** By the names of flags and variables. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Agents that run on every node. The first one found that enforces decides. */
const AGENTS: readonly Agent[] = [
  { name: 'Cilium', daemonSets: /^(?:cilium|anetd)$/, containers: /^cilium-agent$/, enforces: 'yes' },
  { name: 'Calico', daemonSets: /^(?:calico-node|canal)$/, containers: /^calico-node$/, enforces: 'yes' },
  { name: 'Antrea', daemonSets: /^antrea-agent$/, containers: /^antrea-agent$/, enforces: 'yes' },
  { name: 'kube-router', daemonSets: /^kube-router$/, containers: /^kube-router$/, enforces: kubeRouter },
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
    containers: /^aws-node$/,
    enforces: vpcCni,
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
  return view.derive('network-enforcement', '', judge, deepEqual);
}

function judge(view: ClusterView): Enforcement {
  const switchedOff = ciliumSwitch(view);
  if (switchedOff !== null) return { status: 'no', evidence: [switchedOff], by: 'Cilium' };
  const found = AGENTS.flatMap((agent) => {
    const one = findAgent(view, agent);
    return one === undefined ? [] : [{ ...verdictOf(view, agent, one), by: agent.name }];
  });
  const enforcing = found.find((one) => one.status === 'yes');
  if (enforcing !== undefined) return enforcing;
  const undecided = [
    ...found.flatMap((one) => (one.status === 'unknown' ? one.evidence : [])),
    ...vpcControllerEvidence(view, found.length > 0),
    ...k3sEvidence(view),
  ];
  if (undecided.length > 0) return { status: 'unknown', evidence: undecided, by: '' };
  const readable = view.readable('DaemonSet');
  if (!readable.ok) return { status: 'unknown', evidence: [`DaemonSets not readable: ${readable.reason}`], by: '' };
  const off = found.find((one) => one.status === 'no');
  if (off !== undefined) return off;
  const inert = daemonSets(view).find((one) => INERT.test(one.name));
  if (inert !== undefined) {
    const text = `DaemonSet ${inert.namespace}/${inert.name} (Flannel) enforces no policies, and no other agent was seen`;
    return { status: 'no', evidence: [text], by: '' };
  }
  return { status: 'unknown', evidence: ['no agent that is known to enforce policies was seen'], by: '' };
}

function verdictOf(view: ClusterView, { name, enforces, note = '' }: Agent, found: NodeAgent): AgentVerdict {
  if (typeof enforces === 'function') return enforces(view, found);
  const where = `${agentText(found)} (${name})`;
  return { status: enforces, evidence: [note === '' ? where : `${where}: ${note}`] };
}

function agentText({ namespace, name }: NodeAgent): string {
  return `DaemonSet ${namespace}/${name}`;
}

/** All DaemonSets, those of kube-system first; container names are what stays when a vendor renames the set. */
function daemonSets(view: ClusterView): readonly NodeAgent[] {
  return view.derive(
    'network-agents',
    '',
    (inner) =>
      inner
        .list('DaemonSet')
        .map((one) => ({
          namespace: one.namespace,
          name: one.name,
          containers: one.template?.spec.containers.map((container) => container.name) ?? [],
          settings: one.template?.spec.networkAgent ?? {},
        }))
        .sort(
          (a, b) =>
            Number(b.namespace === NODE_AGENT_NAMESPACE_FIRST) - Number(a.namespace === NODE_AGENT_NAMESPACE_FIRST),
        ),
    deepEqual,
  );
}

function findAgent(view: ClusterView, agent: Agent): NodeAgent | undefined {
  return daemonSets(view).find(
    (one) => agent.daemonSets.test(one.name) || one.containers.some((name) => agent.containers?.test(name) === true),
  );
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

/** Source: kube-router docs/user-guide.md, flag run-firewall (true by default). */
function kubeRouter(_view: ClusterView, agent: NodeAgent): AgentVerdict {
  const isOff = agent.settings['run-firewall'] === 'false';
  const where = `${agentText(agent)} (kube-router)`;
  return { status: isOff ? 'no' : 'yes', evidence: [isOff ? `${where} runs with --run-firewall=false` : where] };
}

const CONTROLLER = 'enable-network-policy-controller';

/**
 * The Amazon VPC CNI enforces where both its controller, which a ConfigMap switches on, and its agent on the nodes do
 * their part. In mode standard pods start open until their policies are applied, in mode strict they start closed.
 *
 * Source: docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html; aws-network-policy-agent README
 * (flag enable-network-policy, false by default)
 */
function vpcCni(view: ClusterView, agent: NodeAgent): AgentVerdict {
  const where = `${agentText(agent)} (Amazon VPC CNI)`;
  const flag = agent.settings['enable-network-policy'];
  const mode = agent.settings['NETWORK_POLICY_ENFORCING_MODE'];
  const controller = vpcController(view);
  if (controller === 'false') {
    return { status: 'no', evidence: [`ConfigMap kube-system/amazon-vpc-cni sets ${CONTROLLER} to false`] };
  }
  if (flag !== 'true') {
    const hasAgent = agent.containers.some((name) => /^aws-(?:eks-nodeagent|network-policy-agent)$/.test(name));
    const text = hasAgent
      ? `the policy agent of ${where} runs with ${flag === undefined ? 'no --enable-network-policy' : `--enable-network-policy=${flag}`}`
      : `${where} has no container of the policy agent`;
    return { status: 'no', evidence: [text] };
  }
  const start =
    mode === 'strict'
      ? 'pods start closed, and stay so while no policy selects them (mode strict)'
      : 'pods start open until their policies are applied (mode standard)';
  const evidence = [`the policy agent of ${where} runs with --enable-network-policy=true; ${start}`];
  if (controller === 'true') {
    return {
      status: 'yes',
      evidence: [...evidence, `ConfigMap kube-system/amazon-vpc-cni sets ${CONTROLLER} to true`],
    };
  }
  return {
    status: 'unknown',
    evidence: [...evidence, `that ConfigMap kube-system/amazon-vpc-cni sets ${CONTROLLER} was not seen`],
  };
}

function vpcController(view: ClusterView): string | undefined {
  return view.get('ConfigMap', 'kube-system', 'amazon-vpc-cni')?.known[CONTROLLER];
}

/** In EKS Auto Mode the agent is part of the node, where nobody can see it. */
function vpcControllerEvidence(view: ClusterView, hasAgents: boolean): readonly string[] {
  if (hasAgents || vpcController(view) !== 'true') return [];
  return [`ConfigMap kube-system/amazon-vpc-cni sets ${CONTROLLER} to true, and no agent was seen on the nodes`];
}

/** k3s and RKE2 bring a policy controller inside their own process, unless started with --disable-network-policy. */
function k3sEvidence(view: ClusterView): readonly string[] {
  const node = view.list('Node').find((one) => one.kubeletVersion.includes('+k3s'));
  if (node === undefined) return [];
  return [`Node ${node.name} runs k3s, whose built-in policy controller enforces unless it was disabled`];
}
