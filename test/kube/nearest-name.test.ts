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
});
