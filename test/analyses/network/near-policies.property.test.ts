import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selectables } from '../../../src/analyses/labels/selectable.ts';
import { policiesNear } from '../../../src/analyses/network/near-policies.ts';
import { compiledPolicies } from '../../../src/analyses/network/policies.ts';
import { document, viewOf } from '../labels/clusters.ts';
import { naiveNearest } from '../labels/naive-nearest.ts';
import { pod } from './cluster.ts';

const labels = fc.dictionary(
  fc.constantFrom('app', 'App', 'app.kubernetes.io/name', 'tier', 'env'),
  fc.constantFrom('frontend', 'frotnend', 'Frontend', 'cart', 'cert', 'web-1', 'web-2', 'prod'),
  { maxKeys: 3 },
);

it('leaves out no policy that is one label away', () => {
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 6 }), fc.array(labels, { maxLength: 6 }), (pods, policies) => {
      const view = viewOf(
        ...pods.map((own, at) => pod('shop', `p-${at}`, own)),
        ...policies.map((matchLabels, at) =>
          document({
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata: { name: `n-${at}`, namespace: 'shop' },
            spec: { podSelector: { matchLabels } },
          }),
        ),
      );
      for (const one of selectables(view, 'shop')) {
        const near = compiledPolicies(view, 'shop').filter(({ object: { podSelector } }) => {
          const found = naiveNearest(podSelector, 'shop', [one]);
          // A label with another value is nothing that was forgotten.
          return (
            found !== undefined &&
            (found.repair !== 'drop' ||
              Object.keys(podSelector.matchLabels ?? {}).some((key) => !Object.hasOwn(one.labels, key)))
          );
        });
        const found = policiesNear(view, 'shop', [one]);
        expect(near.filter((policy) => !found.has(policy)).map(({ object }) => object.name)).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});
