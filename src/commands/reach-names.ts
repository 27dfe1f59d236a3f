import { inapplicable } from '../analyses/network/isolation.ts';
import { allNamespaces } from '../analyses/network/namespace-labels.ts';
import { podNodes, type ReachNode, type ReachTable, type WorkloadRefText } from '../analyses/network/reach-table.ts';
import { podClasses } from '../analyses/workload/workloads.ts';
import { nearestName } from '../kube/nearest-name.ts';
import { refText } from '../kube/object-ref.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { UsageError } from './command.ts';

/**
 * The workloads that a text names (`cart`, `shop/cart`, `Deployment/cart`, `Deployment/shop/cart`), else the pods.
 *
 * @param namespaces those in which a text without one looks; [] is all
 * @throws UsageError where nothing in the pod network has that name
 */
export function namedNodes(
  view: ClusterView,
  table: ReachTable,
  text: string,
  namespaces: readonly string[],
): readonly ReachNode[] {
  const isMeant = (ref: WorkloadRefText): boolean => isNamed(ref, text, namespaces);
  const found = table.nodes.filter(({ ref }) => isMeant(ref));
  if (found.length > 0) return found;
  const pods = podNodes(table, isMeant);
  if (pods.length > 0) return pods;
  const idle = table.notApplicable.find(({ ref }) => isMeant(ref)) ?? idlePod(view, isMeant);
  if (idle !== undefined) throw new UsageError(`policies do not apply to ${refText(idle.ref)}: ${idle.reason}`);
  const near = nearestName(
    text,
    table.nodes.flatMap(({ ref }) => names(ref)),
  );
  throw new UsageError(`no workload or pod ${text}${near === undefined ? '' : `; did you mean ${near}?`}`);
}

/** A pod that policies do not apply to; those of one workload may differ. */
function idlePod(
  view: ClusterView,
  isMeant: (ref: WorkloadRefText) => boolean,
): { readonly ref: WorkloadRefText; readonly reason: string } | undefined {
  for (const namespace of allNamespaces(view)) {
    for (const podClass of podClasses(view, namespace)) {
      const reason = inapplicable(podClass);
      if (reason === '') continue;
      for (const { name } of podClass.pods) {
        const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
        if (isMeant(ref)) return { ref, reason };
      }
    }
  }
  return undefined;
}

function isNamed(ref: WorkloadRefText, text: string, namespaces: readonly string[]): boolean {
  if (namespaces.length > 0 && !text.includes('/') && !namespaces.includes(ref.namespace)) return false;
  return names(ref).some((name) => name.toLowerCase() === text.toLowerCase());
}

/** The ways to name a workload: `cart`, `shop/cart`, `Deployment/cart`, `Deployment/shop/cart`. */
function names({ kind, namespace, name }: WorkloadRefText): readonly string[] {
  return [name, `${namespace}/${name}`, `${kind}/${name}`, `${kind}/${namespace}/${name}`];
}
