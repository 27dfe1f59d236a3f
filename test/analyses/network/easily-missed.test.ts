/** What judges of NetworkPolicies are known to get wrong: each case has once been missed, or been called what it is not. */
import { describe, expect, test } from 'vitest';
import { namespaceIsolation } from '../../../src/analyses/network/isolation.ts';
import { connections } from '../../../src/analyses/network/reach.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { rangeText } from '../../../src/kube/ip-range.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import { portsText } from '../../../src/kube/port-set.ts';
import { networkPane } from '../../../src/panes/network.ts';
import { RULES } from '../../../src/rules/index.ts';
import { cluster, namespace, pod, policy } from './cluster.ts';

const WEB = pod('shop', 'web', { app: 'web', tier: 'front' });
const DB = pod('shop', 'db', { app: 'db' });
const FAR = namespace('data') + pod('data', 'far', { app: 'web' });
const ALL = namespace('shop') + WEB + DB + FAR;
const TO_DB = 'podSelector: {matchLabels: {app: db}}';
const CILIUM = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cilium, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: cilium}}
  template:
    metadata: {labels: {k8s-app: cilium}}
    spec: {hostNetwork: true, containers: [{name: cilium-agent, image: quay.io/cilium/cilium}]}
status: {desiredNumberScheduled: 1, numberReady: 1}
`;

function verdicts(yaml: string, name: string, where = 'shop'): string {
  const found = namespaceIsolation(cluster(yaml), where).find((one) => one.podClass.pods.some((p) => p.name === name));
  return `${found?.ingress.status} ${found?.egress.status}`;
}

/** Who reaches a pod of the cluster, and on which ports. */
function callers(yaml: string, name = 'db'): readonly string[] {
  return [...connections(cluster(yaml))]
    .flatMap(({ source, destination, ports, certainty }) =>
      source.type === 'workload' && destination.type === 'workload' && destination.node.ref.name === name
        ? [`${source.node.ref.namespace}/${source.node.ref.name} ${portsText(ports)} ${certainty}`.trimEnd()]
        : [],
    )
    .sort();
}

/** Which outside addresses reach a pod, and on which ports. */
function outsideCallers(yaml: string, name = 'db'): readonly string[] {
  return [...connections(cluster(yaml))].flatMap(({ source, destination, ports }) =>
    source.type === 'outside' && destination.type === 'workload' && destination.node.ref.name === name
      ? [`${rangeText(source.range)} ${portsText(ports)}`]
      : [],
  );
}

/** What the rules of the pane find: `rule subject key`. */
function found(yaml: string): readonly string[] {
  const engine = new Engine(cluster(yaml), RULES);
  engine.settle();
  return [...engine.findings.values()]
    .filter((one) => one.pane === 'network')
    .map((one) => `${one.rule.replace('network/', '')} ${refText(one.subject)}`)
    .sort();
}

describe('whether a pod is isolated', () => {
  test.each([
    [
      'a peer of a policy is not selected by it',
      policy('shop', 'p', `{${TO_DB}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}`),
      'open open',
    ],
    [
      'a selector of two labels that the pod both has',
      policy('shop', 'p', '{podSelector: {matchLabels: {app: web, tier: front}}}'),
      'isolated open',
    ],
    [
      'rules for ingress say nothing of egress',
      policy('shop', 'p', '{podSelector: {}, ingress: [{}]}'),
      'isolated open',
    ],
    [
      'a default deny without rules',
      policy('shop', 'p', '{podSelector: {}, policyTypes: [Ingress, Egress]}'),
      'isolated isolated',
    ],
  ])('%s', (_n, yaml, expected) => {
    expect(verdicts(ALL + yaml, 'web')).toBe(expected);
  });

  test('system namespaces are no exception', () => {
    expect(verdicts(pod('kube-system', 'agent', {}), 'agent', 'kube-system')).toBe('open open');
  });

  test('nor is a pending pod', () => {
    const pending = WEB.replace('phase: Running', 'phase: Pending');
    expect(verdicts(pending, 'web')).toBe('open open');
    expect(verdicts(pending + policy('shop', 'p', '{podSelector: {}}'), 'web')).toBe('isolated open');
  });
});

describe('the share of isolated pods', () => {
  const share = (yaml: string): readonly unknown[] => {
    const view = cluster(CILIUM + namespace('shop') + WEB + DB + yaml);
    const summary = networkPane.summary(view, [], [...networkPane.rows(view, [])]);
    return [summary.share, summary.headline];
  };

  test('runs from none to all', () => {
    expect(share('')).toEqual([0, '0 of 2 pods isolated for ingress']);
    expect(share(policy('shop', 'p', `{${TO_DB}}`))).toEqual([0.5, '1 of 2 pods isolated for ingress']);
    expect(share(policy('shop', 'p', '{podSelector: {}}'))).toEqual([1, '2 of 2 pods isolated for ingress']);
  });

  test('a policy of egress alone adds nothing to it', () => {
    expect(share(policy('shop', 'p', '{podSelector: {}, policyTypes: [Egress]}'))[0]).toBe(0);
  });

  test('nor does one that lets everyone in', () => {
    expect(share(policy('shop', 'p', '{podSelector: {}, ingress: [{}]}'))).toEqual([
      0,
      '2 of 2 pods isolated for ingress, 2 of them let everyone in',
    ]);
  });
});

describe('what is found', () => {
  test('one direction does not stand for the other', () => {
    const into = policy('shop', 'p', '{podSelector: {}, policyTypes: [Ingress]}');
    const out = policy('shop', 'p', '{podSelector: {}, policyTypes: [Egress]}');
    const open = (yaml: string): unknown =>
      found(namespace('shop') + WEB + yaml).filter((one) => one.startsWith('no-'));
    expect(open(into)).toEqual(['no-egress-isolation Pod shop/web']);
    expect(open(out)).toEqual(['no-ingress-isolation Pod shop/web']);
  });

  test('a policy with a podSelector that selects nothing protects nothing', () => {
    const idle = found(
      namespace('shop') + WEB + policy('shop', 'p', '{podSelector: {matchExpressions: [{key: x, operator: Exists}]}}'),
    );
    expect(idle).toContain('policy-selects-nothing NetworkPolicy shop/p');
    expect(idle).toContain('no-ingress-isolation Pod shop/web');
  });

  test('a peer with a namespaceSelector is looked up like any other', () => {
    const peer = (labels: string): string =>
      policy('shop', 'p', `{podSelector: {}, ingress: [{from: [{namespaceSelector: ${labels}}]}]}`);
    const finding = 'peer-matches-nothing NetworkPolicy shop/p';
    expect(found(ALL + peer('{matchLabels: {kubernetes.io/metadata.name: dta}}'))).toContain(finding);
    expect(found(ALL + peer('{matchLabels: {kubernetes.io/metadata.name: data}}'))).not.toContain(finding);
    expect(found(ALL + peer('{}'))).not.toContain(finding);
  });

  test('addresses outside the cluster are a peer, though no pod has them', () => {
    const spec = '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.0/28]}}]}]}';
    expect(found(ALL + policy('shop', 'p', spec)).filter((one) => one.endsWith('shop/p'))).toEqual([]);
  });

  test('a rule that another makes needless', () => {
    const rules =
      '[{from: [{podSelector: {}}]}, {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}]';
    expect(found(ALL + policy('shop', 'p', `{${TO_DB}, ingress: ${rules}}`))).toContain(
      'superseded-rule NetworkPolicy shop/p',
    );
  });
});

describe('who reaches a pod', () => {
  test.each([
    [
      'an empty namespaceSelector is every namespace',
      `{${TO_DB}, ingress: [{from: [{namespaceSelector: {}}]}]}`,
      ['data/far all ports', 'shop/web all ports'],
    ],
    [
      'a podSelector alone is the own namespace',
      `{${TO_DB}, ingress: [{from: [{podSelector: {}}]}]}`,
      ['shop/web all ports'],
    ],
    [
      'both in one item narrow each other',
      `{${TO_DB}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}, podSelector: {matchLabels: {app: db}}}]}]}`,
      [],
    ],
    [
      'in two items they widen',
      `{${TO_DB}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}}, {podSelector: {}}]}]}`,
      ['data/far all ports', 'shop/web all ports'],
    ],
    [
      'expressions of a peer count',
      `{${TO_DB}, ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}]}]}`,
      [],
    ],
    ['no rule, no caller', `{${TO_DB}, ingress: []}`, []],
    ['from: [] is everyone', `{${TO_DB}, ingress: [{from: []}]}`, ['data/far all ports', 'shop/web all ports']],
    [
      'a port that one protocol opens is closed in another',
      `{${TO_DB}, ingress: [{ports: [{port: 53, protocol: UDP}]}]}`,
      ['data/far UDP 53', 'shop/web UDP 53'],
    ],
    ['a port name of another protocol', `{${TO_DB}, ingress: [{ports: [{port: web, protocol: UDP}]}]}`, []],
    [
      'a range of ports has both ends',
      `{${TO_DB}, ingress: [{ports: [{port: 80, endPort: 82}]}]}`,
      ['data/far TCP 80-82', 'shop/web TCP 80-82'],
    ],
  ])('%s', (_n, spec, expected) => {
    expect(callers(ALL + policy('shop', 'p', spec))).toEqual(expected);
  });

  test('ports must be common to both ends', () => {
    const out = policy(
      'shop',
      'out',
      '{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 80}, {port: 90}]}]}',
    );
    const into = policy('shop', 'in', `{${TO_DB}, ingress: [{ports: [{port: 90}, {port: 91}]}]}`);
    expect(callers(namespace('shop') + WEB + DB + out + into)).toEqual(['shop/web TCP 90']);
  });

  test('an address that one item excepts is allowed by another', () => {
    const spec = `{${TO_DB}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.0/25]}}, {ipBlock: {cidr: 192.0.2.0/26}}]}]}`;
    expect(outsideCallers(ALL + policy('shop', 'p', spec))).toEqual([
      '192.0.2.0-192.0.2.63 all ports',
      '192.0.2.128-192.0.2.255 all ports',
    ]);
  });

  test('IPv6 addresses are as much outside as IPv4 ones', () => {
    const spec = `{${TO_DB}, ingress: [{from: [{ipBlock: {cidr: "2001:db8::/32", except: ["2001:db8:8000::/33"]}}], ports: [{port: 443}]}]}`;
    expect(outsideCallers(ALL + policy('shop', 'p', spec))).toEqual([
      '2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff TCP 443',
    ]);
  });

  test('the address of a finished pod is nobody: it is used again', () => {
    const address = '10.9.9.9';
    const job = (phase: string): string =>
      pod('shop', 'job', {}).replace(/phase: Running, podIPs: .*/, `phase: ${phase}, podIPs: [{ip: ${address}}]}`);
    const spec = policy('shop', 'p', `{${TO_DB}, ingress: [{from: [{ipBlock: {cidr: ${address}/32}}]}]}`);
    expect(callers(ALL + job('Running') + spec)).toEqual(['shop/job all ports depends on the CNI']);
    expect(callers(ALL + job('Succeeded') + spec)).toEqual([]);
  });
});
