import { expect, test } from 'vitest';
import { rowOrder, type Sort } from '../../src/app/sort-rows.ts';
import { NOW, row } from './fake-model.ts';

const ROWS = [
  row('b', 'x', null, { created: NOW - 1 }),
  row('a', 'z', 'low', { created: NOW - 3 }),
  row('c', 'y', 'unknown', { created: null }),
  row('a', 'w', 'critical', { created: NOW - 2 }),
];

function order(sort: Sort): string {
  return [...ROWS]
    .sort(rowOrder(sort))
    .map((one) => one.name)
    .join('');
}

test.each([
  ['severity', false, 'wzyx'],
  ['severity', true, 'xyzw'],
  ['name', false, 'wxyz'],
  ['namespace', false, 'wzxy'],
  ['age', false, 'xwzy'],
] as const)('by %s, reversed %s', (by, reversed, expected) => {
  expect(order({ by, reversed })).toBe(expected);
});

test('rows of one severity stand by their rank, whatever else they are sorted by', () => {
  const rows = [
    row('a', 'group', 'high', { rank: 2 }),
    row('b', 'person', 'high', { rank: 1 }),
    row('c', 'workload', 'high', { rank: 0 }),
    row('a', 'worse', 'critical', { rank: 2 }),
  ];
  const names = (sort: Sort): readonly string[] => [...rows].sort(rowOrder(sort)).map((one) => one.name);
  expect(names({ by: 'severity', reversed: false })).toEqual(['worse', 'workload', 'person', 'group']);
  expect(names({ by: 'severity', reversed: true })).toEqual(['workload', 'person', 'group', 'worse']);
  expect(names({ by: 'namespace', reversed: false })).toEqual(['worse', 'group', 'person', 'workload']);
});
