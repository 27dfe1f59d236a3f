import { describe, expect, test } from 'vitest';
import { escalationGraph } from '../../../src/analyses/rbac/escalation-graph.ts';
import { minimalCut, namespacePaths, shortestPath } from '../../../src/analyses/rbac/escalation-paths.ts';
import type { Sink } from '../../../src/analyses/rbac/escalation-step.ts';
import { rawBinding, rawRole, type RawSubject } from './raw-rbac.ts';
import { viewOfObjects, type RawObject } from './view-of.ts';

const EVE: RawSubject = { kind: 'User', name: 'eve' };
const APP: RawSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'app' };
const RBAC = 'rbac.authorization.k8s.io';
const ROLES = [
  rawRole('bind', [`bind ${RBAC} clusterroles`]),
  rawRole('write', [`create ${RBAC} rolebindings,clusterrolebindings`]),
  rawRole('volumes', ['create core persistentvolumes']),
  rawRole('claims', ['create core persistentvolumeclaims', 'create apps deployments']),
  rawRole('everything', ['* * *']),
  rawRole('approve', ['approve certificates.k8s.io signers']),
  rawRole('request', [
    'create certificates.k8s.io certificatesigningrequests',
    'update certificates.k8s.io certificatesigningrequests/approval',
  ]),
];
const NAMED = [
  rawRole('bind-named', [`bind ${RBAC} clusterroles platform`, `create ${RBAC} clusterrolebindings,rolebindings`]),
  rawRole('platform', ['* * *']),
  rawRole('bind-unknown', [`bind ${RBAC} clusterroles nobody`, `create ${RBAC} clusterrolebindings`]),
  rawRole('widen-itself', [`escalate,update ${RBAC} clusterroles widen-itself`]),
  rawRole('widen-other', [`escalate,update ${RBAC} clusterroles cluster-admin,other`]),
  rawRole('widen-role', [`escalate,update ${RBAC} roles widen-role`], 'shop'),
  rawRole('as-groups', ['impersonate core groups']),
  rawRole('as-masters', ['impersonate core groups system:masters']),
  rawRole('as-bob', ['impersonate core users bob']),
  rawRole('as-accounts', ['impersonate core serviceaccounts']),
  rawRole('as-app', ['impersonate core serviceaccounts app']),
  rawRole('as-nobody', ['impersonate core serviceaccounts gone']),
  rawRole('as-user', ['impersonate core users system:serviceaccount:shop:app']),
  rawRole('token-of-app', ['create core serviceaccounts/token other,app']),
];
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: 'shop' } };
const RESTRICTED = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

const view = (...bindings: readonly RawObject[]): ReturnType<typeof viewOfObjects> =>
  viewOfObjects([...ROLES, ...NAMED, ACCOUNT, RESTRICTED, ...bindings]);

/** `binding: condition` of each hop; undefined where there is no path. */
function hops(keys: readonly string[], sink: Sink, ...bindings: readonly RawObject[]): readonly string[] | undefined {
  return shortestPath(view(...bindings), keys, sink)?.hops.map(
    ({ step, condition }) => `${step?.binding.name ?? '-'}: ${condition}`,
  );
}

describe('what a permission takes besides', () => {
  test('may come through another binding of the same subject', () => {
    expect(
      hops(['u:eve'], 'cluster-admin', rawBinding('', 'a', 'bind', EVE), rawBinding('', 'b', 'write', EVE)),
    ).toEqual(['a: also by ClusterRoleBinding b']);
  });

  test('is not there where another subject has it', () => {
    const other = { kind: 'User', name: 'mallory' };
    expect(
      hops(['u:eve'], 'cluster-admin', rawBinding('', 'a', 'bind', EVE), rawBinding('', 'b', 'write', other)),
    ).toBe(undefined);
    expect(hops(['u:eve'], 'cluster-admin', rawBinding('', 'a', 'bind', EVE))).toBe(undefined);
  });

  test('counts in a namespace where only a RoleBinding gives it', () => {
    const strong = rawBinding('', 'c', 'everything', APP);
    expect(
      hops(['u:eve'], 'cluster-admin', rawBinding('', 'a', 'bind', EVE), rawBinding('shop', 'b', 'write', EVE), strong),
    ).toEqual(['a: binds a role that reaches every account there, also by RoleBinding shop/b', 'c: ']);
    expect(
      hops(['u:eve'], 'node', rawBinding('', 'a', 'volumes', EVE), rawBinding('shop', 'b', 'claims', EVE)),
    ).toEqual(['a: with a claim and a pod that mounts it, also by RoleBinding shop/b']);
  });

  test('does not come from a RoleBinding where it has no namespace', () => {
    expect(
      hops(['u:eve'], 'cluster-admin', rawBinding('', 'a', 'approve', EVE), rawBinding('shop', 'b', 'request', EVE)),
    ).toBe(undefined);
  });

  test('does not come from another namespace', () => {
    const strong = rawBinding('', 'c', 'everything', APP);
    expect(
      hops(
        ['u:eve'],
        'cluster-admin',
        rawBinding('shop', 'a', 'bind', EVE),
        rawBinding('web', 'b', 'write', EVE),
        strong,
      ),
    ).toBe(undefined);
  });

  test('may come from a group that a service account is in', () => {
    const all = { kind: 'Group', name: 'system:serviceaccounts' };
    expect(
      hops(
        ['u:system:serviceaccount:shop:app'],
        'cluster-admin',
        rawBinding('', 'a', 'bind', APP),
        rawBinding('', 'b', 'write', all),
      ),
    ).toEqual(['a: also by ClusterRoleBinding b, as one of group system:serviceaccounts']);
  });
});

describe('a permission for some names', () => {
  test.each([
    ['to bind a role of another name that gives all', 'bind-named', ['a: ']],
    ['to bind a role that is not there', 'bind-unknown', undefined],
    ['to widen the role that gives it', 'widen-itself', ['a: ']],
    ['to widen roles that others are bound to', 'widen-other', undefined],
  ])('%s', (_says, role, path) => {
    expect(hops(['u:eve'], 'cluster-admin', rawBinding('', 'a', role, EVE))).toEqual(path);
  });

  test('to bind a role that gives all, in a namespace', () => {
    const cluster = view(rawBinding('shop', 'a', 'bind-named', EVE));
    expect(namespacePaths(escalationGraph(cluster), ['u:eve']).map(({ to }) => to)).toEqual(['namespace-admin/shop']);
  });

  test('to widen the Role that gives it', () => {
    const strong = rawBinding('', 'c', 'everything', APP);
    expect(hops(['u:eve'], 'cluster-admin', rawBinding('shop', 'a', 'Role/widen-role', EVE), strong)).toEqual([
      'a: a bound Role there can be given any rule',
      'c: ',
    ]);
  });
});

// k8s.io/apiserver pkg/endpoints/filters/impersonation: groups without a user are refused.
describe('to act as a group takes a user to act as', () => {
  test.each(['as-groups', 'as-masters'])('%s', (role) => {
    const groups = rawBinding('', 'a', role, EVE);
    expect(hops(['u:eve'], 'cluster-admin', groups)).toBe(undefined);
    expect(hops(['u:eve'], 'cluster-admin', rawBinding('', 'b', 'as-bob', EVE))).toBe(undefined);
    expect(hops(['u:eve'], 'cluster-admin', groups, rawBinding('', 'b', 'as-bob', EVE))).toEqual([
      'a: also by ClusterRoleBinding b',
    ]);
    expect(hops(['u:eve'], 'cluster-admin', groups, rawBinding('shop', 'b', 'as-accounts', EVE))).toEqual([
      'a: also by RoleBinding shop/b',
    ]);
    // Users have no namespace: a RoleBinding does not let anybody act as one.
    expect(hops(['u:eve'], 'cluster-admin', groups, rawBinding('shop', 'b', 'as-bob', EVE))).toBe(undefined);
  });
});

test('removing either of two bindings closes the path, removing one of two that give the same does not', () => {
  const bindings = [
    rawBinding('', 'a', 'bind', EVE),
    rawBinding('', 'b', 'write', EVE),
    rawBinding('', 'c', 'write', EVE),
  ];
  const cluster = view(...bindings);
  const path = shortestPath(cluster, ['u:eve'], 'cluster-admin');
  const cut = minimalCut(cluster, path === undefined ? [] : [path]);
  expect(cut?.bindings.map((one) => one.name)).toEqual(['a']);
});

describe('two halves of a dangerous grant, one of them through a group', () => {
  const DEVS = { kind: 'Group', name: 'devs' };
  const OPS = { kind: 'Group', name: 'ops' };
  const ALICE = { kind: 'User', name: 'alice' };
  const memberships = ['devs', 'ops'].map((group) => ({ user: 'alice', group, from: null, to: null }));

  /** Where `hops` ends, with alice in devs and ops by a directory. */
  function known(keys: readonly string[], ...bindings: readonly RawObject[]): readonly string[] | undefined {
    const cluster = view(...bindings);
    cluster.apply([{ type: 'facts', facts: { directory: { source: 'people.csv', memberships } } }]);
    return shortestPath(cluster, keys, 'cluster-admin')?.hops.map(
      ({ step, condition }) => `${step?.binding.name ?? '-'}: ${condition}`,
    );
  }

  test.each([
    ['the group may bind, the member may write bindings', DEVS, ALICE, 'devs'],
    ['the member may bind, the group may write bindings', ALICE, DEVS, 'devs'],
  ])('%s', (_says, first, second, group) => {
    const bindings = [rawBinding('', 'a', 'bind', first), rawBinding('', 'b', 'write', second)];
    const path = [`a: also by ClusterRoleBinding b, as one of group ${group}`];
    expect(known(['u:alice', 'g:devs'], ...bindings)).toEqual(path);
    expect(known(['g:devs'], ...bindings)).toBe(undefined);
    expect(known(['u:bob', 'g:devs'], ...bindings)).toBe(undefined);
  });

  test('each through another group', () => {
    const bindings = [rawBinding('', 'a', 'bind', DEVS), rawBinding('', 'b', 'write', OPS)];
    expect(known(['u:alice', 'g:devs', 'g:ops'], ...bindings)).toEqual([
      'a: also by ClusterRoleBinding b, as one of group devs, as one of group ops',
    ]);
    expect(hops(['u:alice', 'g:devs', 'g:ops'], 'cluster-admin', ...bindings)).toBe(undefined);
  });

  test('is the way of the group where it has both itself', () => {
    const bindings = [
      rawBinding('', 'a', 'bind', DEVS),
      rawBinding('', 'b', 'write', DEVS),
      rawBinding('', 'c', 'write', ALICE),
    ];
    expect(known(['g:devs'], ...bindings)).toEqual(['a: also by ClusterRoleBinding b']);
    expect(known(['u:alice'], ...bindings)).toBe(undefined);
  });

  test('all accounts may bind, one may write bindings', () => {
    const all = { kind: 'Group', name: 'system:serviceaccounts' };
    const bindings = [rawBinding('', 'a', 'bind', all), rawBinding('', 'b', 'write', APP)];
    expect(hops(['u:system:serviceaccount:shop:app'], 'cluster-admin', ...bindings)).toEqual([
      'a: also by ClusterRoleBinding b, as one of group system:serviceaccounts',
    ]);
    expect(hops(['u:system:serviceaccount:shop:other'], 'cluster-admin', ...bindings)).toBe(undefined);
  });

  test('completed by a RoleBinding, in its namespace', () => {
    const bindings = [
      rawBinding('', 'a', 'bind', DEVS),
      rawBinding('shop', 'b', 'write', ALICE),
      rawBinding('', 'c', 'everything', APP),
    ];
    expect(known(['u:alice'], ...bindings)).toEqual([
      'a: binds a role that reaches every account there, also by RoleBinding shop/b, as one of group devs',
      'c: ',
    ]);
  });
});

describe('what is limited to one account', () => {
  const strong = rawBinding('', 'c', 'everything', APP);

  test.each([
    ['shop', 'as-app'],
    ['shop', 'token-of-app'],
    ['', 'token-of-app'],
  ])('leads to it, in namespace "%s" by %s', (namespace, role) => {
    const path = shortestPath(view(strong, rawBinding(namespace, 'a', role, EVE)), ['u:eve'], 'cluster-admin');
    expect(path?.hops.map(({ to }) => to)).toEqual(['u:system:serviceaccount:shop:app', 'cluster-admin']);
    expect(path?.hops[0]?.step?.request).toMatchObject({ namespace, name: 'app' });
  });

  test.each([
    ['an account of another name', 'shop', 'as-nobody'],
    ['that of another namespace', 'other', 'token-of-app'],
    // A service account is asked for by its name and namespace (apiserver filters/impersonation).
    ['it by the name of its user', '', 'as-user'],
  ])('does not lead to %s', (_, namespace, role) => {
    expect(hops(['u:eve'], 'cluster-admin', strong, rawBinding(namespace, 'a', role, EVE))).toBe(undefined);
  });
});
