import { isMirror, labelHealth, type SuspectLabel } from '../../analyses/labels/label-health.ts';
import { nearMisses } from '../../analyses/labels/near-misses.ts';
import { workloadNamespaces, workloads } from '../../analyses/workload/workloads.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface LabelledWorkload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly missing: readonly string[];
  readonly suspect: readonly SuspectLabel[];
}

/** The `labels` field of the report: every workload judged. */
export function labelsSection(view: ClusterView): { readonly workloads: Iterable<LabelledWorkload> } {
  return { workloads: labelled(view) };
}

function* labelled(view: ClusterView): Generator<LabelledWorkload> {
  for (const namespace of workloadNamespaces(view)) {
    for (const workload of workloads(view, namespace)) {
      const { missing, suspect } = labelHealth(workload);
      const values = nearMisses(view, workload).map(({ key, meant, why }): SuspectLabel => ({
        key,
        reason: why,
        suggestion: meant,
      }));
      yield {
        kind: workload.ref.kind,
        namespace,
        name: workload.ref.name,
        missing: isMirror(workload) ? [] : missing,
        suspect: [...suspect, ...values],
      };
    }
  }
}
