import { matches } from '../../kube/selector.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';

/**
 * Labels that controllers write per revision, pod or node: a policy that names one stops matching with the next
 * rollout. Source: kubernetes.io/docs/reference/labels-annotations-taints.
 */
const UNSTABLE =
  /^(?:pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/.*|batch\.kubernetes\.io\/.*|topology\.kubernetes\.io\/.*|app\.kubernetes\.io\/version|version|helm\.sh\/chart|chart)$/;

export interface WorkloadSelector {
  readonly labels: Labels;
  /** Other workloads of the namespace that the same labels select, as `Kind name`. */
  readonly alsoSelects: readonly string[];
}

/**
 * Labels that select a workload's pods and stay what they are: the owner's own selector, else what all its pods have
 * in common. undefined where nothing stable is left.
 */
export function workloadSelector(view: ClusterView, workload: AnalysedWorkload): WorkloadSelector | undefined {
  const sets = [
    ...workload.classes.map((one) => one.labels),
    ...(workload.template === undefined ? [] : [workload.template.labels]),
  ];
  const own = stable(workload.object?.selector?.matchLabels ?? {});
  const usable = Object.keys(own).length > 0 && sets.every((labels) => matches({ matchLabels: own }, labels));
  const labels = usable ? own : stable(common(sets));
  if (Object.keys(labels).length === 0) return undefined;
  const others = workloads(view, workload.ref.namespace).filter(
    (other) =>
      (other.ref.name !== workload.ref.name || other.ref.kind !== workload.ref.kind) &&
      other.classes.some((one) => matches({ matchLabels: labels }, one.labels)),
  );
  return { labels, alsoSelects: others.map((other) => `${other.ref.kind} ${other.ref.name}`) };
}

function stable(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !UNSTABLE.test(key)));
}

function common(sets: readonly Labels[]): Labels {
  const [first = {}, ...rest] = sets;
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => rest.every((labels) => labels[key] === value)),
  );
}
