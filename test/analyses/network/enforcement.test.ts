import { describe, expect, test } from 'vitest';
import { enforcement } from '../../../src/analyses/network/enforcement.ts';
import { rowOrder, WORST_FIRST } from '../../../src/app/sort-rows.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { networkPane } from '../../../src/panes/network.ts';
import { RULES } from '../../../src/rules/index.ts';
import { cluster, namespace, pod } from './cluster.ts';

function daemonSet(name: string, containers: string, where = 'kube-system'): string {
  return `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}, namespace: ${where}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {hostNetwork: true, containers: ${containers}}
`;
}

function vpcConfig(value: string): string {
  return `---
apiVersion: v1
kind: ConfigMap
metadata: {name: amazon-vpc-cni, namespace: kube-system}
data: {enable-network-policy-controller: "${value}"}
`;
}

function awsNode(agent: string, mode = 'standard'): string {
  const main = `{name: aws-node, image: cni, env: [{name: NETWORK_POLICY_ENFORCING_MODE, value: ${mode}}]}`;
  return daemonSet('aws-node', `[${main}${agent === '' ? '' : `, ${agent}`}]`);
}

function nodeAgent(args: string): string {
  return `{name: aws-eks-nodeagent, image: agent, args: ${args}}`;
}

const FLANNEL = daemonSet('kube-flannel-ds', '[{name: kube-flannel, image: flannel}]', 'kube-flannel');
const CALICO = daemonSet('calico-node', '[{name: calico-node, image: calico}]');
const ON = nodeAgent('["--enable-ipv6=false", "--enable-network-policy=true"]');
const OFF = nodeAgent('["--enable-network-policy=false"]');
const K3S = `---
apiVersion: v1
kind: Node
metadata: {name: one}
status: {nodeInfo: {kubeletVersion: v1.36.1+k3s1}}
`;

describe('what is seen of the enforcement of policies', () => {
  test.each([
    ['nothing', '', 'unknown', 'no agent that is known to enforce policies was seen'],
    ['Calico', CALICO, 'yes', 'DaemonSet kube-system/calico-node (Calico)'],
    ['Calico beside Flannel', CALICO + FLANNEL, 'yes', 'DaemonSet kube-system/calico-node (Calico)'],
    [
      'Flannel alone',
      FLANNEL,
      'no',
      'DaemonSet kube-flannel/kube-flannel-ds (Flannel) enforces no policies, and no other agent was seen',
    ],
    [
      'k3s on Flannel',
      FLANNEL + K3S,
      'unknown',
      'Node one runs k3s, whose built-in policy controller enforces unless it was disabled',
    ],
    [
      'kube-router',
      daemonSet('kube-router', '[{name: kube-router, image: r, args: [--run-router=true, --run-firewall=true]}]'),
      'yes',
      'DaemonSet kube-system/kube-router (kube-router)',
    ],
    [
      'kube-router without its firewall',
      daemonSet('kube-router', '[{name: kube-router, image: r, args: [--run-router=true, --run-firewall=false]}]'),
      'no',
      'DaemonSet kube-system/kube-router (kube-router) runs with --run-firewall=false',
    ],
    [
      'the VPC CNI, both parts on',
      awsNode(ON) + vpcConfig('true'),
      'yes',
      'the policy agent of DaemonSet kube-system/aws-node (Amazon VPC CNI) runs with --enable-network-policy=true; pods start open until their policies are applied (mode standard) | ConfigMap kube-system/amazon-vpc-cni sets enable-network-policy-controller to true',
    ],
    [
      'the VPC CNI in mode strict',
      awsNode(ON, 'strict') + vpcConfig('true'),
      'yes',
      'the policy agent of DaemonSet kube-system/aws-node (Amazon VPC CNI) runs with --enable-network-policy=true; pods start closed, and stay so while no policy selects them (mode strict) | ConfigMap kube-system/amazon-vpc-cni sets enable-network-policy-controller to true',
    ],
    [
      'the VPC CNI, its agent off',
      awsNode(OFF) + vpcConfig('true'),
      'no',
      'the policy agent of DaemonSet kube-system/aws-node (Amazon VPC CNI) runs with --enable-network-policy=false',
    ],
    [
      'the VPC CNI, its agent without the flag',
      awsNode(nodeAgent('[]')) + vpcConfig('true'),
      'no',
      'the policy agent of DaemonSet kube-system/aws-node (Amazon VPC CNI) runs with no --enable-network-policy',
    ],
    [
      'the VPC CNI of before the agent',
      awsNode(''),
      'no',
      'DaemonSet kube-system/aws-node (Amazon VPC CNI) has no container of the policy agent',
    ],
    [
      'the VPC CNI, its controller off',
      awsNode(ON) + vpcConfig('false'),
      'no',
      'ConfigMap kube-system/amazon-vpc-cni sets enable-network-policy-controller to false',
    ],
    [
      'the VPC CNI, its controller not seen',
      awsNode(ON),
      'unknown',
      'the policy agent of DaemonSet kube-system/aws-node (Amazon VPC CNI) runs with --enable-network-policy=true; pods start open until their policies are applied (mode standard) | that ConfigMap kube-system/amazon-vpc-cni sets enable-network-policy-controller was not seen',
    ],
    [
      'the VPC CNI off, beside Calico',
      awsNode(OFF) + vpcConfig('false') + CALICO,
      'yes',
      'DaemonSet kube-system/calico-node (Calico)',
    ],
    [
      'EKS Auto Mode, whose agent nobody sees',
      vpcConfig('true'),
      'unknown',
      'ConfigMap kube-system/amazon-vpc-cni sets enable-network-policy-controller to true, and no agent was seen on the nodes',
    ],
  ])('%s', (_name, yaml, status, evidence) => {
    const found = enforcement(cluster(yaml));
    expect([found.status, found.evidence.join(' | ')]).toEqual([status, evidence]);
  });

  test('of arguments and variables nothing else is kept', () => {
    const secret = nodeAgent('["--enable-network-policy=true", "--token=hunter2hunter2"]');
    const spec = cluster(awsNode(secret)).get('DaemonSet', 'kube-system', 'aws-node')?.template?.spec;
    expect(spec?.networkAgent).toEqual({
      'enable-network-policy': 'true',
      NETWORK_POLICY_ENFORCING_MODE: 'standard',
    });
    expect(JSON.stringify(spec)).not.toContain('hunter2');
  });
});

describe('where enforcement is not known', () => {
  const summary = (yaml: string): ReturnType<typeof networkPane.summary> => {
    const view = cluster(namespace('shop') + pod('shop', 'web', {}) + yaml);
    return networkPane.summary(view, [], [...networkPane.rows(view, [])]);
  };

  test('its row is the first, however little severe it is', () => {
    const view = cluster(namespace('shop') + pod('shop', 'web', {}));
    const engine = new Engine(view, RULES);
    engine.settle();
    const findings = [...engine.findings.values()].filter((one) => one.pane === 'network');
    const rows = [...networkPane.rows(view, findings)].toSorted(rowOrder(WORST_FIRST));
    expect(rows.map((row) => `${row.severity} ${row.kind}`)).toEqual(['low Cluster', 'medium Pod', 'low Namespace']);
  });

  test('that leads, and there is no share', () => {
    expect(summary('')).toMatchObject({
      share: null,
      headline: 'enforcement unknown; by policy 0 of 1 pods isolated for ingress',
      aside: '',
    });
    expect(summary(FLANNEL)).toMatchObject({
      share: null,
      headline: 'not enforced; by policy 0 of 1 pods isolated for ingress',
      aside: '',
    });
    expect(summary(CALICO)).toMatchObject({
      share: 0,
      headline: '0 of 1 pods isolated for ingress',
      aside: 'enforced (Calico)',
    });
  });
});
