import { describe, expect, it } from 'vitest';
import { ownKeys, placementSelector, unknownKeys } from '../../src/kube/placement-selector.ts';
import type { PlacementTerm } from '../../src/model/pod-spec.ts';

const TERM: PlacementTerm = {
  type: 'affinity',
  isRequired: true,
  path: 'p',
  selector: { matchLabels: { app: 'web' } },
  namespaces: [],
  namespaceSelector: null,
};

describe('placementSelector', () => {
  it('is the labelSelector itself where no key counts', () => {
    expect(placementSelector(TERM, { kind: 'Pod', labels: { tenant: 'a' } })).toBe(TERM.selector);
    const term = { ...TERM, matchLabelKeys: ['tenant'], mismatchLabelKeys: ['zone'] };
    expect(placementSelector(term, { kind: 'Pod', labels: { app: 'db' } })).toBe(TERM.selector);
  });

  it('asks for the values of the pod, and for others than these', () => {
    const term = { ...TERM, matchLabelKeys: ['tenant'], mismatchLabelKeys: ['track'] };
    expect(placementSelector(term, { kind: 'Deployment', labels: { tenant: 'a', track: '' } })).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tenant', operator: 'In', values: ['a'] },
        { key: 'track', operator: 'NotIn', values: [''] },
      ],
    });
  });
});

it.each([
  ['Deployment', {}, ['pod-template-hash'], ['pod-template-hash']],
  ['Deployment', { 'pod-template-hash': 'abc' }, [], []],
  ['StatefulSet', {}, [], ['apps.kubernetes.io/pod-index']],
  ['CronJob', {}, [], []],
])('what the controller of a %s with labels %j will write', (kind, labels, own, unknown) => {
  const term = { ...TERM, matchLabelKeys: ['pod-template-hash', 'apps.kubernetes.io/pod-index', 'app'] };
  expect([ownKeys(term, { kind, labels }), unknownKeys(term, { kind, labels })]).toEqual([own, unknown]);
});
