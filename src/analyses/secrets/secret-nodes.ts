import type { PodObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { usesOfSpec } from './secret-uses.ts';

/** A node whose kubelet holds a Secret for pods that run there. */
export interface HoldingNode {
  readonly name: string;
  readonly pods: number;
  /** null where the node could not be read. A node that is not ready keeps what it has. */
  readonly ready: boolean | null;
  /** Whether only pods that are being deleted keep it there. */
  readonly terminating: boolean;
}

/**
 * On which nodes the Secrets of a namespace are now, by name: for every pod placed there that has not finished, stuck
 * terminating ones and those on nodes that are not ready included. Computed at each call: pods move all the time.
 */
export function secretNodes(view: ClusterView, namespace: string): ReadonlyMap<string, readonly HoldingNode[]> {
  const held = new Map<string, Map<string, PodObject[]>>();
  for (const pod of view.list('Pod', namespace)) {
    if (pod.nodeName === '' || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
    for (const name of new Set(usesOfSpec(pod.spec).map((use) => use.name))) {
      const nodes = held.get(name) ?? new Map<string, PodObject[]>();
      held.set(name, nodes);
      const pods = nodes.get(pod.nodeName);
      if (pods === undefined) nodes.set(pod.nodeName, [pod]);
      else pods.push(pod);
    }
  }
  return new Map([...held].map(([name, nodes]) => [name, [...nodes].map(([node, pods]) => holding(view, node, pods))]));
}

function holding(view: ClusterView, name: string, pods: readonly PodObject[]): HoldingNode {
  return {
    name,
    pods: pods.length,
    ready: view.get('Node', '', name)?.ready ?? null,
    terminating: pods.every((pod) => pod.deleting),
  };
}
