import type { Change } from '../../../src/model/change.ts';
import type { Kind } from '../../../src/model/kind.ts';
import type { KubeObject } from '../../../src/model/objects.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { coverage } from './cluster.ts';
import type { RawCluster } from './generated-cluster.ts';
import type { NaiveCluster } from './naive-reach.ts';

/** The slim objects of a generated cluster. */
export function slimCluster(raw: RawCluster): KubeObject[] {
  const slimmer = createSlimmer();
  const make = (kind: Kind, list: readonly unknown[]): KubeObject[] => list.map((one) => slimmer.slim(one, kind));
  return [...make('Namespace', raw.namespaces), ...make('Pod', raw.pods), ...make('NetworkPolicy', raw.policies)];
}

/** The same cluster with every third pod of a namespace in one StatefulSet, however its labels differ. */
export function withOwners(raw: RawCluster): RawCluster {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'set', uid: 'u', controller: true };
  const pods = raw.pods.map((one, index) => {
    const metadata = one['metadata'] as object;
    return index % 3 === 0 ? { ...one, metadata: { ...metadata, ownerReferences: [owner] } } : one;
  });
  return { ...raw, pods };
}

/** A view of a cluster that was read completely. */
export function viewOf(objects: readonly KubeObject[]): StoreView {
  const view = new StoreView(new ClusterStore(), 0);
  view.apply([
    ...coverage(),
    { type: 'facts', facts: { source: 'cluster', complete: true } },
    ...objects.map((object): Change => ({ type: 'upsert', object })),
  ]);
  return view;
}

/** The same objects for the naive twin. */
export function naiveOf(objects: readonly KubeObject[]): NaiveCluster {
  return {
    namespaces: new Map(objects.flatMap((one) => (one.kind === 'Namespace' ? [[one.name, one.labels] as const] : []))),
    pods: objects.filter((one) => one.kind === 'Pod'),
    policies: objects.filter((one) => one.kind === 'NetworkPolicy'),
  };
}
