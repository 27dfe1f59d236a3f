import type { PlacementTerm } from '../../model/pod-spec.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';
import { placementSelector, unknownKeys } from '../../kube/placement-selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { NAME_LABEL } from '../network/namespace-labels.ts';
import { specPath } from '../vigilance/spec-path.ts';
import { workloadNamed, workloadNames, type AnalysedWorkload } from '../workload/workloads.ts';
import { isMirror } from './label-health.ts';
import type { LabelReferrer } from './label-referrers.ts';

/** The terms by which the pods of a workload are placed, and the labels that these pods have. */
export interface Placement {
  readonly terms: readonly PlacementTerm[];
  readonly labels: Labels;
}

const NONE: Placement = { terms: [], labels: {} };

/**
 * How the pods of a workload are placed: by its template, and a bare pod by its own specification. The kubelet places the
 * pods that it mirrors, and a finished pod is not placed again: their terms mean nothing.
 */
export function placementOf(workload: AnalysedWorkload): Placement {
  const { ref, template, classes } = workload;
  if (template !== undefined) return { terms: template.spec.placementTerms, labels: template.labels };
  const [pod] = classes;
  if (ref.kind !== 'Pod' || pod === undefined || pod.state === 'finished' || isMirror(workload)) return NONE;
  return { terms: pod.spec.placementTerms, labels: pod.labels };
}

/** What a term of a workload, or of a bare pod, selects pods by. */
export function placementReferrer(by: ObjectRef, term: PlacementTerm, labels: Labels, home: string): LabelReferrer {
  const path = `${specPath(by.kind)}.${term.path}.labelSelector`;
  const placed = { kind: by.kind, labels };
  const compared = unknownKeys(term, placed);
  return {
    by,
    path,
    selector: placementSelector(term, placed),
    namespaces: placementNamespaces(term, home),
    ...(compared.length > 0 ? { compared } : {}),
  };
}

/** What the bare pods of a namespace are placed by. */
export function barePlacements(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return barePods(view, namespace).flatMap((one) => {
    const { terms, labels } = placementOf(one);
    return terms.map((term) => placementReferrer(one.ref, term, labels, namespace));
  });
}

/** Found by their names, so that a change of any other pod costs nothing here. */
function barePods(view: ClusterView, namespace: string): readonly AnalysedWorkload[] {
  return view.derive(
    'bare-pods',
    namespace,
    (inner) =>
      workloadNames(inner, namespace).flatMap((name) =>
        name.startsWith(BARE) ? (workloadNamed(inner, namespace, name) ?? []) : [],
      ),
    sameItems,
  );
}

const BARE = 'Pod/';

/** Where a term looks for pods: in the namespaces that it names and those that it selects, or else in the pod's own. */
function placementNamespaces(
  { namespaces, namespaceSelector }: PlacementTerm,
  home: string,
): LabelReferrer['namespaces'] {
  if (namespaceSelector === null) return namespacesNamed(namespaces, home);
  return namespaces.length === 0 ? [namespaceSelector] : [ofName(namespaces), namespaceSelector];
}

/** Namespaces by their names; null where that is the own one, or none. */
export function namespacesNamed(names: readonly string[], home: string): readonly LabelSelector[] | null {
  return names.every((name) => name === home) ? null : [ofName(names)];
}

function ofName(names: readonly string[]): LabelSelector {
  return { matchExpressions: [{ key: NAME_LABEL, operator: 'In', values: names }] };
}
