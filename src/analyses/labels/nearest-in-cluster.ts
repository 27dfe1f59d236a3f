import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloadNamespaces } from './label-census.ts';
import { nearestSelector, type NearestSelector } from './nearest-selector.ts';
import { labelPairs, selectables, selected } from './selectable.ts';

/**
 * The nearest selector that would match something, looked for in the namespace itself first. Other namespaces are looked
 * at only where nothing here is near, and only those that hold one of the selector's labels, so that a finding does not
 * hang on every pod of the cluster.
 */
export function nearestInCluster(
  view: ClusterView,
  selector: LabelSelector,
  namespace: string,
): NearestSelector | undefined {
  const here = selectables(view, namespace);
  const near = nearestSelector(selector, namespace, here);
  if (near !== undefined && near.repair !== 'drop') return near;
  const elsewhere = namespacesWith(view, selector).flatMap((name) =>
    name === namespace ? [] : selected(view, selector, name),
  );
  return nearestSelector(selector, namespace, [...here, ...elsewhere]);
}

/** The namespaces in which something carries the selector's first label; none for a selector of expressions only. */
function namespacesWith(view: ClusterView, selector: LabelSelector): readonly string[] {
  const [pair] = Object.entries(selector.matchLabels ?? {});
  if (pair === undefined) return [];
  const [key, value] = pair;
  return view.derive(
    `namespaces-with/${key}=${value}`,
    (inner) => pairsByNamespace(inner).flatMap(([name, pairs]) => (pairs.has(`${key}=${value}`) ? [name] : [])),
    (a, b) => a.length === b.length && a.every((name, index) => name === b[index]),
  );
}

function pairsByNamespace(view: ClusterView): readonly (readonly [string, ReadonlySet<string>])[] {
  return view.derive(
    'label-pairs',
    (inner) => workloadNamespaces(inner).map((name) => [name, labelPairs(inner, name)] as const),
    (a, b) => a.length === b.length && a.every(([name, pairs], at) => name === b[at]?.[0] && pairs === b[at][1]),
  );
}
