import { labelValueProblem } from '../../kube/label-syntax.ts';
import { matches } from '../../kube/selector.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { referrersReading } from '../labels/label-referrers.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';

/**
 * Labels that controllers write per revision, pod or node: a policy that names one stops matching with the next
 * rollout. Source: kubernetes.io/docs/reference/labels-annotations-taints.
 */
const GENERATED =
  /^(?:pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/.*|batch\.kubernetes\.io\/.*|topology\.kubernetes\.io\/.*)$/;

/** Labels that people change with every release. */
const OF_RELEASES = /^(?:app\.kubernetes\.io\/version|version|helm\.sh\/chart|chart)$/;

/** Kinds whose selector cannot change, so that a label in it stays as long as the workload does (apps/v1). */
const FIXED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

export interface WorkloadSelector {
  readonly labels: Labels;
  /** Other workloads of the namespace that the same labels select, as `Kind name`. */
  readonly alsoSelects: readonly string[];
  /** Labels of a release among them, which the workload's own selector asks for: they cannot change without it. */
  readonly ofRelease: readonly string[];
}

/**
 * Labels that select a workload's pods and stay what they are: the owner's own selector, else what all its pods have in
 * common. Where these select pods of others too, with a further label that all its pods have, or with the version in a
 * selector that cannot change. undefined where nothing stable is there.
 */
export function workloadSelector(view: ClusterView, workload: AnalysedWorkload): WorkloadSelector | undefined {
  const sets = labelsOf(workload);
  const written = ownSelector(workload, sets);
  const shared = stable(common(sets));
  const first = Object.keys(stable(written)).length > 0 ? stable(written) : shared;
  const further = Object.entries(shared).filter(([key]) => first[key] === undefined);
  const choices = [
    first,
    ...further.map(([key, value]) => ({ ...first, [key]: value })),
    { ...shared, ...first },
    ...(FIXED.has(workload.ref.kind) ? [written, { ...shared, ...written }] : []),
  ].filter((labels) => Object.keys(labels).length > 0);
  const others = workloads(view, workload.ref.namespace).filter(
    ({ ref }) => ref.name !== workload.ref.name || ref.kind !== workload.ref.kind,
  );
  const found = choices.map((labels): WorkloadSelector => {
    const alsoSelects = others.filter((other) => labelsOf(other).some((one) => matches({ matchLabels: labels }, one)));
    return {
      labels,
      alsoSelects: alsoSelects.map(({ ref }) => `${ref.kind} ${ref.name}`),
      ofRelease: Object.keys(labels).filter((key) => OF_RELEASES.test(key)),
    };
  });
  return found.find((one) => one.alsoSelects.length === 0) ?? found[0];
}

/** Labels that say what a workload is. */
const TELLING = ['app.kubernetes.io/component', 'component', 'workload'] as const;

/**
 * A label that would tell the pods of a workload from those of all others, as `key=value`: one that they do not carry yet
 * and that no selector asks for. null where none can be named.
 */
export function labelToAdd(view: ClusterView, workload: AnalysedWorkload): string | null {
  const { namespace, name } = workload.ref;
  if (labelValueProblem(name) !== null) return null;
  const there = workloads(view, namespace).flatMap(labelsOf);
  const key = TELLING.find(
    (wanted) =>
      there.every((labels) => labels[wanted] !== name) &&
      labelsOf(workload).every((labels) => labels[wanted] === undefined) &&
      referrersReading(view, namespace, [wanted]).length === 0,
  );
  return key === undefined ? null : `${key}=${name}`;
}

/** The labels of its pods, and of those that its template makes. */
function labelsOf({ classes, template }: AnalysedWorkload): readonly Labels[] {
  const all = classes.map((one) => one.labels);
  return template === undefined ? all : [...all, template.labels];
}

/** The labels that the workload selects by, without those that controllers write; none where its pods do not have them. */
function ownSelector({ object }: AnalysedWorkload, sets: readonly Labels[]): Labels {
  const own = Object.fromEntries(
    Object.entries(object?.selector?.matchLabels ?? {}).filter(([key]) => !GENERATED.test(key)),
  );
  return sets.every((labels) => matches({ matchLabels: own }, labels)) ? own : {};
}

function stable(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !GENERATED.test(key) && !OF_RELEASES.test(key)));
}

function common(sets: readonly Labels[]): Labels {
  const [first = {}, ...rest] = sets;
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => rest.every((labels) => labels[key] === value)),
  );
}
