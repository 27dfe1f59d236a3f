import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { Change } from '../../../src/model/change.ts';
import { deniedTogether, rightsEffects } from '../../../src/remedy/rbac/rights-effects.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { auditChange, event } from '../../analyses/rbac/audit-event.ts';
import { rawBinding, rawRole } from '../../analyses/rbac/raw-rbac.ts';
import { upserts, viewOfObjects, type RawManifest, type ViewOptions } from '../../analyses/rbac/view-of.ts';

const CART = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const ALICE = { kind: 'User', name: 'alice' };
const READER = rawRole('reader', ['get core secrets,pods']);
const FIRST = rawBinding('shop', 'first', 'reader', CART);
const SECOND = rawBinding('shop', 'second', 'reader', CART);

const removed = (name: string): Change => ({ type: 'remove', kind: 'RoleBinding', namespace: 'shop', name });

function world(
  objects: readonly RawManifest[],
  options: ViewOptions = {},
  events: readonly AuditEvent[] = [],
): StoreView {
  const view = viewOfObjects(objects, options);
  if (events.length > 0) view.apply([auditChange(events)]);
  return view;
}

function effects(view: StoreView, ...changes: readonly Change[]): readonly string[] {
  return rightsEffects(view, view.overlay(changes).after, changes);
}

/** Requests for pods of the shop by cart. */
const asked = (at: number, name: string): AuditEvent =>
  event(at, {
    object: { resource: 'pods', subresource: '', namespace: 'shop', name, apiGroup: '', uid: '' },
    user: {
      ...event(0).user,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    },
  });

describe('what a change of roles and bindings does', () => {
  test('is told of no other change', () => {
    const view = world([READER, FIRST]);
    const object = upserts([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', namespace: 'shop' } }]);
    expect(effects(view, ...object)).toEqual([]);
  });

  test('is not told to be nothing where roles could not be read', () => {
    expect(effects(world([FIRST], { denied: ['ClusterRole'] }), removed('first'))).toEqual([
      'RBAC was not all read: ClusterRole: forbidden: more may be lost, or kept, than is said here',
      'whoever applies it has to be allowed to delete rolebindings first in namespace shop',
    ]);
  });

  test('is what the subject loses, and that nobody knows of its use without a log', () => {
    expect(effects(world([READER, FIRST]), removed('first'))).toEqual([
      'ServiceAccount shop/cart loses get secrets, pods in namespace shop',
      'no audit log tells whether what goes is in use',
      'whoever applies it has to be allowed to delete rolebindings first in namespace shop',
    ]);
  });

  test('counts the escalation paths that close, among all that k8sec paths lists', () => {
    const admin = rawRole('all', ['* * *']);
    const mint = rawRole('mint', ['create core serviceaccounts/token'], 'shop');
    const account = (name: string): RawManifest => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'shop' },
    });
    const view = world([
      admin,
      mint,
      account('cart'),
      account('boss'),
      rawBinding('', 'boss', 'all', { ...CART, name: 'boss' }),
      rawBinding('shop', 'first', 'Role/mint', CART),
      READER,
      rawBinding('shop', 'second', 'reader', CART),
    ]);
    // boss is cluster-admin, cart becomes boss.
    expect(effects(view, removed('first'))).toContain('closes 1 of 2 escalation paths');
    expect(effects(view, removed('second'))).toContain('closes none of 2 escalation paths');
    const boss: Change = { type: 'remove', kind: 'ClusterRoleBinding', namespace: '', name: 'boss' };
    expect(effects(view, boss)).toContain('closes 2 of 2 escalation paths');
  });

  test('counts the paths of pods too, which hang on more than RBAC', () => {
    const pod = (name: string, account: string, more: object = {}): RawManifest => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: { nodeName: 'n1', serviceAccountName: account, containers: [{ name: 'c', image: 'x', ...more }] },
    });
    const accounts = ['cart', 'boss'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'shop' },
    }));
    const privileged = { securityContext: { privileged: true } };
    const all = rawRole('all', ['* * *']);
    const boss = rawBinding('', 'boss', 'all', { ...CART, name: 'boss' });
    const view = world([
      ...accounts,
      all,
      boss,
      pod('build', 'cart', privileged),
      pod('db', 'boss'),
      READER,
      FIRST,
      SECOND,
    ]);
    expect(effects(view, removed('second'), ...upserts([pod('build', 'cart')]))).toContain(
      'closes 1 of 2 escalation paths',
    );
  });

  test('names the requests of the log that would be denied, and none that another binding allows too', () => {
    const events = [asked(0, 'a'), asked(1, 'a'), asked(2, 'b')];
    const view = world([READER, FIRST], {}, events);
    expect(effects(view, removed('first'))).toContain(
      'DENIES what the audit log of 2026-11-01 to 2026-11-01 shows: 3 events, last on 2026-11-01 by system:serviceaccount:shop:cart: get pods in namespace shop (a, b)',
    );
    const twice = world([READER, FIRST, SECOND], {}, events);
    expect(effects(twice, removed('first'))[0]).toMatch(/^nobody loses a permission/);
    const onlyA = rawRole('a', ['get core pods a']);
    const partly = world([READER, FIRST, onlyA, rawBinding('shop', 'second', 'a', CART)], {}, events);
    expect(effects(partly, removed('first'))).toContain(
      'DENIES what the audit log of 2026-11-01 to 2026-11-01 shows: up to 3 events, last on 2026-11-01 by system:serviceaccount:shop:cart: get pods in namespace shop (b)',
    );
  });

  test('counts all of what was created under several names, for which the authorizer was asked without one', () => {
    const made = [asked(0, 'a'), asked(1, 'b')].map((one): AuditEvent => ({ ...one, verb: 'create' }));
    const maker = rawRole('maker', ['create core pods']);
    const view = world([maker, rawBinding('shop', 'first', 'maker', CART)], {}, made);
    expect(effects(view, removed('first'))).toContain(
      'DENIES what the audit log of 2026-11-01 to 2026-11-01 shows: 2 events, last on 2026-11-01 by system:serviceaccount:shop:cart: create pods in namespace shop',
    );
  });

  test('says where the log shows nothing of it, and whether it could have', () => {
    const secrets = rawRole('secrets', ['get core secrets']);
    const idle = rawBinding('shop', 'idle', 'secrets', CART);
    const pods = [asked(0, 'a'), asked(60_000, 'a')];
    const view = world([READER, rawBinding('shop', 'first', 'reader', ALICE), secrets, idle], {}, pods);
    const nothing = 'nothing that the audit log of 2026-11-01 to 2026-11-01 shows would be denied';
    expect(effects(view, removed('idle'))).toContain(`${nothing}, but it does not hold all such requests`);
    const read = asked(30_000, 'x');
    const logged = [
      ...pods,
      { ...read, object: { ...read.object!, resource: 'secrets' }, user: { ...read.user, username: 'alice' } },
    ];
    expect(effects(world([secrets, idle], {}, logged), removed('idle'))).toContain(nothing);
  });

  test('may be in use by name where so many names were asked for that none is known', () => {
    const named = rawRole('named', ['get core pods z']);
    const many = Array.from({ length: 30 }, (_, at) => asked(at * 1000, `p${at}`));
    const bindings = [FIRST, rawBinding('shop', 'second', 'named', CART)];
    // All names are allowed without it; once nothing else allows them, z may have been one of those.
    expect(effects(world([READER, named, ...bindings], {}, many), removed('second'))[0]).toMatch(/^nobody loses/);
    expect(effects(world([named, ...bindings], {}, many), removed('second'))).toContain(
      'nothing that the audit log of 2026-11-01 to 2026-11-01 shows would be denied, but it does not hold all such requests',
    );
  });

  test('is refused or taken by RBAC and its escalation guard, for whoever is logged in', () => {
    const editor = rawRole('editor', ['patch,delete rbac.authorization.k8s.io rolebindings', 'get core pods']);
    const bind = rawRole('binder', ['bind rbac.authorization.k8s.io clusterroles reader']);
    const both = rawBinding('shop', 'first', 'reader', CART, ALICE);
    const objects = [READER, editor, bind, both, rawBinding('', 'eve', 'editor', { kind: 'User', name: 'eve' })];
    const facts = { user: 'eve', userGroups: ['system:authenticated', 'ops'] };
    const without = upserts([rawBinding('shop', 'first', 'reader', CART)]);
    // A binding that keeps a subject is guarded as one that is made, its deletion is not.
    expect(effects(world(objects, { facts }), ...without)).toContain(
      'by RBAC the API server does not take it from eve, who is not allowed to bind ClusterRole reader (or to hold all that it gives)',
    );
    expect(effects(world(objects, { facts }), removed('first'))).toContain(
      'by RBAC and its escalation guard the API server takes it from eve',
    );
    const ops = rawBinding('', 'ops', 'binder', { kind: 'Group', name: 'ops' });
    expect(effects(world([...objects, ops], { facts }), ...without)).toContain(
      'by RBAC and its escalation guard the API server takes it from eve',
    );
    expect(effects(world(objects, { facts: { ...facts, user: 'mallory' } }), ...without)).toContain(
      'by RBAC the API server does not take it from mallory, who is not allowed to patch rolebindings first in namespace shop; to bind ClusterRole reader (or to hold all that it gives)',
    );
  });

  const editor = rawRole('editor', ['patch,delete rbac.authorization.k8s.io rolebindings']);
  const eve = rawBinding('', 'eve', 'editor', { kind: 'User', name: 'eve' });
  const kept = upserts([rawBinding('shop', 'first', 'reader', CART)]);
  const both = rawBinding('shop', 'first', 'reader', CART, ALICE);

  test('is not said to be refused where a grant may not have been read, and is taken where the one that was read is enough', () => {
    const facts = { user: 'eve', userGroups: ['system:authenticated'] };
    const view = world([READER, editor, eve, both], { facts, denied: ['Role'] });
    expect(effects(view, ...kept)).toContain(
      'whether the API server takes it from eve is not known: no grant that was read lets eve bind ClusterRole reader (or to hold all that it gives), and RBAC was not all read: Role: forbidden',
    );
    expect(effects(view, removed('first'))).toContain(
      'by RBAC and its escalation guard the API server takes it from eve',
    );
  });

  test('is not said to be refused where the groups of whoever is logged in are not known', () => {
    const view = world([READER, editor, eve, both], { facts: { user: 'eve' } });
    expect(effects(view, ...kept)).toContain(
      'whether the API server takes it from eve is not known: no grant that was read lets eve bind ClusterRole reader (or to hold all that it gives), and the groups of eve are not known',
    );
  });

  test('is not said to deny what the log shows where another grant may not have been read', () => {
    const view = world([READER, FIRST], { denied: ['ClusterRoleBinding'] }, [asked(0, 'a'), asked(1, 'a')]);
    const shown =
      'the audit log of 2026-11-01 to 2026-11-01 shows: 2 events, last on 2026-11-01 by system:serviceaccount:shop:cart: get pods in namespace shop (a)';
    const lines = effects(view, removed('first'));
    expect(lines).toContain(`MAY DENY, unless what was not read of RBAC allows it, what ${shown}`);
    expect(lines.filter((line) => line.startsWith('DENIES'))).toEqual([]);
    expect(
      deniedTogether(world([READER, FIRST, SECOND], { denied: ['ClusterRoleBinding'] }, [asked(0, 'a')]), [
        [removed('first')],
        [removed('second')],
      ]),
    ).toEqual([
      'MAY DENY, unless what was not read of RBAC allows it, only all together: 1 event, last on 2026-11-01 by system:serviceaccount:shop:cart: get pods in namespace shop (a)',
    ]);
  });
});

describe('several changes together', () => {
  const events = [asked(0, 'a'), asked(1, 'a')];
  const parts = [[removed('first')], [removed('second')]];

  test('deny what each of them leaves', () => {
    const view = world([READER, FIRST, SECOND], {}, events);
    expect(deniedTogether(view, parts)).toEqual([
      'DENIES only all together: 2 events, last on 2026-11-01 by system:serviceaccount:shop:cart: get pods in namespace shop (a)',
    ]);
  });

  test('deny the names that each of them leaves, beside those that one denies', () => {
    const named = (name: string, names: string): RawManifest => rawRole(name, [`get core pods ${names}`]);
    const view = world(
      [
        named('ab', 'a,b'),
        named('a', 'a'),
        rawBinding('shop', 'first', 'ab', CART),
        rawBinding('shop', 'second', 'a', CART),
      ],
      {},
      [asked(0, 'a'), asked(1, 'b')],
    );
    // Without the first, b is denied; a only without both.
    expect(deniedTogether(view, parts)).toEqual([
      'DENIES only all together: up to 2 events, last on 2026-11-01 by system:serviceaccount:shop:cart: get pods in namespace shop (a)',
    ]);
  });

  test('add nothing where one of them denies it by itself, or a third binding stays', () => {
    const single = rawRole('other', ['get core secrets']);
    const alone = world([READER, FIRST, single, rawBinding('shop', 'second', 'other', CART)], {}, events);
    expect(deniedTogether(alone, parts)).toEqual([]);
    const third = world([READER, FIRST, SECOND, rawBinding('', 'third', 'reader', CART)], {}, events);
    expect(deniedTogether(third, parts)).toEqual([]);
    expect(deniedTogether(world([READER, FIRST, SECOND], {}, events), parts.slice(0, 1))).toEqual([]);
  });
});
