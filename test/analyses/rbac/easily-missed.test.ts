/** What evaluators of RBAC are known to get wrong: each case has once been missed, or been called what it is not. */
import { describe, expect, test } from 'vitest';
import { allPaths } from '../../../src/analyses/rbac/escalation-paths.ts';
import { leastRoles, replayed, type SeenRequest } from '../../../src/analyses/rbac/least-role.ts';
import { rbacPolicy } from '../../../src/analyses/rbac/policy.ts';
import { whoCan } from '../../../src/analyses/rbac/who-can.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { authorize } from '../../../src/kube/authorizer.ts';
import type { RequestAttributes } from '../../../src/kube/rbac-rule.ts';
import { serviceAccountIdentity } from '../../../src/kube/rbac-user.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import { rawBinding, rawRole, type RawSubject } from './raw-rbac.ts';
import { viewOfObjects, type RawManifest } from './view-of.ts';

const RBAC = 'rbac.authorization.k8s.io';
const APP: RawSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'app' };
const ACCOUNT: RawManifest = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: 'shop' } };

function request(verb: string, target: string, namespace = '', name = ''): RequestAttributes {
  if (target.startsWith('/')) return { type: 'path', verb, path: target };
  const [, resource = '', group = '', subresource = ''] = /^([^./]+)(?:\.([^/]+))?(?:\/(.+))?$/.exec(target) ?? [];
  return { type: 'resource', verb, group, resource, subresource, namespace, name };
}

/** The rules that find something in a cluster, apart from what is only said of subjects. */
function found(...objects: readonly RawManifest[]): readonly string[] {
  const engine = new Engine(viewOfObjects([ACCOUNT, ...objects]), RBAC_RULES);
  engine.settle();
  return [...new Set([...engine.findings.values()].map(({ rule }) => rule.slice('rbac/'.length)))].sort();
}

/** The same for one role that the account holds everywhere. */
function foundOf(...rules: readonly string[]): readonly string[] {
  return found(rawRole('r', rules), rawBinding('', 'b', 'r', APP)).filter((one) => one !== 'escalation-path');
}

function holders(objects: readonly RawManifest[], asked: RequestAttributes, scope: 'all' | readonly string[]): unknown {
  return whoCan(viewOfObjects(objects), asked, scope).holders.map(({ subject }) => `${subject.kind} ${subject.name}`);
}

describe('findings', () => {
  test.each([
    ['the core group is written as the empty string', ['create core pods/exec'], ['exec']],
    ['ephemeral containers are of the core group', ['patch core pods/ephemeralcontainers'], ['exec']],
    ['so is the kubelet API', ['get core nodes/proxy'], ['node-proxy']],
    ['workloads are of the group apps', ['create apps deployments'], ['creates-workloads']],
    ['jobs are of the group batch, with any verb', ['* batch jobs'], ['creates-workloads', 'wildcard']],
    ['list of Secrets alone', ['list core secrets'], ['reads-secrets']],
    ['watch of Secrets alone', ['watch core secrets'], ['reads-secrets']],
    ['get alone on the kubelet API', ['get core nodes/proxy'], ['node-proxy']],
    ['the guard asks bind on roles', [`bind ${RBAC} clusterroles`, `create ${RBAC} rolebindings`], ['escalates']],
    ['the dangerous rule is not the first', ['get core pods', 'list core secrets'], ['reads-secrets']],
    [
      'two rules that only together are dangerous, in either order',
      [`create ${RBAC} clusterrolebindings`, `bind ${RBAC} clusterroles`],
      ['escalates'],
    ],
    ['every resource of one group', ['create core *'], ['wildcard']],
    ['one resource of every group', ['get * secrets'], ['reads-secrets']],
    ['a subresource of every resource', ['create core */exec'], ['exec', 'wildcard']],
    [
      'bindings of any verb',
      [`* ${RBAC} clusterrolebindings`],
      ['alters-policy', 'escalates', 'reads-widely', 'wildcard'],
    ],
    ['impersonation of users of any verb', ['* core users'], ['impersonates', 'wildcard']],
    [
      'bind of one role that gives everything',
      [`bind ${RBAC} clusterroles cluster-admin`, `create ${RBAC} rolebindings`],
      ['escalates'],
    ],
    ['a name does not make it harmless', ['create core pods/exec postgres-0'], ['exec']],
  ])('%s', (_name, rules, expected) => {
    expect(foundOf(...rules)).toEqual(expected);
  });

  test.each([
    ['the guard never asks bind on bindings', [`bind ${RBAC} rolebindings,clusterrolebindings`]],
    ['pods/* is no wildcard', ['* core pods/*']],
    ['a star is no wildcard among names', ['get core secrets *']],
    ['serviceaccounts/token of another group', ['create authentication.k8s.io serviceaccounts/token']],
    ['pods/eviction of another group', ['create policy pods/eviction', 'get core nodes']],
    ['create never carries a name', ['create core pods own']],
    ['a signer is never a star', ['approve certificates.k8s.io signers *']],
  ])('%s', (_name, rules) => {
    expect(foundOf(...rules).filter((one) => one !== 'inert-rule' && one !== 'wildcard')).toEqual([]);
  });

  test('a service account behind a group in the same binding', () => {
    const view = viewOfObjects([
      ACCOUNT,
      rawRole('r', ['list core secrets']),
      rawBinding('shop', 'b', 'r', { kind: 'Group', name: 'devs' }, APP),
    ]);
    const engine = new Engine(view, RBAC_RULES);
    engine.settle();
    expect([...engine.findings.values()][0]?.title).toBe(
      'Group devs and ServiceAccount shop/app can read Secrets in namespace shop',
    );
  });

  test('a Role is that of its namespace, whatever another namespace calls the same', () => {
    const objects = [
      rawRole('same', ['list core secrets'], 'shop'),
      rawRole('same', ['list core pods'], 'data'),
      rawBinding('data', 'b', 'Role/same', APP),
    ];
    expect(found(...objects)).toEqual(['unused-role']);
    expect(found(...objects, rawBinding('shop', 'b', 'Role/same', APP))).toEqual(['reads-secrets']);
  });

  test('a RoleBinding to a ClusterRole', () => {
    expect(found(rawRole('r', ['list core secrets']), rawBinding('shop', 'b', 'r', APP))).toEqual(['reads-secrets']);
  });

  test('the account default as a subject of a RoleBinding', () => {
    const subject = { kind: 'ServiceAccount', namespace: 'shop', name: 'default' };
    expect(found(rawRole('r', ['get core pods']), rawBinding('shop', 'b', 'r', subject))).toEqual([
      'default-service-account',
    ]);
  });
});

describe('who can', () => {
  const urls = rawRole('r', ['get url /metrics,/logs/*']);

  test('a RoleBinding never gives a path', () => {
    expect(holders([urls, rawBinding('shop', 'b', 'r', APP)], request('get', '/metrics'), 'all')).toEqual([]);
  });

  test('a path is matched by its beginning', () => {
    const objects = [urls, rawBinding('', 'b', 'r', APP)];
    expect(holders(objects, request('get', '/logs/kube/x'), [])).toEqual(['ServiceAccount app']);
    expect(holders(objects, request('get', '/metrics/x'), [])).toEqual([]);
  });

  test('a subresource of every resource', () => {
    const objects = [rawRole('r', ['get core */log']), rawBinding('', 'b', 'r', APP)];
    expect(holders(objects, request('get', 'pods/log'), 'all')).toEqual(['ServiceAccount app']);
    expect(holders(objects, request('get', 'pods'), 'all')).toEqual([]);
  });

  test('an account through each of the groups that it is always in', () => {
    const app = serviceAccountIdentity('shop', 'app');
    for (const group of ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated']) {
      const objects = [rawRole('r', ['get core pods']), rawBinding('', 'b', 'r', { kind: 'Group', name: group })];
      expect(authorize(rbacPolicy(viewOfObjects(objects)), app, request('get', 'pods', 'data')).allowed).toBe(true);
    }
  });
});

describe('paths', () => {
  const admin = [
    rawRole('cluster-admin', ['* * *']),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'root', namespace: 'ops' } },
    rawBinding('', 'root', 'cluster-admin', { kind: 'ServiceAccount', namespace: 'ops', name: 'root' }),
  ];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', namespace: 'shop' },
    spec: { serviceAccountName: 'app', containers: [{ name: 'a', image: 'b' }] },
  };
  const targets = (...objects: readonly RawManifest[]): readonly string[] => [
    ...new Set(
      allPaths(viewOfObjects([ACCOUNT, pod, ...admin, ...objects]))
        .filter(({ hops }) => hops.some(({ step }) => step?.from === 'u:system:serviceaccount:shop:app'))
        .map(({ to }) => to),
    ),
  ];

  test('bind in one namespace is honoured there', () => {
    const rules = [`bind ${RBAC} clusterroles`, `create ${RBAC} rolebindings`];
    expect(targets(rawRole('r', rules), rawBinding('ops', 'b', 'r', APP))).toContain('cluster-admin');
  });

  test('writing bindings alone leads nowhere', () => {
    const rules = [`create,update,patch ${RBAC} rolebindings,clusterrolebindings`];
    expect(targets(rawRole('r', rules), rawBinding('', 'b', 'r', APP))).toEqual([]);
  });

  test('a signer that is a star approves nothing', () => {
    const rules = [
      'create certificates.k8s.io certificatesigningrequests',
      'update certificates.k8s.io certificatesigningrequests/approval',
    ];
    const approve = (names: string): readonly string[] =>
      targets(rawRole('r', [...rules, `approve certificates.k8s.io signers ${names}`]), rawBinding('', 'b', 'r', APP));
    expect(approve('*')).toEqual([]);
    expect(approve('*/*')).toEqual([]);
    expect(approve('example.com/*')).toEqual([]);
    expect(approve('kubernetes.io/*')).toEqual(['cluster-admin']);
  });

  test('workloads of apps and batch are a way, limited to names they are not', () => {
    expect(targets(rawRole('r', ['create batch jobs']), rawBinding('ops', 'b', 'r', APP))).toContain('cluster-admin');
    expect(targets(rawRole('r', ['patch batch jobs own']), rawBinding('ops', 'b', 'r', APP))).toEqual([]);
  });
});

test('a made role allows its own log: create carries no name', () => {
  const seen: readonly SeenRequest[] = [
    { request: request('create', 'secrets', 'shop'), count: 2, auditID: 'a' },
    { request: request('get', 'secrets', 'shop', 'pg'), count: 1, auditID: 'b' },
  ];
  const roles = leastRoles(seen);
  expect(roles).toEqual([
    {
      namespace: 'shop',
      rules: [
        { verbs: ['create'], apiGroups: [''], resources: ['secrets'] },
        { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['pg'] },
      ],
    },
  ]);
  expect(replayed(roles, seen)).toEqual({ allowed: 3, of: 3 });
});
