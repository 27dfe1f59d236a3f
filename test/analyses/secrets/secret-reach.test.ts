/** Who can read a Secret: by bindings, and through a node that holds it. */
import { expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { KubeObject, Subject } from '../../../src/model/objects.ts';
import { readingsBy } from '../../../src/analyses/secrets/subject-secrets.ts';
import { secretSubjects } from '../../../src/report/sections/secret-subjects.ts';
import { secretsSection, type SecretItem } from '../../../src/report/sections/secrets.ts';
import { object } from '../../objects.ts';
import { judged, type Judged } from '../../report/judged.ts';
import { event } from '../rbac/audit-event.ts';

const metadata = (name: string, namespace?: string) => ({ name, namespace, uid: `${namespace}/${name}` });

function pod(name: string, nodeName: string, container: object): KubeObject {
  return object('Pod', {
    metadata: metadata(name, 'shop'),
    spec: { nodeName, containers: [{ name: 'a', image: 'i:1', ...container }] },
    status: { phase: 'Running' },
  });
}

const role = (name: string, rule: object): KubeObject =>
  object('Role', { metadata: metadata(name, 'shop'), rules: [{ apiGroups: [''], resources: ['secrets'], ...rule }] });

const binding = (name: string, roleName: string, subjects: readonly object[]): KubeObject =>
  object('RoleBinding', {
    metadata: metadata(name, 'shop'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName },
    subjects,
  });

const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });

function secret(name: string, objects: readonly KubeObject[], given?: Judged): SecretItem | undefined {
  const secrets = ['db', 'mail'].map((one) =>
    object('Secret', { metadata: metadata(one, 'shop'), type: 'Opaque', data: {} }),
  );
  return [...secretsSection(judged([...secrets, ...objects], given).engine.view).items].find(
    (item) => item.name === name,
  );
}

const POLICY = [
  role('all', { verbs: ['list'] }),
  role('one', { verbs: ['get'], resourceNames: ['db'] }),
  role('writes', { verbs: ['create'] }),
  binding('ops', 'all', [user('ada')]),
  binding('ops-too', 'all', [user('ada')]),
  binding('app', 'one', [{ kind: 'ServiceAccount', name: 'app', namespace: 'shop' }]),
  binding('ci', 'writes', [user('ci')]),
];

it('names who lists all by a rule for the empty name', () => {
  const nameless = role('nameless', { verbs: ['list'], resourceNames: [''] });
  const objects = [...POLICY, nameless, binding('lists', 'nameless', [user('eve')])];
  for (const name of ['db', 'mail']) {
    expect(secret(name, objects)?.readBy?.items.map((one) => one.name)).toContain('eve');
  }
});

it('names each subject with every binding that lets it read, and counts it once', () => {
  const ada = { kind: 'User', namespace: null, name: 'ada' };
  const both = [
    { ...ada, binding: 'RoleBinding shop/ops', role: 'Role all' },
    { ...ada, binding: 'RoleBinding shop/ops-too', role: 'Role all' },
  ];
  const app = {
    kind: 'ServiceAccount',
    namespace: 'shop',
    name: 'app',
    binding: 'RoleBinding shop/app',
    role: 'Role one',
  };
  expect(secret('db', POLICY)).toMatchObject({ readers: 2, readBy: { items: [app, ...both], more: 0 } });
  expect(secret('mail', POLICY)).toMatchObject({ readers: 1, readBy: { items: both, more: 0 } });
});

it('names twenty, and counts the others', () => {
  const many = Array.from({ length: 23 }, (_, index) => user(`u${index}`));
  const found = secret('db', [role('all', { verbs: ['get'] }), binding('many', 'all', many)]);
  expect(found?.readers).toBe(23);
  expect(found?.readBy?.items).toHaveLength(20);
  expect(found?.readBy?.more).toBe(3);
});

it('names what can escape on the nodes that hold it, and nothing on others', () => {
  const privileged = { securityContext: { privileged: true } };
  const pods = [
    pod('cart', 'n1', { envFrom: [{ secretRef: { name: 'db' } }] }),
    pod('agent', 'n1', privileged),
    pod('other', 'n2', privileged),
  ];
  expect(secret('db', pods)?.escapes?.items.map((one) => one.workload)).toEqual(['Pod shop/agent']);
  expect(secret('mail', pods)?.escapes).toEqual({ items: [], more: 0 });
});

it('says nothing where policy or pods could not be read', () => {
  const denied = (kind: 'Pod' | 'RoleBinding') => ({ coverage: [{ kind, status: 'denied' as const }] });
  expect(secret('db', POLICY, denied('RoleBinding'))).toMatchObject({ readers: null, readBy: null });
  expect(secret('db', POLICY, denied('Pod'))?.escapes).toBeNull();
});

it('names what each subject may read, and by which bindings: all of a namespace, or single ones', () => {
  const secrets = ['db', 'mail'].map((one) => object('Secret', { metadata: metadata(one, 'shop'), type: 'Opaque' }));
  const other = object('Secret', { metadata: metadata('other', 'web'), type: 'Opaque' });
  const cluster = object('ClusterRoleBinding', {
    metadata: metadata('everything'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'auditors' }],
  });
  const reader = object('ClusterRole', {
    metadata: metadata('reader'),
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  });
  const objects = [...secrets, other, ...POLICY, cluster, reader];
  const subjects = (given?: Judged) => secretSubjects(judged(objects, given).engine.view, () => true);
  const none = { items: [], more: 0 };
  expect(subjects()).toEqual([
    {
      kind: 'Group',
      namespace: null,
      name: 'auditors',
      secrets: 3,
      namespaces: { items: ['shop', 'web'], more: 0 },
      named: none,
      bindings: { items: ['ClusterRoleBinding everything'], more: 0 },
      didRead: null,
    },
    {
      kind: 'User',
      namespace: null,
      name: 'ada',
      secrets: 2,
      namespaces: { items: ['shop'], more: 0 },
      named: none,
      bindings: { items: ['RoleBinding shop/ops', 'RoleBinding shop/ops-too'], more: 0 },
      didRead: null,
    },
    {
      kind: 'ServiceAccount',
      namespace: 'shop',
      name: 'app',
      secrets: 1,
      namespaces: none,
      named: { items: ['shop/db'], more: 0 },
      bindings: { items: ['RoleBinding shop/app'], more: 0 },
      didRead: null,
    },
  ]);
  expect(subjects({ coverage: [{ kind: 'RoleBinding', status: 'denied' }] })).toBeNull();
});

it('names what each subject did read: accounts by their user, groups by their members', () => {
  const read = (
    at: number,
    username: string,
    groups: readonly string[],
    name: string,
    fields: Partial<AuditEvent> = {},
  ) =>
    event(at, {
      user: { username, uid: '', groups, extra: {} },
      object: { resource: 'secrets', subresource: '', namespace: 'shop', name, apiGroup: '', uid: '' },
      ...fields,
    });
  const intake = createAuditIntake();
  intake.push([
    read(1, 'system:serviceaccount:shop:app', [], 'db'),
    read(2, 'system:serviceaccount:shop:app', [], 'db'),
    read(3, 'ada', ['auditors'], '', { verb: 'list' }),
    read(4, 'ada', ['auditors'], 'mail', { code: 403, decision: 'forbid' }),
  ]);
  const change = intake.takeChange();
  const { view } = judged([], { changes: change === null ? [] : [change] }).engine;
  const readings = (subject: Subject) =>
    readingsBy(view, subject)?.map(({ username, namespace, name, count }) => ({ username, namespace, name, count }));
  const app = { username: 'system:serviceaccount:shop:app', namespace: 'shop', name: 'db', count: 2 };
  const listed = { username: 'ada', namespace: 'shop', name: null, count: 1 };
  expect(readings({ kind: 'ServiceAccount', namespace: 'shop', name: 'app' })).toEqual([app]);
  expect(readings({ kind: 'Group', name: 'auditors' })).toEqual([listed]);
  expect(readings({ kind: 'User', name: 'ada' })).toEqual([listed]);
  expect(readings({ kind: 'User', name: 'bob' })).toEqual([]);
  expect(readingsBy(judged([]).engine.view, { kind: 'User', name: 'ada' })).toBeNull();
});

it('names who did read it by the audit log, as far as that tells', () => {
  const asked = (at: number, username: string, fields: Partial<AuditEvent>, name = 'db', namespace = 'shop') =>
    event(at, {
      user: { username, uid: '', groups: [], extra: {} },
      object: { resource: 'secrets', subresource: '', namespace, name, apiGroup: '', uid: '' },
      ...fields,
    });
  const intake = createAuditIntake();
  intake.push([
    asked(1, 'ada', {}),
    asked(2, 'ada', {}),
    asked(3, 'bob', { code: 404 }),
    asked(4, 'eve', { code: 403, decision: 'forbid' }),
    asked(5, 'kubernetes-admin', { reason: '', verb: 'list' }, ''),
    asked(6, 'controller', { verb: 'watch' }, '', ''),
    asked(7, 'other', {}, 'mail'),
    asked(8, 'elsewhere', {}, 'db', 'web'),
    asked(9, 'writer', { verb: 'update' }),
    asked(10, 'system:node:n1', { reason: '' }),
  ]);
  const change = intake.takeChange();
  const readings = secret('db', [], { changes: change === null ? [] : [change] })?.didRead?.items;
  expect(readings?.map(({ username, count, how }) => ({ username, count, how }))).toEqual([
    { username: 'controller', count: 1, how: 'listed' },
    { username: 'kubernetes-admin', count: 1, how: 'listed' },
    { username: 'ada', count: 2, how: 'named' },
  ]);
  expect(secret('db', [])?.didRead).toBeNull();
});
