import { expect, it } from 'vitest';
import { workload } from '../../../src/analyses/workload/workloads.ts';
import { upserts, viewOfObjects, type RawManifest } from '../rbac/view-of.ts';

function pod(name: string, owner: string, phase: string): RawManifest {
  const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Runner', name: owner, controller: true }];
  const metadata = { name, namespace: 'shop', labels: { app: owner }, ownerReferences };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'a', image: 'a:1' }] },
    status: { phase },
  };
}

it('a change of one workload leaves the others as they are, also those whose owner was not read', () => {
  const view = viewOfObjects([pod('a-1', 'a', 'Running'), pod('b-1', 'b', 'Running')]);
  const read = (name: string) => view.derive('read', name, (inner) => workload(inner, 'shop', 'Runner', name));
  const before = [read('a'), read('b')];
  view.apply(upserts([pod('a-1', 'a', 'Pending')]));
  view.graph.settle(
    () => undefined,
    () => false,
  );
  expect(read('a')).not.toBe(before[0]);
  expect(read('b')).toBe(before[1]);
});
