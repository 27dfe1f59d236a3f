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
