import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from '../../src/kube/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['kubconfig', ['kubeconfig', 'context'], 'kubeconfig'],
    ['nmaespace', ['namespace', 'name'], 'namespace'],
    ['x', ['namespace'], undefined],
    ['jsn', ['json', 'csv'], 'json'],
  ])('%s of %j is %s', (word, candidates, expected) => {
    expect(nearestName(word, candidates)).toBe(expected);
  });

  it.each([
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['nmae', 'name', 1],
    ['kitten', 'sitting', 3],
  ])('editDistance(%s, %s) is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('editDistance is what the whole table of distances says, one pair after the other', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), maxLength: 90 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word), { maxLength: 4 }), (triples) => {
        for (const [a, b, around] of triples) {
          expect(editDistance(a, b)).toBe(byTable(a, b));
          expect(editDistance(around + a + around, around + b + around)).toBe(
            byTable(around + a + around, around + b + around),
          );
        }
      }),
    );
  });
});

/** Optimal string alignment by its definition. */
function byTable(a: string, b: string): number {
  const table: number[][] = [];
  const cell = (i: number, j: number): number => table[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i <= a.length; i += 1) {
    const row: number[] = [];
    table.push(row);
    for (let j = 0; j <= b.length; j += 1) {
      if (i === 0 || j === 0) {
        row.push(i + j);
        continue;
      }
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const isTurned = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          cell(i - 1, j) + 1,
          cell(i, j - 1) + 1,
          cell(i - 1, j - 1) + same,
          isTurned ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return cell(a.length, b.length);
}
