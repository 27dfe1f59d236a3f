import fc from 'fast-check';
import { expect, test } from 'vitest';
import { impliesSelector } from '../../src/kube/selector-implication.ts';
import { SelectorIndex } from '../../src/kube/selector-index.ts';
import { matches } from '../../src/kube/selector.ts';
import type { LabelSelector } from '../../src/model/selector.ts';
import { anyLabels, anySelector } from './arbitrary-selector.ts';

const index = (selectors: readonly LabelSelector[]): SelectorIndex<LabelSelector> =>
  new SelectorIndex(selectors, (one) => one);

test('leaves out nothing that matches, or is implied, and keeps the order', () => {
  fc.assert(
    fc.property(fc.array(anySelector, { maxLength: 8 }), anyLabels, anySelector, (selectors, labels, narrow) => {
      const made = index(selectors);
      expect(made.mayMatch(labels).filter((one) => matches(one, labels))).toEqual(
        selectors.filter((one) => matches(one, labels)),
      );
      expect(made.mayBeImplied(narrow).filter((one) => impliesSelector(narrow, one))).toEqual(
        selectors.filter((one) => impliesSelector(narrow, one)),
      );
    }),
    { numRuns: 2000 },
  );
});

test('asks of a thousand selectors the few that need one of the labels', () => {
  const selectors = Array.from({ length: 1000 }, (_, at) => ({ matchLabels: { app: `a${at}` } }));
  const everything = {};
  const made = index([...selectors, everything]);
  expect(made.mayMatch({ app: 'a7', tier: 'web' })).toEqual([{ matchLabels: { app: 'a7' } }, everything]);
  expect(made.mayBeImplied({ matchLabels: { app: 'a7' } })).toEqual([{ matchLabels: { app: 'a7' } }, everything]);
});

test.each([
  [
    ['b', 'c'],
    ['a', 'd'],
  ],
  [Array.from({ length: 100 }, (_, at) => `v${at}`), ['a', 'v100']],
])('lists of values, short or long', (values, others) => {
  const selector = { matchExpressions: [{ key: 'k', operator: 'In', values }] };
  const opposite = { matchExpressions: [{ key: 'k', operator: 'NotIn', values }] };
  for (const value of values) {
    expect(matches(selector, { k: value })).toBe(true);
    expect(matches(opposite, { k: value })).toBe(false);
    expect(index([selector]).mayMatch({ k: value })).toEqual([selector]);
  }
  for (const value of others) {
    expect(matches(selector, { k: value })).toBe(false);
    expect(matches(opposite, { k: value })).toBe(true);
  }
});
