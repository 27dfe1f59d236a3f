import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { PaneName } from '../../src/model/finding.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import { PANE_LIST } from '../../src/panes/index.ts';
import type { Row } from '../../src/panes/pane.ts';
import { RULES } from '../../src/rules/index.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { object, pod } from '../objects.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const created = '2025-11-01T00:00:00Z';

function upsert(engine: Engine, objects: readonly ReturnType<typeof object>[]): void {
  engine.apply(objects.map((one) => ({ type: 'upsert', object: one })));
  engine.settle();
}

function rowsOf(engine: Engine): ReadonlyMap<PaneName, ReadonlyMap<string, Row>> {
  return new Map(
    PANE_LIST.map((pane) => {
      const own = [...engine.findings.values()].filter((finding) => finding.pane === pane.name);
      return [pane.name, new Map([...pane.rows(engine.view, own)].map((row) => [row.key, row]))];
    }),
  );
}

test('a row that tells what it told before is the same row, in every pane that lists objects', () => {
  const engine = new Engine(new StoreView(new ClusterStore(), NOW), RULES);
  engine.apply(
    ALL_KINDS.map((kind) => ({
      type: 'coverage',
      coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
    })),
  );
  const [cart, web] = ['cart', 'web'].map((name) => pod(name, { namespace: 'shop', labels: { app: name } }));
  upsert(engine, [
    object('Namespace', { metadata: { name: 'shop' } }),
    object('Secret', { metadata: { name: 'token', namespace: 'shop', creationTimestamp: created } }),
    object('ConfigMap', { metadata: { name: 'settings', namespace: 'shop' }, data: { password: 'hunter2-hunter2' } }),
    object('ServiceAccount', { metadata: { name: 'deployer', namespace: 'shop' } }),
    object('ClusterRoleBinding', {
      metadata: { name: 'all', creationTimestamp: created },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'shop' }],
    }),
    object('ClusterRole', { metadata: { name: 'all' }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }),
    object('Service', { metadata: { name: 'nobody', namespace: 'shop' }, spec: { selector: { app: 'nobody' } } }),
    ...[cart, web].filter((one) => one !== undefined),
  ]);
  const before = rowsOf(engine);
  upsert(engine, [pod('web', { namespace: 'shop', labels: { app: 'web', tier: 'front' } })]);
  const after = rowsOf(engine);
  const panes = ['network', 'rbac', 'labels', 'secrets', 'vigilance'] as const;
  const pairs = panes.flatMap((pane) =>
    [...(after.get(pane) ?? [])].map(([key, row]) => ({
      name: `${pane} ${key}`,
      row,
      was: before.get(pane)?.get(key),
    })),
  );
  const alike = pairs.filter(({ row, was }) => JSON.stringify(row) === JSON.stringify(was));
  expect(new Set(alike.map(({ name }) => name.split(' ')[0]))).toEqual(new Set(panes));
  expect(alike.filter(({ row, was }) => row !== was).map(({ name }) => name)).toEqual([]);
});
