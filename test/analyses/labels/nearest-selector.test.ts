import { expect, test } from 'vitest';
import { LabelIndex } from '../../../src/analyses/labels/label-index.ts';
import { LongList } from '../../../src/store/long-list.ts';
import { nearestSelector, type NearestSelector } from '../../../src/analyses/labels/nearest-selector.ts';
import type { Selectable } from '../../../src/analyses/labels/selectable.ts';
import { matches } from '../../../src/kube/selector.ts';
import type { LabelSelector } from '../../../src/model/selector.ts';

const CANDIDATES: readonly Selectable[] = [
  { namespace: 'shop', labels: { app: 'frontend', tier: 'web' }, owner: 'Deployment shop/frontend' },
  { namespace: 'shop', labels: { 'app.kubernetes.io/name': 'cart' }, owner: 'Deployment shop/cart' },
  { namespace: 'shop', labels: { app: 'shard-1' }, owner: 'Deployment shop/shard-1' },
  { namespace: 'data', labels: { app: 'postgres' }, owner: 'StatefulSet data/postgres' },
];

const HERE = LabelIndex.of(LongList.of([CANDIDATES.filter((one) => one.namespace === 'shop')]));

function nearest(selector: LabelSelector): NearestSelector | undefined {
  const elsewhere = CANDIDATES.filter((one) => one.namespace !== 'shop' && matches(selector, one.labels));
  return nearestSelector(selector, 'shop', HERE, elsewhere);
}

function near(selector: LabelSelector): string | undefined {
  const found = nearest(selector);
  return found === undefined
    ? undefined
    : `${found.repair} ${JSON.stringify(found.selector.matchLabels)} ${found.namespace} ${found.owners.join()}`;
}

test.each<[string, LabelSelector, string | undefined]>([
  [
    'swapped letters',
    { matchLabels: { app: 'frotnend' } },
    'spelling {"app":"frontend"} shop Deployment shop/frontend',
  ],
  [
    'two expressions that no label satisfies',
    {
      matchLabels: { app: 'Frontend' },
      matchExpressions: ['api', 'web'].map((value) => ({ key: 'tier', operator: 'In' as const, values: [value] })),
    },
    undefined,
  ],
  ['case', { matchLabels: { app: 'Frontend' } }, 'case {"app":"frontend"} shop Deployment shop/frontend'],
  [
    'misspelt key',
    { matchLabels: { ap: 'frontend', tier: 'web' } },
    'drop {"tier":"web"} shop Deployment shop/frontend',
  ],
  [
    'another convention',
    { matchLabels: { app: 'cart' } },
    'key {"app.kubernetes.io/name":"cart"} shop Deployment shop/cart',
  ],
  [
    'another namespace',
    { matchLabels: { app: 'postgres' } },
    'namespace {"app":"postgres"} data StatefulSet data/postgres',
  ],
  [
    'one label too many',
    { matchLabels: { app: 'frontend', tier: 'web', track: 'canary' } },
    'drop {"app":"frontend","tier":"web"} shop Deployment shop/frontend',
  ],
  ['another number is another thing', { matchLabels: { app: 'shard-2' } }, undefined],
  ['two labels off', { matchLabels: { app: 'frotnend', tier: 'wbe' } }, undefined],
  ['nothing like it', { matchLabels: { app: 'mainframe' } }, undefined],
])('%s', (_name, selector, expected) => {
  expect(near(selector)).toBe(expected);
});

test('an In expression of one value is repaired like a label, other expressions stay', () => {
  const selector = {
    matchExpressions: [
      { key: 'app', operator: 'In', values: ['frontent'] },
      { key: 'tier', operator: 'Exists' },
    ],
  };
  expect(nearest(selector)?.selector.matchExpressions).toEqual([
    { key: 'app', operator: 'In', values: ['frontend'] },
    { key: 'tier', operator: 'Exists' },
  ]);
});

test.each<[string, LabelSelector, string, LabelSelector]>([
  [
    'each value of an expression that is near something',
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['shard-2', 'frontent', 'Shard-1'] }] },
    'app=Shard-1 is written app=shard-1 on Deployment shop/shard-1, app=frontent is written app=frontend on Deployment shop/frontend',
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['shard-2', 'frontend', 'shard-1'] }] },
  ],
  [
    'the key of an expression with several values, which stay',
    { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['frontend', 'api'] }] },
    'k8s-app=frontend is written app=frontend on Deployment shop/frontend',
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['frontend', 'api'] }] },
  ],
  [
    'the key that has to be there, beside what is right',
    { matchLabels: { app: 'frontend' }, matchExpressions: [{ key: 'teir', operator: 'Exists' }] },
    'teir is written tier on Deployment shop/frontend',
    { matchLabels: { app: 'frontend' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
  ],
])('%s', (_name, selector, text, meant) => {
  const found = nearest(selector);
  expect({ text: found?.text, selector: found?.selector }).toEqual({ text, selector: meant });
});

test.each<[string, LabelSelector]>([
  ['a short key with another letter', { matchExpressions: [{ key: 'apt', operator: 'Exists' }] }],
  ['a key of another convention', { matchExpressions: [{ key: 'role', operator: 'Exists' }] }],
  ['values that nothing is like', { matchExpressions: [{ key: 'app', operator: 'In', values: ['index', 'search'] }] }],
  [
    'several values where all others match: whoever has none of them may be meant to come',
    {
      matchLabels: { app: 'frontend' },
      matchExpressions: [{ key: 'track', operator: 'In', values: ['canary', 'beta'] }],
    },
  ],
  [
    'a key where all others match',
    { matchLabels: { app: 'frontend' }, matchExpressions: [{ key: 'canary', operator: 'Exists' }] },
  ],
])('nothing is near %s', (_name, selector) => {
  expect(nearest(selector)).toBeUndefined();
});
