import { expect, test, vi } from 'vitest';
import { rowOrder, WORST_FIRST } from '../../src/app/sort-rows.ts';
import { Engine } from '../../src/engine/engine.ts';
import { rbacPane } from '../../src/panes/rbac.ts';
import { RBAC_RULES } from '../../src/rules/rbac/rbac-rules.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { viewOfObjects } from '../analyses/rbac/view-of.ts';

test('of what is equally bad, workloads come first, then people, then everybody and the system', () => {
  const account = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
  const view = viewOfObjects([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cart', namespace: 'shop' } },
    rawRole('reader', ['get core secrets']),
    rawRole('narrow', ['get core secrets'], 'shop'),
    rawBinding('', 'a-nodes', 'reader', { kind: 'Group', name: 'system:nodes' }),
    rawBinding('', 'b-people', 'reader', { kind: 'Group', name: 'devs' }),
    rawBinding('', 'c-person', 'reader', { kind: 'User', name: 'alice' }),
    rawBinding('', 'd-account-as-user', 'reader', { kind: 'User', name: 'system:serviceaccount:shop:cart' }),
    rawBinding('', 'e-account', 'reader', account),
    rawBinding('', 'f-everybody', 'reader', { kind: 'Group', name: 'system:authenticated' }),
    rawBinding('shop', 'g-account-here', 'reader', account),
  ]);
  const engine = new Engine(view, RBAC_RULES);
  engine.settle();
  const rows = [...rbacPane.rows(engine.view, [...engine.findings.values()])].toSorted(rowOrder(WORST_FIRST));
  expect(rows.map((row) => `${row.severity} ${row.name}`)).toEqual([
    'critical f-everybody',
    'high d-account-as-user',
    'high e-account',
    'high b-people',
    'high c-person',
    'high a-nodes',
    'medium g-account-here',
    'info narrow',
  ]);
});

test('the first row is there before the other bindings are looked at, so that keys come in between', () => {
  const names = ['a', 'b', 'c', 'd'];
  const view = viewOfObjects([
    rawRole('reader', ['get core configmaps']),
    ...names.map((name) => rawBinding(name, name, 'reader', { kind: 'User', name: 'alice' })),
  ]);
  const asked = vi.spyOn(view, 'derive');
  const rows = rbacPane.rows(view, [])[Symbol.iterator]();
  expect(rows.next().value?.name).toBe('a');
  const [first] = [asked.mock.calls.length];
  expect([rows.next(), rows.next(), rows.next()].map(({ value }) => (value as { name: string }).name)).toEqual([
    'b',
    'c',
    'd',
  ]);
  expect(first).toBeLessThan(asked.mock.calls.length / 2);
});
