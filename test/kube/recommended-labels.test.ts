import { describe, expect, it } from 'vitest';
import { misspeltRecommendedLabel } from '../../src/kube/recommended-labels.ts';

describe('misspeltRecommendedLabel', () => {
  it.each([
    ['app.kubernetes.io/nmae', 'app.kubernetes.io/name'],
    ['app.kubernetes.io.name', 'app.kubernetes.io/name'],
    ['app.kubernets.io/name', 'app.kubernetes.io/name'],
    ['app.kubernetes.io/Name', 'app.kubernetes.io/name'],
    ['app.kubernetes.io/partof', 'app.kubernetes.io/part-of'],
    ['app.kubernetes.io/managed-bye', 'app.kubernetes.io/managed-by'],
    ['apps.kubernetes.io/version', 'app.kubernetes.io/version'],
    ['app.kubernetes.io-instance', 'app.kubernetes.io/instance'],
  ])('%s means %s', (key, meant) => {
    expect(misspeltRecommendedLabel(key)).toBe(meant);
  });

  it.each([
    'app.kubernetes.io/name',
    'app.kubernetes.io/created-by',
    'app.kubernetes.io/team',
    'app.kubernetes.io/env',
    'app.kubernetes.io/owner',
    'app.example.com/name',
    'apps.example.com/component',
    'app',
    'application',
    'k8s-app',
    'helm.sh/chart',
    'name',
    'app.kubernetes.io/',
    '',
  ])('%s is right as it is, or means something else', (key) => {
    expect(misspeltRecommendedLabel(key)).toBeUndefined();
  });
});
