import { describe, expect, test } from 'vitest';
import { minimalCut, shortestPath } from '../../../src/analyses/rbac/escalation-paths.ts';
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
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: 'shop' } };
const RESTRICTED = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

const view = (...bindings: readonly RawObject[]): ReturnType<typeof viewOfObjects> =>
  viewOfObjects([...ROLES, ACCOUNT, RESTRICTED, ...bindings]);

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
    ).toEqual(['a: also by ClusterRoleBinding b']);
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
