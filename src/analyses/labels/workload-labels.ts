import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';
import { mapChanged } from '../workload/map-changed.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import { isMirror, labelHealth, ownLabels, podLabels } from './label-health.ts';

/** The labels of one workload: its own, and those that its pods carry. */
export interface WorkloadLabels {
  readonly kind: string;
  readonly own: Labels;
  readonly onPods: Labels;
  /** How many of the recommended labels it lacks; null for a mirror pod, which nobody can label. */
  readonly missing: number | null;
}

/** The labels of a namespace's workloads, in their order. The same as long as no label changes, whatever else does. */
export function workloadLabels(view: ClusterView, namespace: string): readonly WorkloadLabels[] {
  return view.derive(
    `workload-labels/${namespace}`,
    (inner, previous: readonly WorkloadLabels[] | undefined) =>
      mapChanged(workloads(inner, namespace), previous, (one, before) => {
        const labels = labelsOf(one);
        return deepEqual(labels, before) && before !== undefined ? before : labels;
      }),
    sameItems,
  );
}

const LABELS = new WeakMap<AnalysedWorkload, WorkloadLabels>();

function labelsOf(workload: AnalysedWorkload): WorkloadLabels {
  let labels = LABELS.get(workload);
  if (labels === undefined) {
    const missing = isMirror(workload) ? null : labelHealth(workload).missing.length;
    labels = { kind: workload.ref.kind, own: ownLabels(workload), onPods: podLabels(workload), missing };
    LABELS.set(workload, labels);
  }
  return labels;
}
