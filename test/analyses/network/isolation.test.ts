import { describe, expect, test } from 'vitest';
import { workloadProfiles } from '../../../src/analyses/network/direction-profile.ts';
import { namespaceIsolation, workloadIsolation } from '../../../src/analyses/network/isolation.ts';
import { workloads } from '../../../src/analyses/workload/workloads.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import { apply, cluster, namespace, objectsOf, pod, policy, type ClusterOptions } from './cluster.ts';

const WEB = pod('shop', 'web', { app: 'web', tier: 'front' });

function verdict(view: ClusterView, name = 'web', ns = 'shop'): string {
  const found = namespaceIsolation(view, ns).find((one) => one.podClass.pods.some((each) => each.name === name));
  if (found === undefined) throw new Error(`no pod ${name}`);
  return `${found.ingress.status} ${found.egress.status}`;
}

function judged(specs: readonly string[], options: ClusterOptions = {}, pods = WEB): string {
  return verdict(cluster(pods + specs.map((spec, index) => policy('shop', `p${index}`, spec)).join(''), options));
}

describe('which directions a NetworkPolicy isolates', () => {
  test.each([
    ['no policy', [], 'open open'],
    ['no policyTypes: ingress', ['{podSelector: {}}'], 'isolated open'],
    ['policyTypes empty: the same default', ['{podSelector: {}, policyTypes: []}'], 'isolated open'],
    ['an egress rule without policyTypes isolates both', ['{podSelector: {}, egress: [{}]}'], 'isolated isolated'],
    ['egress: [] without policyTypes is no egress section', ['{podSelector: {}, egress: []}'], 'isolated open'],
    ['egress only', ['{podSelector: {}, policyTypes: [Egress]}'], 'open isolated'],
    ['egress type with ingress rules', ['{podSelector: {}, policyTypes: [Egress], ingress: [{}]}'], 'open isolated'],
    ['two policies add up', ['{podSelector: {}}', '{podSelector: {}, policyTypes: [Egress]}'], 'isolated isolated'],
    ['SCTP only still isolates', ['{podSelector: {}, ingress: [{ports: [{protocol: SCTP}]}]}'], 'isolated open'],
    ['absent podSelector is empty', ['{policyTypes: [Ingress]}'], 'isolated open'],
    ['matchLabels', ['{podSelector: {matchLabels: {app: web}}}'], 'isolated open'],
    ['one of two labels', ['{podSelector: {matchLabels: {app: web, tier: back}}}'], 'open open'],
    ['expressions only', ['{podSelector: {matchExpressions: [{key: app, operator: Exists}]}}'], 'isolated open'],
    [
      'labels AND expressions',
      ['{podSelector: {matchLabels: {app: web}, matchExpressions: [{key: x, operator: Exists}]}}'],
      'open open',
    ],
    [
      'NotIn with the key absent',
      ['{podSelector: {matchExpressions: [{key: x, operator: NotIn, values: [a]}]}}'],
      'isolated open',
    ],
    [
      'In with the key absent',
      ['{podSelector: {matchExpressions: [{key: x, operator: In, values: [a]}]}}'],
      'open open',
    ],
    ['DoesNotExist', ['{podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}'], 'open open'],
  ])('%s', (_name, specs, expected) => {
    expect(judged(specs)).toBe(expected);
  });

  test('a policy of another namespace does not count, nor being a peer of one', () => {
    const other = policy('data', 'peer', '{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}');
    expect(verdict(cluster(WEB + other))).toBe('open open');
  });
});

describe('pods that policies do not speak of', () => {
  test('host network and finished pods are not applicable, also under a policy', () => {
    expect(judged(['{podSelector: {}}'], {}, pod('shop', 'web', {}, '  hostNetwork: true'))).toBe(
      'not-applicable not-applicable',
    );
    expect(judged(['{podSelector: {}}'], {}, WEB.replace('phase: Running', 'phase: Succeeded'))).toBe(
      'not-applicable not-applicable',
    );
  });
});

describe('what could not be read is unknown', () => {
  test('NetworkPolicies denied', () => {
    expect(judged([], { denied: ['NetworkPolicy'] })).toBe('unknown unknown');
  });

  test('wider kinds denied: isolated stays, open does not', () => {
    const denied = { denied: ['CiliumNetworkPolicy'] } as const;
    expect(judged(['{podSelector: {}}'], denied)).toBe('isolated unknown');
    const view = cluster(WEB + policy('shop', 'p', '{podSelector: {}}'), denied);
    expect(namespaceIsolation(view, 'shop')[0]?.ingress.reason).toContain('CiliumNetworkPolicy not readable');
  });

  test('a broken policy of the namespace', () => {
    const problem = {
      file: 'x.yaml',
      line: 1,
      kind: 'NetworkPolicy',
      name: 'bad',
      field: 'spec',
      message: 'bad',
    } as const;
    expect(judged([], { broken: [{ ...problem, namespace: 'shop' }] })).toBe('unknown unknown');
    expect(judged(['{podSelector: {}}'], { broken: [{ ...problem, namespace: 'shop' }] })).toBe('isolated unknown');
    expect(judged([], { broken: [{ ...problem, namespace: 'data' }] })).toBe('open open');
  });

  test('a broken policy is about the pods and directions that it would select', () => {
    const bad = 'ingress: [{from: [{ipBlock: {cidr: 10.0.0.300/8}}]}]';
    expect(judged([`{podSelector: {}, ${bad}}`])).toBe('unknown open');
    expect(judged([`{podSelector: {}, policyTypes: [Ingress, Egress], ${bad}}`])).toBe('unknown unknown');
    expect(judged([`{podSelector: {matchLabels: {app: web}}, ${bad}}`])).toBe('unknown open');
    expect(judged([`{podSelector: {matchLabels: {app: db}}, ${bad}}`])).toBe('open open');
    expect(judged(['{podSelector: {matchExpressions: [{key: app, operator: Gt, values: [a]}]}}'])).toBe(
      'unknown unknown',
    );
  });

  test('Calico and Cilium policies that may select the pod, but not the copies that Calico shows of NetworkPolicies', () => {
    expect(verdict(cluster(WEB + calico('knp.default.web')))).toBe('open open');
  });
});

describe('admin policies', () => {
  test('being a subject isolates nothing', () => {
    expect(verdict(cluster(WEB + admin('ingress: [{action: Deny, from: [{namespaces: {}}]}]')))).toBe('open open');
  });

  test('denying every address does', () => {
    const rules = 'egress: [{action: Deny, to: [{networks: [0.0.0.0/0, "::/0"]}]}]';
    expect(verdict(cluster(WEB + admin(rules)))).toBe('open isolated');
  });
});

test('a verdict follows its objects', () => {
  const view = cluster(WEB + namespace('shop'));
  expect(verdict(view)).toBe('open open');
  const [object] = objectsOf(policy('shop', 'deny', '{podSelector: {matchLabels: {app: web}}}'));
  if (object === undefined) throw new Error('no policy');
  apply(view, [{ type: 'upsert', object }]);
  expect(verdict(view)).toBe('isolated open');
  apply(view, [{ type: 'remove', kind: 'NetworkPolicy', namespace: 'shop', name: 'deny' }]);
  expect(verdict(view)).toBe('open open');
});

test('a workload of two owners with one kind and name, of two API groups, is open where the pods of either are', () => {
  const owned = (app: string): string =>
    `---
apiVersion: v1
kind: Pod
metadata:
  name: ${app}-0
  namespace: shop
  labels: {app: ${app}}
  ownerReferences: [{apiVersion: ${app}.example/v1, kind: Database, name: main, controller: true}]
spec: {containers: [{name: c, image: x}]}
status: {phase: Running}
`;
  const spec = '{podSelector: {matchLabels: {app: closed}}, policyTypes: [Ingress, Egress]}';
  const view = cluster(namespace('shop') + owned('closed') + owned('open') + policy('shop', 'closed', spec));
  const [workload, ...more] = workloads(view, 'shop');
  if (workload === undefined) throw new Error('no workload');
  expect(more).toEqual([]);
  const { ingress, egress } = workloadIsolation(view, workload) ?? {};
  expect([ingress?.status, ingress?.mixed, egress?.status]).toEqual(['open', true, 'open']);
  expect(workloadProfiles(view, workload)).toHaveLength(2);
});

test('policies that let everyone in are told apart', () => {
  expect(everyone('{podSelector: {}, ingress: [{}]}')).toBe(true);
  expect(
    everyone('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]}'),
  ).toBe(true);
  expect(everyone('{podSelector: {}, ingress: [{ports: [{port: 80}]}]}')).toBe(false);
  expect(everyone('{podSelector: {}}')).toBe(false);
});

function calico(name: string): string {
  return `---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec: {selector: all()}
`;
}

function admin(rules: string): string {
  return `---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: admin}
spec: {priority: 5, subject: {namespaces: {}}, ${rules}}
`;
}

function everyone(spec: string): boolean | undefined {
  return namespaceIsolation(cluster(WEB + policy('shop', 'p', spec)), 'shop')[0]?.ingress.everyone;
}
