import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rightsDifference } from '../../../src/analyses/rbac/rights-difference.ts';
import { rightsState } from '../../../src/analyses/rbac/rights-state.ts';
import { allVerdicts } from '../../../src/analyses/rbac/binding-verdict.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { refOf } from '../../../src/kube/object-ref.ts';
import { firstRemedyTitles } from '../../../src/remedy/build.ts';
import { leastRole } from '../../../src/remedy/rbac/least-role.ts';
import { rightsEffects } from '../../../src/remedy/rbac/rights-effects.ts';
import type { RemedyDraft } from '../../../src/remedy/remedy.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { auditChange, event } from '../../analyses/rbac/audit-event.ts';
import { rawBinding, rawRole, rawRule } from '../../analyses/rbac/raw-rbac.ts';
import { viewOfObjects, type RawManifest } from '../../analyses/rbac/view-of.ts';
import { policy, reviewSpec } from '../../kube/generated-rbac.ts';
import { allowedEvent } from './allowed-event.ts';

const CART = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const IDLE = { kind: 'User', name: 'idle' };
const STAR = rawRole('all', ['* * *']);
const WIDE = rawBinding('', 'cart-admin', 'all', CART);
const GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'];

const DAY = 24 * 60 * 60 * 1000;
/** Of somebody else: the log spans a day. */
const LATER = event(DAY, { user: { ...event(0).user, username: 'bob' } });

/** A request of cart: `verb resource[/sub][.group] [namespace] [name]`. */
function asked(at: number, text: string): AuditEvent {
  const [verb = '', full = '', namespace = '', name = ''] = text.split(' ');
  const [path = '', ...group] = full.split('.');
  const [resource = '', subresource = ''] = path.split('/');
  return event(at, {
    verb,
    user: { ...event(0).user, groups: GROUPS },
    object: {
      resource,
      subresource,
      namespace: namespace === '-' ? '' : namespace,
      name,
      apiGroup: group.join('.'),
      uid: '',
    },
    reason: 'RBAC: allowed by ClusterRoleBinding "cart-admin" of ClusterRole "all" to ServiceAccount "cart/shop"',
  });
}

function world(objects: readonly RawManifest[], ...requests: readonly string[]): StoreView {
  const view = viewOfObjects(objects);
  if (requests.length > 0) view.apply([auditChange([...requests.map((text, at) => asked(at * 1000, text)), LATER])]);
  return view;
}

function ask(
  view: StoreView,
  kind = 'ClusterRoleBinding',
  name = 'cart-admin',
  namespace: string | null = null,
): ReturnType<typeof leastRole.build> {
  const subject = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, namespace, name };
  return leastRole.build({ subject } as Finding, view);
}

function built(...question: Parameters<typeof ask>): RemedyDraft {
  const draft = ask(...question);
  if ('refused' in draft) throw new Error(draft.refused);
  return draft;
}

function effects(view: StoreView, { changes }: RemedyDraft): readonly string[] {
  return rightsEffects(view, view.overlay(changes).after, changes);
}

describe('what a list names as the first remedy', () => {
  const finding = {
    subject: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      namespace: null,
      name: 'cart-admin',
    },
    remedies: ['rbac/least-role', 'rbac/narrow-to-namespaces'],
  } as unknown as Finding;

  test('is the least role where a log tells what is in use', () => {
    expect(firstRemedyTitles(world([STAR, WIDE], 'get secrets shop pg'))(finding)).toBe(leastRole.title);
  });

  test('is the next one where none does', () => {
    expect(firstRemedyTitles(world([STAR, WIDE]))(finding)).toBe('RoleBindings instead of the ClusterRoleBinding');
  });

  test('is nothing where all would be refused', () => {
    const user = rawBinding('', 'cart-admin', 'all', IDLE);
    expect(firstRemedyTitles(world([STAR, user]))(finding)).toBeUndefined();
  });
});

describe('a role with what is in use', () => {
  test('takes the place of a wildcard: names, namespaces and verbs of the log, each with its events', () => {
    const view = world(
      [STAR, WIDE],
      'get secrets shop pg',
      'get secrets shop pg',
      'list pods - ',
      'get pods shop cart-7d9f',
      'patch deployments.apps data db',
    );
    const draft = built(view);
    const cart = { name: 'cart-admin-least' };
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    const bound = (kind: string, metadata: object): object => ({
      ...rbac,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, ...cart },
      subjects: [CART],
    });
    const [data, shop] = [
      { namespace: 'data', ...cart },
      { namespace: 'shop', ...cart },
    ];
    expect(draft.manifests).toEqual([
      { ...rbac, kind: 'ClusterRole', metadata: cart, rules: [rawRule('list core pods')] },
      bound('ClusterRole', cart),
      { ...rbac, kind: 'Role', metadata: data, rules: [rawRule('patch apps deployments db')] },
      bound('Role', data),
      // The name of a pod is of one day, that of a Secret stays.
      { ...rbac, kind: 'Role', metadata: shop, rules: [rawRule('get core pods'), rawRule('get core secrets pg')] },
      bound('Role', shop),
    ]);
    expect(draft.comments).toEqual([
      { document: 0, path: ['rules', 0], text: '1 event, such as id-2000' },
      { document: 2, path: ['rules', 0], text: '1 event, such as id-4000' },
      { document: 4, path: ['rules', 0], text: '1 event, such as id-3000' },
      { document: 4, path: ['rules', 1], text: '2 events, such as id-1000' },
    ]);
    expect(draft.use).toEqual({
      type: 'commands',
      commands: ['kubectl apply -f FILE', 'kubectl delete clusterrolebinding cart-admin'],
    });
    expect(effects(view, draft)).toEqual([
      'ServiceAccount shop/cart loses * *.* in all namespaces',
      'ServiceAccount shop/cart keeps of that list pods',
      'closes 1 of 1 escalation path',
      'nothing that the audit log of 2026-11-01 to 2026-11-02 shows would be denied, but it does not hold all such requests',
      expect.stringMatching(
        /^whoever applies it has to be allowed to create clusterroles; to escalate ClusterRole cart-admin-least/,
      ),
    ]);
    expect(draft.note).toBe(
      'What the audit log of 2026-11-01 to 2026-11-02 (1 day) shows; what happens less often stops. That is short: give a log that spans more.',
    );
  });

  test('keeps the namespace of a RoleBinding, the others of its subjects, and drops who used nothing', () => {
    const edit = rawBinding('shop', 'edit', 'all', { kind: 'ServiceAccount', name: 'cart' }, IDLE);
    const view = world([STAR, edit], 'get secrets shop pg');
    const draft = built(view, 'RoleBinding', 'edit', 'shop');
    expect(draft.manifests).toMatchObject([
      { kind: 'Role', metadata: { namespace: 'shop', name: 'edit-least' } },
      { kind: 'RoleBinding', metadata: { namespace: 'shop', name: 'edit-least' }, subjects: [CART] },
    ]);
    expect(draft.note).toMatch(/1 of its subjects used nothing of it/);
    expect(draft.use).toMatchObject({ commands: ['kubectl apply -f FILE', 'kubectl -n shop delete rolebinding edit'] });
  });

  test('leaves out what another binding allows too', () => {
    const pods = rawRole('pods', ['list core pods']);
    const view = world([STAR, WIDE, pods, rawBinding('', 'pods', 'pods', CART)], 'list pods -', 'get secrets shop pg');
    expect(built(view).manifests).toMatchObject([{ kind: 'Role', rules: [{ resources: ['secrets'] }] }, {}]);
  });

  test('has a name that nothing else has', () => {
    const there = rawRole('cart-admin-least', ['get core pods'], 'shop');
    expect(built(world([STAR, WIDE, there], 'get secrets shop pg')).manifests).toMatchObject([
      { metadata: { name: 'cart-admin-least-2' } },
      { metadata: { name: 'cart-admin-least-2' } },
    ]);
  });

  test('gives what a program is known to need, without a log too, and never more than was given', () => {
    const pod = (image: string): RawManifest => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: { serviceAccountName: 'cart', containers: [{ name: 'c', image }] },
    });
    const nodes = rawRole('all', ['* core nodes,nodes/metrics,secrets', 'get url *']);
    const draft = built(world([nodes, WIDE, pod('quay.io/prometheus/prometheus:v3')]));
    expect(draft.manifests).toMatchObject([
      {
        kind: 'ClusterRole',
        rules: [
          { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['nodes'] },
          { verbs: ['get'], apiGroups: [''], resources: ['nodes/metrics'] },
          { verbs: ['get'], nonResourceURLs: ['/metrics'] },
        ],
      },
      { kind: 'ClusterRoleBinding', subjects: [CART] },
    ]);
    expect(draft.comments[0]?.text).toBe('declared: what the manifests of Prometheus ask for');
    expect(ask(world([nodes, WIDE, pod('example.com/prometheus:v3')]))).toHaveProperty('refused');
  });

  test('is refused where nothing tells what is in use', () => {
    expect(ask(world([STAR, WIDE]))).toEqual({
      refused: 'No audit log tells what of it is in use, and no program that is known to need it runs as its subjects.',
    });
    const other = world([STAR, WIDE]);
    other.apply([auditChange([event(0, { user: LATER.user }), LATER])]);
    expect(ask(other)).toEqual({
      refused: 'The log shows nothing that only this binding allows: take the subject out instead.',
    });
    expect(ask(world([WIDE]))).toHaveProperty('refused');
    const short = world([STAR, WIDE]);
    short.apply([auditChange([asked(0, 'get secrets shop pg'), asked(DAY - 1, 'get secrets shop pg')])]);
    expect(ask(short)).toEqual({ refused: 'A log of less than a day does not tell what is in use.' });
  });

  test('is refused where it would give the same, or somebody without credentials used it', () => {
    const pods = world([rawRole('all', ['list core pods']), WIDE], 'list pods -');
    expect(ask(pods)).toEqual({ refused: 'All that it gives is in use.' });
    const open = rawBinding('', 'cart-admin', 'all', CART, { kind: 'User', name: 'system:anonymous' });
    expect(ask(world([STAR, open], 'list pods -'))).toEqual({
      refused: 'What is in use without credentials need not be meant: take the subject out instead.',
    });
  });
});

test('of any binding it denies no event of the log, and gives nobody more', () => {
  const cases = fc.tuple(policy({ isServed: true }), fc.array(reviewSpec, { minLength: 20, maxLength: 60 }));
  let replaced = 0;
  fc.assert(
    fc.property(cases, ([manifests, specs]) => {
      const view = viewOfObjects(manifests);
      const events = specs.flatMap((spec, at) => allowedEvent(view, spec, at - specs.length) ?? []);
      view.apply([auditChange([...events, LATER])]);
      for (const [binding] of allVerdicts(view)) {
        const draft = leastRole.build({ subject: refOf(binding) } as Finding, view);
        if ('refused' in draft) continue;
        replaced += 1;
        const { after } = view.overlay(draft.changes);
        expect(rightsEffects(view, after, draft.changes).filter((one) => one.startsWith('DENIES'))).toEqual([]);
        const gained = rightsDifference(rightsState(view), rightsState(after)).filter(({ type }) => type === 'gained');
        expect(gained).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
  expect(replaced).toBeGreaterThan(20);
});
