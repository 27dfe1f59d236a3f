import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../src/model/kind.ts';
import { validateObject } from '../../../src/sources/slim/validity/validate-object.ts';

function fieldsOf(raw: unknown, kind: Kind): string[] {
  return validateObject(raw, kind).map(({ field }) => field);
}

const metadata = { name: 'a', namespace: 'b' };

describe('metadata', () => {
  test.each([
    [{ name: 'a' }, []],
    [{ generateName: 'a-' }, []],
    [{}, ['metadata.name']],
    [undefined, ['metadata.name']],
    [null, ['metadata.name']],
    ['x', ['metadata']],
    [{ name: ['a'] }, ['metadata.name']],
    [{ name: 'A' }, ['metadata.name']],
    [{ name: 'a', namespace: 'x.y' }, ['metadata.namespace']],
    [{ name: 'a', labels: { app: 1 } }, ['metadata.labels.app']],
    [{ name: 'a', labels: { 'a/b/c': 'x' } }, ['metadata.labels[a/b/c]']],
    [{ name: 'a', labels: { app: 'not ok' } }, ['metadata.labels.app']],
    [{ name: 'a', labels: null }, []],
    [{ name: 'a', annotations: { 'Example.com/X': 'x' } }, []],
  ])('%j', (raw, expected) => expect(fieldsOf({ metadata: raw }, 'ConfigMap')).toEqual(expected));

  test('names of RBAC objects follow their own rule', () => {
    expect(fieldsOf({ metadata: { name: 'system:node-A' } }, 'ClusterRole')).toEqual([]);
    expect(fieldsOf({ metadata: { name: 'a/b' } }, 'ClusterRole')).toEqual(['metadata.name']);
  });
});

describe('network policies', () => {
  const peer = (one: unknown): unknown => ({ metadata, spec: { podSelector: {}, ingress: [{ from: [one] }] } });
  const port = (one: unknown): unknown => ({ metadata, spec: { podSelector: {}, egress: [{ ports: [one] }] } });
  const IN = 'spec.ingress[0].from[0]';
  const OUT = 'spec.egress[0].ports[0]';

  test.each([
    [{ metadata }, []],
    [{ metadata, spec: { podSelector: 'app=x' } }, ['spec.podSelector']],
    [{ metadata, spec: { policyTypes: ['ingress'] } }, ['spec.policyTypes[0]']],
    [peer({ podSelector: {} }), []],
    [peer({}), [IN]],
    [peer('x'), [IN]],
    [peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }), []],
    [peer({ ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } }), []],
    [peer({ ipBlock: { cidr: '10.0.0.0/33' } }), [`${IN}.ipBlock.cidr`]],
    [peer({ ipBlock: { cidr: '10.0.0.1' } }), [`${IN}.ipBlock.cidr`]],
    [peer({ ipBlock: { cidr: '10.0.0.1/24' } }), [`${IN}.ipBlock.cidr`]],
    [peer({ ipBlock: { cidr: '010.0.0.0/8' } }), [`${IN}.ipBlock.cidr`]],
    [peer({ ipBlock: {} }), [`${IN}.ipBlock.cidr`]],
    [peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }), [`${IN}.ipBlock.except[0]`]],
    [peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }), [`${IN}.ipBlock.except[0]`]],
    [peer({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }), [`${IN}.ipBlock`]],
    [
      peer({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Is', values: ['x'] }] } }),
      [`${IN}.podSelector.matchExpressions[0].operator`],
    ],
    [
      peer({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      [`${IN}.podSelector.matchExpressions[0].values`],
    ],
    [
      peer({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] } }),
      [`${IN}.podSelector.matchExpressions[0].values`],
    ],
    [port({ port: 80, endPort: 90, protocol: 'UDP' }), []],
    [port({ port: 'http' }), []],
    [port({ port: '8080' }), [`${OUT}.port`]],
    [port({ port: 0 }), [`${OUT}.port`]],
    [port({ port: 80, endPort: 70 }), [`${OUT}.endPort`]],
    [port({ port: 'http', endPort: 90 }), [`${OUT}.endPort`]],
    [port({ endPort: 90 }), [`${OUT}.endPort`]],
    [port({ protocol: 'ICMP' }), [`${OUT}.protocol`]],
  ])('%j', (raw, expected) => expect(fieldsOf(raw, 'NetworkPolicy')).toEqual(expected));
});

describe('pods and workloads', () => {
  const spec = { containers: [{ name: 'a' }] };

  test.each<[Kind, unknown, string[]]>([
    ['Pod', { metadata, spec }, []],
    ['Pod', { metadata }, ['spec']],
    ['Pod', { metadata, spec: { containers: [] } }, ['spec.containers']],
    ['Pod', { metadata, spec: { containers: 'x' } }, ['spec.containers']],
    ['Pod', { metadata, spec: { ...spec, hostNetwork: 'true' } }, ['spec.hostNetwork']],
    [
      'Pod',
      { metadata, spec: { containers: [{ name: 'a', ports: [{ containerPort: [] }] }] } },
      ['spec.containers[0].ports[0].containerPort'],
    ],
    [
      'Pod',
      { metadata, spec: { containers: [{ name: 'a', env: [{ name: 'A', value: true }] }] } },
      ['spec.containers[0].env[0].value'],
    ],
    [
      'Pod',
      { metadata, spec: { ...spec, volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] } },
      ['spec.volumes[0]'],
    ],
    ['Deployment', { metadata, spec: { template: { spec } } }, []],
    ['Deployment', { metadata, spec: {} }, ['spec.template']],
    [
      'Deployment',
      { metadata, spec: { replicas: '3', template: { metadata: { labels: { a: 1.1 } }, spec } } },
      ['spec.replicas', 'spec.template.metadata.labels.a'],
    ],
    ['CronJob', { metadata, spec: { jobTemplate: { spec: { template: { spec } } } } }, []],
    [
      'CronJob',
      { metadata, spec: { jobTemplate: { spec: { template: { spec: {} } } } } },
      ['spec.jobTemplate.spec.template.spec.containers'],
    ],
    ['ReplicationController', { metadata, spec: { selector: { a: 'b' }, template: { spec } } }, []],
  ])('%s %j', (kind, raw, expected) => expect(fieldsOf(raw, kind)).toEqual(expected));
});

describe('RBAC', () => {
  const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  const roleRef = { kind: 'ClusterRole', name: 'view' };

  test.each<[Kind, unknown, string[]]>([
    ['Role', { metadata, rules: [rule] }, []],
    ['Role', { metadata, rules: null }, []],
    ['Role', { metadata, rules: [{ ...rule, verbs: [] }] }, ['rules[0].verbs']],
    ['Role', { metadata, rules: [{ verbs: ['get'] }] }, ['rules[0].apiGroups', 'rules[0].resources']],
    ['Role', { metadata, rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }, ['rules[0].nonResourceURLs']],
    ['ClusterRole', { metadata, rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }, []],
    ['ClusterRole', { metadata, rules: [{ ...rule, nonResourceURLs: ['/x'] }] }, ['rules[0].nonResourceURLs']],
    ['RoleBinding', { metadata, roleRef, subjects: [{ kind: 'ServiceAccount', name: 'x' }] }, []],
    [
      'ClusterRoleBinding',
      { metadata, roleRef, subjects: [{ kind: 'ServiceAccount', name: 'x' }] },
      ['subjects[0].namespace'],
    ],
    ['ClusterRoleBinding', { metadata, roleRef: { kind: 'Role', name: 'x' } }, ['roleRef.kind']],
    ['RoleBinding', { metadata, roleRef, subjects: [{ kind: 'Robot', name: 'x' }] }, ['subjects[0].kind']],
    ['RoleBinding', { metadata }, ['roleRef']],
  ])('%s %j', (kind, raw, expected) => expect(fieldsOf(raw, kind)).toEqual(expected));
});

test('a problem says what is wrong in words, with the steps to its place', () => {
  expect(validateObject({ metadata: { name: 'A\u001b' } }, 'Pod')).toEqual([
    {
      field: 'metadata.name',
      message: expect.stringContaining('"A\\u001b" must consist of lower case'),
      path: ['metadata', 'name'],
    },
    { field: 'spec', message: 'is required', path: ['spec'] },
  ]);
  expect(validateObject([], 'Pod')).toEqual([{ field: '', message: 'must be an object, not a list', path: [] }]);
});
