import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameLongList, type LongList } from '../../store/long-list.ts';
import { mapChanged } from '../workload/map-changed.ts';
import { workloadList } from '../workload/workloads.ts';
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
export function workloadLabels(view: ClusterView, namespace: string): LongList<WorkloadLabels> {
  return view.derive(
    'workload-labels',
    namespace,
    (inner, previous: LongList<WorkloadLabels> | undefined) =>
      mapChanged(workloadList(inner, namespace), previous, (one, before) => {
        const [own, onPods] = [ownLabels(one), podLabels(one)];
        const { kind } = one.ref;
        if (kind !== 'Pod' && before?.kind === kind && before.own === own && before.onPods === onPods) return before;
        const missing = isMirror(one) ? null : labelHealth(one).missing.length;
        const labels = { kind, own, onPods, missing };
        return before !== undefined && deepEqual(labels, before) ? before : labels;
      }),
    sameLongList,
  );
}
