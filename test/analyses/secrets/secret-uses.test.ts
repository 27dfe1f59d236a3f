import { beforeEach, describe, expect, it } from 'vitest';
import { readerCount } from '../../../src/analyses/secrets/secret-readers.ts';
import { secretUses, unreadUseKinds, usersOf } from '../../../src/analyses/secrets/secret-uses.ts';
import { ALL_KINDS, type Kind } from '../../../src/model/kind.ts';
import type { Change } from '../../../src/model/change.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object, pod } from '../../objects.ts';

let view: StoreView;

function coverage(kind: Kind, status: 'live' | 'denied' | 'absent'): Change {
  return {
    type: 'coverage',
    coverage: { kind, apiVersion: '', status, namespaces: 'all', reason: '', since: 0 },
  };
}

/** Changes reach what was computed from other computations when the graph settles, as the engine lets it do. */
function apply(changes: readonly Change[]): void {
  view.apply(changes);
  view.graph.settle(
    () => {},
    () => false,
  );
}

function upsert(...objects: ReturnType<typeof object>[]): void {
  apply(objects.map((one): Change => ({ type: 'upsert', object: one })));
}

function users(name: string, namespace = 'shop'): readonly string[] {
  return (secretUses(view, namespace).get(name) ?? []).map(
    (use) => `${use.by.kind}/${use.by.name} ${use.how}${use.fixedAtStart ? ' at start' : ''}`,
  );
}

const withSecret = (name: string): Record<string, unknown> => ({
  containers: [{ name: 'a', image: 'i:1', envFrom: [{ secretRef: { name } }] }],
});

beforeEach(() => {
  view = new StoreView(new ClusterStore(), 0);
  view.apply([...ALL_KINDS.map((kind) => coverage(kind, 'live')), { type: 'facts', facts: { source: 'cluster' } }]);
});

describe('uses of Secrets', () => {
  it('follow pods that come and go', () => {
    upsert(pod('one', { spec: withSecret('db') }));
    expect(users('db')).toEqual(['Pod/one env at start']);
    upsert(pod('two', { spec: withSecret('other') }));
    expect(users('other')).toEqual(['Pod/two env at start']);
    apply([{ type: 'remove', kind: 'Pod', namespace: 'shop', name: 'one' }]);
    expect(users('db')).toEqual([]);
  });

  it('keep their identity while pods of the same specification come and go', () => {
    const owner = { kind: 'StatefulSet', name: 'pg' };
    upsert(pod('pg-0', { owner, spec: withSecret('db') }));
    const before = secretUses(view, 'shop');
    upsert(pod('pg-1', { owner, spec: withSecret('db') }));
    expect(secretUses(view, 'shop')).toBe(before);
    expect(users('db')).toEqual(['StatefulSet/pg env at start']);
  });

  it('are of one namespace, but for Gateways and volumes', () => {
    upsert(pod('one', { namespace: 'data', spec: withSecret('db') }));
    expect(users('db')).toEqual([]);
    upsert(
      object('Gateway', {
        metadata: { name: 'web', namespace: 'edge' },
        spec: { listeners: [{ name: 'l', port: 443, tls: { certificateRefs: [{ name: 'tls', namespace: 'shop' }] } }] },
      }),
      object('PersistentVolume', {
        metadata: { name: 'pv' },
        spec: { csi: { driver: 'd', nodePublishSecretRef: { name: 'disk', namespace: 'shop' } } },
      }),
    );
    upsert(
      object('Gateway', {
        metadata: { name: 'web', namespace: 'other' },
        spec: {
          listeners: [
            { name: 'l', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'tls', namespace: 'shop' }] } },
          ],
        },
      }),
    );
    expect(new Set(usersOf(secretUses(view, 'shop'), 'tls').map((one) => one.namespace))).toEqual(
      new Set(['edge', 'other']),
    );
    expect(users('disk')).toEqual(['PersistentVolume/pv storage']);
  });

  it('tell a file that follows a rotation from one that does not', () => {
    const volumes = [{ name: 'v', secret: { secretName: 'db' } }];
    const mount = { name: 'v', mountPath: '/v' };
    upsert(pod('live', { spec: { volumes, containers: [{ name: 'a', image: 'i:1', volumeMounts: [mount] }] } }));
    expect(users('db')).toEqual(['Pod/live volume']);
    const fixed = [{ ...mount, subPath: 'p' }];
    upsert(pod('live', { spec: { volumes, containers: [{ name: 'a', image: 'i:1', volumeMounts: fixed }] } }));
    expect(users('db')).toEqual(['Pod/live volume at start']);
  });

  it('are incomplete while a kind is unread, not while it is not served', () => {
    expect(unreadUseKinds(view, 'shop')).toEqual([]);
    apply([coverage('CronJob', 'denied'), coverage('Gateway', 'absent')]);
    expect(unreadUseKinds(view, 'shop')).toEqual(['CronJob']);
  });
});

const RBAC = 'rbac.authorization.k8s.io';
const role = (name: string, verbs: string[], resourceNames?: string[]): ReturnType<typeof object> =>
  object('ClusterRole', {
    metadata: { name },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs, ...(resourceNames ? { resourceNames } : {}) }],
  });
const binding = (name: string, roleName: string, user: string): ReturnType<typeof object> =>
  object('RoleBinding', {
    metadata: { name, namespace: 'shop' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: roleName },
    subjects: [{ kind: 'User', apiGroup: RBAC, name: user }],
  });

describe('readers of Secrets', () => {
  it('counts each subject once, for get, list and watch', () => {
    upsert(
      object('Secret', { metadata: { name: 'db', namespace: 'shop' }, type: 'Opaque' }),
      role('get', ['get']),
      role('list', ['list']),
      role('write', ['create', 'update']),
      role('db-only', ['get'], ['db']),
      binding('a', 'get', 'alice'),
      binding('b', 'list', 'alice'),
      binding('c', 'list', 'bob'),
      binding('d', 'write', 'carol'),
      binding('e', 'db-only', 'dave'),
    );
    expect(readerCount(view, 'shop', 'db')).toBe(3);
    expect(readerCount(view, 'shop', 'other')).toBe(2);
    expect(readerCount(view, 'data', 'db')).toBe(0);
  });

  it('does not count what it could not read', () => {
    apply([coverage('RoleBinding', 'denied')]);
    expect(readerCount(view, 'shop', 'db')).toBeNull();
  });
});
