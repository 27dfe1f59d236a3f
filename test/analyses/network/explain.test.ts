import { expect, test } from 'vitest';
import { explain } from '../../../src/analyses/network/explain.ts';
import { reachTable } from '../../../src/analyses/network/reach-table.ts';
import { cluster, namespace, pod, policy } from './cluster.ts';

const PODS = namespace('shop') + namespace('ops') + pod('shop', 'web', { app: 'web' }) + pod('ops', 'agent', {});
const SUBJECT = 'subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}';
const PORT_80 = 'ports: [{portNumber: {protocol: TCP, port: 80}}]';
const FROM_OPS = 'from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: ops}}}]';

function admin(kind: string, name: string, priority: number, rules: string): string {
  const order = kind === 'AdminNetworkPolicy' ? `priority: ${priority}, ` : '';
  return `---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec: {${order}${SUBJECT}, ingress: [${rules}]}
`;
}

const DENY = admin('AdminNetworkPolicy', 'deny', 2, `{action: Deny, ${FROM_OPS}}`);
const ALLOW_80 = admin('AdminNetworkPolicy', 'allow', 1, `{action: Allow, ${FROM_OPS}, ${PORT_80}}`);
const PASS = admin('AdminNetworkPolicy', 'pass', 1, `{action: Pass, ${FROM_OPS}}`);
const BASELINE = admin('BaselineAdminNetworkPolicy', 'default', 0, `{action: Deny, ${FROM_OPS}}`);
const IN = policy(
  'shop',
  'in',
  '{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}, {ports: [{port: 9}]}]}',
);
const SHUT = policy('shop', 'shut', '{podSelector: {}}');

test.each([
  ['nothing speaks of it', '', 'allowed: no NetworkPolicy isolates ingress'],
  [
    'rules of one policy',
    IN,
    'allowed by NetworkPolicy shop/in spec.ingress[0], NetworkPolicy shop/in spec.ingress[1]',
  ],
  ['isolated', SHUT, 'denied: isolated by shop/shut, and no rule of them allows this peer on any port'],
  [
    'an admin policy denies',
    DENY,
    'denied by AdminNetworkPolicy deny spec.ingress[0]; what that leaves is allowed: no NetworkPolicy isolates ingress',
  ],
  [
    'one allows a port before another denies',
    ALLOW_80 + DENY,
    'allowed by AdminNetworkPolicy allow spec.ingress[0], then denied by AdminNetworkPolicy deny spec.ingress[0]; what that leaves is allowed: no NetworkPolicy isolates ingress',
  ],
  [
    'passed on to what isolates',
    PASS + SHUT,
    'passed on by AdminNetworkPolicy pass spec.ingress[0], then denied: isolated by shop/shut, and no rule of them allows this peer on any port',
  ],
  [
    'passed on to what allows; the baseline does not speak then',
    PASS + BASELINE + IN,
    'passed on by AdminNetworkPolicy pass spec.ingress[0], then allowed by NetworkPolicy shop/in spec.ingress[0], NetworkPolicy shop/in spec.ingress[1]',
  ],
  [
    'the baseline denies',
    BASELINE,
    'denied by BaselineAdminNetworkPolicy default spec.ingress[0]; what that leaves is allowed: no NetworkPolicy isolates ingress',
  ],
])('%s', (_name, yaml, expected) => {
  const [agent, web] = reachTable(cluster(PODS + yaml)).nodes;
  if (agent === undefined || web === undefined) throw new Error('no workloads');
  const said = explain({ type: 'workload', node: agent }, { type: 'workload', node: web });
  expect(said).toEqual({ egress: 'allowed: no NetworkPolicy isolates egress', ingress: expected });
});
