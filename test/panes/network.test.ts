import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import { networkPane } from '../../src/panes/network.ts';
import type { Row } from '../../src/panes/pane.ts';
import { RULES } from '../../src/rules/index.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { object, pod } from '../objects.ts';

test('only the rows of what changed are made again, and the headline counts it', () => {
  const rules = RULES.filter((rule) => rule.id.startsWith('network/'));
  const engine = new Engine(new StoreView(new ClusterStore(), 0), rules);
  engine.apply(
    ALL_KINDS.map((kind) => ({
      type: 'coverage',
      coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
    })),
  );
  const rowsAfter = (...objects: readonly ReturnType<typeof object>[]): ReadonlyMap<string, Row> => {
    engine.apply(objects.map((one) => ({ type: 'upsert', object: one })));
    engine.settle();
    const rows = [...networkPane.rows(engine.view, [...engine.findings.values()])];
    return new Map(rows.map((row) => [row.key, row]));
  };
  const headline = (rows: ReadonlyMap<string, Row>): string =>
    networkPane.summary(engine.view, [], [...rows.values()]).headline;
  const policy = (name: string, app: string): ReturnType<typeof object> =>
    object('NetworkPolicy', {
      metadata: { name, namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app } }, policyTypes: ['Ingress'] },
    });
  const first = rowsAfter(
    ...['shop', 'data'].map((name) => object('Namespace', { metadata: { name } })),
    pod('web', { namespace: 'shop', labels: { app: 'web' } }),
    pod('db', { namespace: 'data', labels: { app: 'db' } }),
    policy('typo', 'wbe'),
  );
  expect([...first.keys()]).toEqual(
    expect.arrayContaining(['Pod/shop/web', 'Pod/data/db', 'NetworkPolicy/shop/typo', 'Namespace//data']),
  );
  expect(headline(first)).toContain('0 of 2 pods isolated');
  const second = rowsAfter(policy('web', 'web'));
  expect(headline(second)).toContain('1 of 2 pods isolated');
  const same = [...second].filter(([key, row]) => first.get(key) === row).map(([key]) => key);
  expect(same).toEqual(expect.arrayContaining(['Pod/data/db', 'NetworkPolicy/shop/typo', 'Namespace//data']));
  expect(second.get('Pod/shop/web')?.cells['INGRESS']?.text).toBe('isolated');
  expect(first.get('Pod/shop/web')?.cells['INGRESS']?.text).toBe('open');
});
