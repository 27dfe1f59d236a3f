import type { ClusterView } from '../../store/cluster-view.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { HoldingNode } from './secret-nodes.ts';
import { escapingPods } from '../rbac/pod-escape.ts';

/** A workload with pods that can become root on a node, and so read what the kubelet there holds. */
export interface NodeEscape {
  /** `DaemonSet kube-system/agent`. */
  readonly workload: string;
  readonly ref: ObjectRef;
  /** To be read after "is": `privileged`. */
  readonly because: string;
}

/** The workloads that can escape to one of these nodes, each once, on however many of them it runs. */
export function escapesTo(
  nodes: readonly HoldingNode[],
  escapes: ReadonlyMap<string, readonly NodeEscape[]>,
): readonly NodeEscape[] {
  const found = nodes.flatMap(({ name }) => escapes.get(name) ?? []);
  return [...new Map(found.map((one) => [one.workload, one])).values()];
}

/** `2 pods, not ready, all terminating`. */
export function holdingText({ pods, ready, terminating }: HoldingNode): string {
  const parts = [
    pods === 1 ? '1 pod' : `${pods} pods`,
    ...(ready === false ? ['not ready'] : []),
    ...(ready === null ? ['state unknown'] : []),
    ...(terminating ? [pods === 1 ? 'terminating' : 'all terminating'] : []),
  ];
  return parts.join(', ');
}

/**
 * The workloads whose pods can escape, by the node that they run on. Computed at each call, as where pods run.
 *
 * @returns null where pods could not be read in every namespace
 */
export function escapesByNode(view: ClusterView): ReadonlyMap<string, readonly NodeEscape[]> | null {
  if (!view.readable('Pod').ok) return null;
  const byNode = new Map<string, Map<string, NodeEscape>>();
  for (const namespace of view.namespaces('Pod')) {
    for (const { workload, ref, because, pods } of escapingPods(view, namespace)) {
      for (const name of pods) {
        const node = view.get('Pod', namespace, name)?.nodeName ?? '';
        if (node === '') continue;
        const found = byNode.get(node) ?? new Map<string, NodeEscape>();
        byNode.set(node, found.set(workload, { workload, ref, because }));
      }
    }
  }
  return new Map([...byNode].map(([node, found]) => [node, [...found.values()]]));
}
