import { matches } from '../../kube/selector.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';

/** Every API server since 1.21 sets it to the namespace's name (KEP-2161). */
export const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * The labels that namespace selectors see. A namespace from files carries its name label as the server sets it whatever
 * they say, and a namespace that is only used, not declared, has no other.
 */
export function namespaceLabels(view: ClusterView, namespace: string): Labels {
  return view.derive('namespace-labels', namespace, (inner, previous: Labels | undefined) => {
    const object = inner.get('Namespace', '', namespace);
    if (object !== undefined && object.uid !== '' && object.location === null) return object.labels;
    const labels = { ...object?.labels, [NAME_LABEL]: namespace };
    return previous !== undefined && sameLabels(previous, labels) ? previous : labels;
  });
}

/** The namespaces that a selector matches, in order; asked once however many policies have that selector. */
export function matchingNamespaces(view: ClusterView, selector: LabelSelector): readonly string[] {
  return view.derive(
    'namespaces-matching',
    JSON.stringify(selector),
    (inner) => allNamespaces(inner).filter((name) => matches(selector, namespaceLabels(inner, name))),
    sameItems,
  );
}

/** Every namespace that is declared or holds pods or workloads, in order. */
export function allNamespaces(view: ClusterView): readonly string[] {
  return view.derive(
    'network/namespaces',
    '',
    (inner) => {
      const names = new Set(inner.list('Namespace').map((one) => one.name));
      for (const kind of NAMESPACED) for (const name of inner.namespaces(kind)) names.add(name);
      return [...names].sort();
    },
    sameItems,
  );
}

const NAMESPACED = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicaSet',
  'ReplicationController',
  'NetworkPolicy',
] as const;

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
