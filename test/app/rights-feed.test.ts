import { expect, test } from 'vitest';
import { RightsFeed } from '../../src/app/rights-feed.ts';
import { NO_AUDIT, type AuditWrite } from '../../src/model/audit-state.ts';
import type { Change } from '../../src/model/change.ts';
import type { Coverage } from '../../src/model/coverage.ts';
import { Engine } from '../../src/engine/engine.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { upserts, viewOfObjects } from '../analyses/rbac/view-of.ts';

const NOW = Date.UTC(2026, 10, 24);
const CART = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const READER = rawRole('reader', ['get core secrets']);
const BIND = rawBinding('shop', 'cart-read', 'reader', CART);
const everywhere = (): boolean => true;

function coverage(status: Coverage['status']): Change {
  const namespaces = 'all';
  return {
    type: 'coverage',
    coverage: { kind: 'RoleBinding', apiVersion: '', status, namespaces, reason: '', since: 0 },
  };
}

/** A write of an RBAC object as the audit log tells it. */
function written(resource: string, name: string, username: string, time: number): Change {
  const write: AuditWrite = {
    time,
    verb: 'create',
    username,
    apiGroup: 'rbac.authorization.k8s.io',
    resource,
    namespace: resource === 'rolebindings' ? 'shop' : '',
    name,
  };
  return { type: 'audit', audit: { ...NO_AUDIT, writes: [write] } };
}

interface Followed {
  readonly feed: RightsFeed;
  readonly engine: Engine;
  readonly apply: (changes: readonly Change[]) => void;
  readonly texts: () => readonly string[];
}

/** A session that has looked once. */
function followed(): Followed {
  const engine = new Engine(viewOfObjects([READER]), []);
  const feed = new RightsFeed();
  feed.take(engine.view, NOW, everywhere);
  return {
    feed,
    engine,
    apply: (changes) => {
      engine.apply(changes);
      engine.settle();
    },
    texts: () => feed.take(engine.view, NOW, everywhere).added.map((one) => one.text),
  };
}

test('what was there when the session began is no news; what comes and goes afterwards is', () => {
  const { apply, texts } = followed();
  expect(texts()).toEqual([]);
  apply(upserts([BIND]));
  expect(texts()).toEqual(['sa shop/cart gained: get secrets (shop) through RoleBinding cart-read']);
  expect(texts()).toEqual([]);
  apply([{ type: 'remove', kind: 'ClusterRole', namespace: '', name: 'reader' }]);
  expect(texts()).toEqual(['sa shop/cart lost: get secrets (shop) through RoleBinding cart-read']);
});

test('the audit log says by whom, before the watch or after it', () => {
  const { apply, texts } = followed();
  apply([...upserts([BIND]), written('rolebindings', 'cart-read', 'bob', NOW - 2000)]);
  expect(texts()).toEqual(['sa shop/cart gained: get secrets (shop) through RoleBinding cart-read, by user bob']);
});

test('a log that comes late is put beside the line that is there', () => {
  const { apply, feed, engine } = followed();
  apply(upserts([BIND]));
  const [line] = feed.take(engine.view, NOW, everywhere).added;
  apply([written('rolebindings', 'other', 'eve', NOW)]);
  expect(feed.take(engine.view, NOW + 1000, everywhere).attributed).toEqual([]);
  apply([written('rolebindings', 'cart-read', 'system:serviceaccount:ci:deployer', NOW - 500)]);
  const { added, attributed } = feed.take(engine.view, NOW + 2000, everywhere);
  expect(added).toEqual([]);
  expect(attributed).toEqual([[line, { ...line, text: `${line?.text}, by sa ci/deployer` }]]);
  expect(feed.take(engine.view, NOW + 3000, everywhere).attributed).toEqual([]);
});

test('whoever changed the role did it to all who hold it', () => {
  const { apply, texts } = followed();
  apply(upserts([BIND]));
  texts();
  apply([...upserts([rawRole('reader', ['get,watch core secrets'])]), written('clusterroles', 'reader', 'bob', NOW)]);
  expect(texts()).toEqual(['sa shop/cart gained: watch secrets (shop) through RoleBinding cart-read, by user bob']);
});

test('a write of another time is not the one', () => {
  const { apply, texts } = followed();
  apply([...upserts([BIND]), written('rolebindings', 'cart-read', 'bob', NOW - 3_600_000)]);
  expect(texts()).toEqual(['sa shop/cart gained: get secrets (shop) through RoleBinding cart-read']);
});

test('bindings that can not be read any more are not lost, and none is gained when they can', () => {
  const { apply, texts } = followed();
  apply(upserts([BIND]));
  texts();
  apply([coverage('denied'), { type: 'remove', kind: 'RoleBinding', namespace: 'shop', name: 'cart-read' }]);
  expect(texts()).toEqual([]);
  apply([coverage('live'), ...upserts([BIND])]);
  expect(texts()).toEqual([]);
});

test('while a list is under way nothing is said, and what changed meanwhile is said after it', () => {
  const { apply, texts } = followed();
  apply([coverage('syncing'), ...upserts([BIND])]);
  expect(texts()).toEqual([]);
  apply([coverage('live')]);
  expect(texts()).toEqual(['sa shop/cart gained: get secrets (shop) through RoleBinding cart-read']);
});

test('other namespaces than the chosen ones are left out', () => {
  const { apply, feed, engine } = followed();
  apply(upserts([BIND, rawBinding('', 'all', 'reader', { kind: 'User', name: 'bob' })]));
  const { added } = feed.take(engine.view, NOW, (namespace) => namespace === '');
  expect(added.map((one) => one.text)).toEqual([
    'user bob gained: get secrets (all namespaces) through ClusterRoleBinding all',
  ]);
});
