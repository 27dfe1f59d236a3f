import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';
import { reuse } from '../workload/reuse.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import { ownLabels, podLabels } from './label-health.ts';

/** The labels of one workload: its own, and those that its pods carry. */
export interface WorkloadLabels {
  readonly own: Labels;
  readonly onPods: Labels;
}

/** The labels of a namespace's workloads, in their order. The same as long as no label changes, whatever else does. */
export function workloadLabels(view: ClusterView, namespace: string): readonly WorkloadLabels[] {
  return view.derive(
    `workload-labels/${namespace}`,
    (inner, previous) => reuse(workloads(inner, namespace).map(labelsOf), previous, deepEqual),
    sameItems,
  );
}

const LABELS = new WeakMap<AnalysedWorkload, WorkloadLabels>();

function labelsOf(workload: AnalysedWorkload): WorkloadLabels {
  let labels = LABELS.get(workload);
  if (labels === undefined) {
    labels = { own: ownLabels(workload), onPods: podLabels(workload) };
    LABELS.set(workload, labels);
  }
  return labels;
}
