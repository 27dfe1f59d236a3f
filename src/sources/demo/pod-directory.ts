import type { PodDirectory } from './audit/routine.ts';
import { recordOf, scalarText } from './json-value.ts';
import type { KubeObject } from './kube-object.ts';
import type { ObjectStore } from './object-store.ts';
import { parseStored } from './stored-object.ts';

/** The running pods of a store, found by the names that controllers give them. */
export function podDirectory(store: ObjectStore): PodDirectory {
  return {
    find(namespace, workload) {
      for (const pod of pods(store, namespace, workload)) {
        const status = recordOf(pod['status']);
        if (status['phase'] !== 'Running') continue;
        const node = scalarText(recordOf(pod['spec'])['nodeName']);
        return { name: pod.metadata.name, node, ip: scalarText(status['podIP']) };
      }
      throw new Error(`the demo cluster runs no pod of ${namespace}/${workload}`);
    },
  };
}

function* pods(store: ObjectStore, namespace: string, workload: string): Generator<KubeObject> {
  const kind = store.kindOfResource('', 'pods');
  if (kind === undefined) return;
  for (const stored of store.log(kind).current()) {
    const rest = stored.name.startsWith(`${workload}-`) ? stored.name.slice(workload.length + 1) : '';
    // A hash and five letters, five letters, or an ordinal; what is longer belongs to a workload with a longer name.
    if (stored.namespace === namespace && /^([a-z0-9]{10}-)?[a-z0-9]{1,5}$/.test(rest)) yield parseStored(stored, kind);
  }
}
