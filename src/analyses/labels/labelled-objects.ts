import { isBuiltIn } from '../../kube/built-in-objects.ts';
import { recommendedWhere, type RecommendedLabel } from '../../kube/recommended-labels.ts';
import { AROUND_KINDS, type AroundKind } from '../../model/kind.ts';
import type { ObjectOf } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { ownKind } from '../secrets/secret-origin.ts';

/** An object that stands around workloads and is labelled like them. */
export type AroundObject = ObjectOf<AroundKind>;

/** The kinds whose labels are judged: those around workloads, and those that the config includes. */
export function judgedKinds(view: ClusterView): readonly AroundKind[] {
  const include = view.facts().labels?.include;
  return include === undefined ? AROUND_KINDS : [...AROUND_KINDS, ...include];
}

/** Whether somebody writes the labels of an object: what a controller, the cluster or a tool makes is not theirs. */
export function isLabelledByHand(object: AroundObject): boolean {
  const { kind, namespace, name, owners } = object;
  if (owners.some((owner) => owner.controller)) return false;
  if (isBuiltIn(kind, namespace, name)) return false;
  return object.kind !== 'Secret' || ownKind(object) === undefined;
}

/** The objects around the workloads of a namespace whose labels are judged, in order of kind and name. */
export function labelledObjects(view: ClusterView, namespace: string): readonly AroundObject[] {
  return view.derive(
    'labelled-objects',
    namespace,
    (inner) =>
      judgedKinds(inner).flatMap((kind) => inner.list(kind, namespace).filter((object) => isLabelledByHand(object))),
    sameItems,
  );
}

/** The namespaces in which such objects stand, in order. */
export function labelledNamespaces(view: ClusterView): readonly string[] {
  return [...new Set(judgedKinds(view).flatMap((kind) => view.namespaces(kind)))].sort();
}

/** The recommended labels that are not there. */
export function missingLabels(labels: Labels): readonly RecommendedLabel[] {
  return recommendedWhere((label) => labels[label] === undefined);
}
