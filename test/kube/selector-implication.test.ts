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
