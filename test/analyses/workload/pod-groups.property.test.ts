import fc from 'fast-check';
import { expect, it } from 'vitest';
import { podClasses, workload, workloads } from '../../../src/analyses/workload/workloads.ts';
import type { Change } from '../../../src/model/change.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object, pod } from '../../objects.ts';

const OWNERS = [
  undefined,
  { kind: 'ReplicaSet', name: 'web-1' },
  { kind: 'ReplicaSet', name: 'web-2' },
  { kind: 'StatefulSet', name: 'db' },
  { kind: 'Gateway', name: 'edge' },
] as const;

const index = fc.integer({ min: 0, max: 29 });
const anyPod = fc
  .tuple(index, fc.constantFrom(...OWNERS), fc.constantFrom('a', 'b'), fc.constantFrom('Running', 'Succeeded'))
  .map(([at, owner, app, phase]): Change => ({
    type: 'upsert',
    object: pod(`p-${at}`, {
      labels: { app, 'pod-template-hash': owner?.name.slice(-1) ?? '' },
      phase,
      ...(owner === undefined ? {} : { owner }),
    }),
  }));
const noPod = index.map((at): Change => ({ type: 'remove', kind: 'Pod', namespace: 'shop', name: `p-${at}` }));

function owned(kind: 'ReplicaSet' | 'StatefulSet' | 'Deployment', name: string, by: string | null): Change {
  const [ownerKind = '', ownerName = ''] = by?.split('/') ?? [];
  return {
    type: 'upsert',
    object: object(kind, {
      metadata: {
        name,
        namespace: 'shop',
        ownerReferences:
          by === null ? [] : [{ apiVersion: 'apps/v1', kind: ownerKind, name: ownerName, controller: true }],
      },
      spec: { template: { spec: { containers: [{ name: 'main', image: 'i:1' }] } } },
    }),
  };
}

const anyOwner: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(fc.constantFrom('web-1', 'web-2'), fc.constantFrom(null, 'Deployment/web', 'StatefulSet/db'))
    .map(([name, by]) => owned('ReplicaSet', name, by)),
  fc.constantFrom(null, 'Deployment/web').map((by) => owned('StatefulSet', 'db', by)),
  fc.constant(owned('Deployment', 'web', null)),
  fc.constant<Change>({ type: 'remove', kind: 'ReplicaSet', namespace: 'shop', name: 'web-1' }),
  fc.constant<Change>({ type: 'remove', kind: 'Deployment', namespace: 'shop', name: 'web' }),
);

function answers(view: StoreView): unknown {
  const all = workloads(view, 'shop');
  return {
    classes: podClasses(view, 'shop'),
    all,
    each: all.map(({ ref }) => workload(view, 'shop', ref.kind, ref.name)),
  };
}

it('pods are in the groups that grouping all of them anew gives, after any changes', () => {
  fc.assert(
    fc.property(
      fc.array(anyPod, { minLength: 10, maxLength: 40 }),
      fc.array(fc.array(fc.oneof({ weight: 3, arbitrary: anyPod }, noPod, anyOwner), { minLength: 1, maxLength: 3 }), {
        maxLength: 12,
      }),
      (first, batches) => {
        const view = new StoreView(new ClusterStore(), 0);
        view.apply(first);
        answers(view);
        const applied = [...first];
        for (const batch of batches) {
          applied.push(...batch);
          view.apply(batch);
          view.graph.settle(
            () => undefined,
            () => false,
          );
          const fresh = new StoreView(new ClusterStore(), 0);
          fresh.apply(applied);
          expect(answers(view)).toEqual(answers(fresh));
        }
      },
    ),
    { numRuns: 200 },
  );
});
