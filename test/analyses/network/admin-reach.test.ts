import { describe, expect, test } from 'vitest';
import { connections } from '../../../src/analyses/network/reach.ts';
import { reachTable } from '../../../src/analyses/network/reach-table.ts';
import { rangeText } from '../../../src/kube/ip-range.ts';
import { portsText } from '../../../src/kube/port-set.ts';
import { cluster, namespace, pod, policy } from './cluster.ts';

const PODS = [
  namespace('shop'),
  namespace('ops'),
  pod('shop', 'web', { app: 'web' }),
  pod('ops', 'agent', { app: 'agent' }),
].join('');

function admin(kind: string, name: string, spec: string, version = 'v1alpha1'): string {
  return `---\napiVersion: policy.networking.k8s.io/${version}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

/** What agent may open to web. */
function toWeb(yaml: string): string {
  const found = [...connections(cluster(PODS + yaml))].filter(
    ({ source, destination }) =>
      source.type === 'workload' && destination.type === 'workload' && destination.node.ref.name === 'web',
  );
  return found.map((one) => portsText(one.ports)).join(' + ') || 'nothing';
}

const SUBJECT = 'subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}';
const FROM_ALL = 'from: [{namespaces: {}}]';
const DENY_NP = policy('shop', 'deny', '{podSelector: {}}');
const PORT_80 = 'ports: [{portNumber: {protocol: TCP, port: 80}}]';

describe('the order of tiers', () => {
  test.each([
    [
      'the first rule that matches decides',
      admin(
        'AdminNetworkPolicy',
        'a',
        `{priority: 1, ${SUBJECT}, ingress: [{action: Allow, ${FROM_ALL}, ${PORT_80}}, {action: Deny, ${FROM_ALL}}]}`,
      ),
      'TCP 80',
    ],
    [
      'a lower priority number goes first',
      admin('AdminNetworkPolicy', 'late', `{priority: 9, ${SUBJECT}, ingress: [{action: Allow, ${FROM_ALL}}]}`) +
        admin('AdminNetworkPolicy', 'soon', `{priority: 1, ${SUBJECT}, ingress: [{action: Deny, ${FROM_ALL}}]}`),
      'nothing',
    ],
    [
      'Allow wins over a NetworkPolicy',
      DENY_NP +
        admin(
          'AdminNetworkPolicy',
          'a',
          `{priority: 1, ${SUBJECT}, ingress: [{action: Allow, ${FROM_ALL}, ${PORT_80}}]}`,
        ),
      'TCP 80',
    ],
    [
      'Pass leaves it to the NetworkPolicy',
      DENY_NP +
        admin(
          'AdminNetworkPolicy',
          'a',
          `{priority: 1, ${SUBJECT}, ingress: [{action: Pass, ${FROM_ALL}}, {action: Allow, ${FROM_ALL}}]}`,
        ),
      'nothing',
    ],
    [
      'a NetworkPolicy decides before the baseline',
      policy('shop', 'np', '{podSelector: {}, ingress: [{ports: [{port: 80}]}]}') +
        admin('BaselineAdminNetworkPolicy', 'default', `{${SUBJECT}, ingress: [{action: Deny, ${FROM_ALL}}]}`),
      'TCP 80',
    ],
    [
      'the baseline decides without one',
      admin(
        'BaselineAdminNetworkPolicy',
        'default',
        `{${SUBJECT}, ingress: [{action: Deny, ${FROM_ALL}, ${PORT_80}}]}`,
      ),
      'TCP 1-79,81-65535 all UDP all SCTP',
    ],
    [
      'ClusterNetworkPolicy v1alpha2',
      admin(
        'ClusterNetworkPolicy',
        'c',
        `{tier: Admin, priority: 1, ${SUBJECT}, ingress: [{action: Accept, ${FROM_ALL}, protocols: [{tcp: {destinationPort: {range: {start: 80, end: 90}}}}, {destinationNamedPort: web}]}, {action: Deny, ${FROM_ALL}}]}`,
        'v1alpha2',
      ),
      'TCP 80-90,8080',
    ],
    [
      'a subject without rules of the direction changes nothing',
      admin('AdminNetworkPolicy', 'a', `{priority: 1, ${SUBJECT}, egress: [{action: Deny, to: [{namespaces: {}}]}]}`),
      'all ports',
    ],
  ])('%s', (_name, yaml, expected) => {
    expect(toWeb(yaml)).toBe(expected);
  });
});

test('networks speak of outside addresses', () => {
  const yaml = admin(
    'AdminNetworkPolicy',
    'a',
    `{priority: 1, ${SUBJECT}, egress: [{action: Deny, to: [{networks: [192.0.2.0/24]}]}]}`,
  );
  const ranges = [...connections(cluster(PODS + yaml))].flatMap((one) =>
    one.source.type === 'workload' && one.source.node.ref.name === 'web' && one.destination.type === 'outside'
      ? [rangeText(one.destination.range)]
      : [],
  );
  expect(ranges).toEqual([
    '0.0.0.0-192.0.1.255',
    '192.0.3.0-255.255.255.255',
    '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ]);
});

test.each([
  ['nodes', `{priority: 1, ${SUBJECT}, egress: [{action: Deny, to: [{nodes: {}}]}]}`],
  ['domain names', `{priority: 1, ${SUBJECT}, egress: [{action: Allow, to: [{domainNames: [example.com]}]}]}`],
])('%s can not be decided', (_name, spec) => {
  const undecided = reachTable(cluster(PODS + admin('AdminNetworkPolicy', 'a', spec))).nodes.filter(
    (node) => node.undecided !== '',
  );
  expect(undecided.map((node) => node.ref.name)).toEqual(['web']);
});

test('equal priorities that do not act alike can not be decided', () => {
  const yaml = ['Allow', 'Deny']
    .map((action) =>
      admin(
        'AdminNetworkPolicy',
        action.toLowerCase(),
        `{priority: 1, ${SUBJECT}, ingress: [{action: ${action}, ${FROM_ALL}}]}`,
      ),
    )
    .join('');
  expect(reachTable(cluster(PODS + yaml)).nodes.find((node) => node.ref.name === 'web')?.undecided).toContain(
    'same priority',
  );
});
