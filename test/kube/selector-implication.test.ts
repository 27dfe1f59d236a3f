import fc from 'fast-check';
import { expect, test } from 'vitest';
import { impliesSelector } from '../../src/kube/selector-implication.ts';
import { matches } from '../../src/kube/selector.ts';
import type { LabelSelector } from '../../src/model/selector.ts';
import { anyLabels, anySelector } from './arbitrary-selector.ts';

test('what is implied holds for all labels', () => {
  fc.assert(
    fc.property(anySelector, anySelector, anyLabels, (narrow, wide, some) => {
      fc.pre(impliesSelector(narrow, wide) && matches(narrow, some));
      expect(matches(wide, some)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

const LONG = Array.from({ length: 100 }, (_, at) => `v${at}`);

test.each<[string, LabelSelector, LabelSelector, boolean]>([
  ['everything is implied by anything', { matchLabels: { a: 'x' } }, {}, true],
  ['a pair by more pairs', { matchLabels: { a: 'x', b: 'y' } }, { matchLabels: { a: 'x' } }, true],
  ['not the reverse', { matchLabels: { a: 'x' } }, { matchLabels: { a: 'x', b: 'y' } }, false],
  [
    'a longer list by a shorter',
    { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] },
    { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y', 'z'] }] },
    true,
  ],
  [
    'a long list by one without some in the middle',
    { matchExpressions: [{ key: 'a', operator: 'In', values: LONG.toSpliced(40, 20) }] },
    { matchExpressions: [{ key: 'a', operator: 'In', values: LONG }] },
    true,
  ],
  [
    'not the reverse, though both ends are the same',
    { matchExpressions: [{ key: 'a', operator: 'In', values: LONG }] },
    { matchExpressions: [{ key: 'a', operator: 'In', values: LONG.toSpliced(40, 20) }] },
    false,
  ],
  [
    'NotIn by a list that has none of its values',
    { matchExpressions: [{ key: 'a', operator: 'In', values: LONG }] },
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['w1', 'w2'] }] },
    true,
  ],
  [
    'not by one that has a value of it',
    { matchExpressions: [{ key: 'a', operator: 'In', values: LONG }] },
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['w1', 'v50'] }] },
    false,
  ],
  [
    'fewer excluded values by more',
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: LONG }] },
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: LONG.slice(7, 60) }] },
    true,
  ],
  ['Exists by a pair', { matchLabels: { a: 'x' } }, { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, true],
  [
    'NotIn by absence',
    { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] },
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['x'] }] },
    true,
  ],
  [
    'an unknown operator by nothing',
    { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
    { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
    false,
  ],
])('%s', (_name, narrow, wide, expected) => {
  expect(impliesSelector(narrow, wide)).toBe(expected);
});
