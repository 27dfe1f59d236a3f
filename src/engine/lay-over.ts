import { workload } from '../analyses/workload/workloads.ts';
import { refOf } from '../kube/object-ref.ts';
import type { Change } from '../model/change.ts';
import { WORKLOAD_KINDS } from '../model/kind.ts';
import type { KubeObject, WorkloadObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { deepEqual } from '../store/deep-equal.ts';

/**
 * The changes that lay manifests over a state, as applying them would: objects replace those of their name, and pods of
 * a workload whose template changes make room for what the new template starts. What the state could not read stays
 * unread; what the manifests hold too of a kind that the state lacks is read.
 *
 * @param changes what `manifestChanges` made of the files
 */
export function layOver(view: ClusterView, changes: readonly Change[]): readonly Change[] {
  const absent = new Set(
    view
      .coverage()
      .filter((one) => one.status === 'absent')
      .map((one) => one.kind),
  );
  return changes.flatMap((change): readonly Change[] => {
    switch (change.type) {
      case 'upsert':
        return [...replacedPods(view, change.object), change];
      case 'broken':
        return [change];
      case 'coverage':
        return change.coverage.status === 'live' && absent.has(change.coverage.kind) ? [change] : [];
      case 'facts': {
        const { duplicates, removedApis } = change.facts;
        // What the files alone tell; the rest is of the state.
        return [
          ...(duplicates === undefined ? [] : [{ type: 'facts', facts: { duplicates } } as const]),
          ...(removedApis === undefined ? [] : [{ type: 'facts', facts: { removedApis } } as const]),
        ];
      }
      case 'remove':
      case 'retain':
      case 'audit':
      case 'flows':
        return [];
    }
  });
}

function replacedPods(view: ClusterView, object: KubeObject): readonly Change[] {
  if (!isWorkload(object)) return [];
  const before = view.get(object.kind, object.namespace, object.name);
  if (before !== undefined && deepEqual(before.template, object.template)) return [];
  const { kind, name } = refOf(object);
  const pods = workload(view, object.namespace, kind, name)?.classes.flatMap((one) => one.pods) ?? [];
  return pods.map((pod) => ({ type: 'remove', kind: 'Pod', namespace: pod.namespace, name: pod.name }));
}

function isWorkload(object: KubeObject): object is WorkloadObject {
  return WORKLOAD_KINDS.some((kind) => kind === object.kind);
}
