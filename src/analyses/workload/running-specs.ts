import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { KeyedList } from '../../store/keyed-list.ts';
import { mapChanged } from './map-changed.ts';
import type { PodClass } from './pod-groups.ts';
import { workloadList, workloadName, type AnalysedWorkload, type WorkloadId } from './workloads.ts';

/** A workload by what it runs. The same as long as no specification comes or goes, whatever its pods and labels do. */
export interface RunningSpecs {
  readonly ref: AnalysedWorkload['ref'];
  /** The specification of the owner's pod template, where one was read. */
  readonly template: PodSpec | undefined;
  /** Those of its pods, each once with each state that a pod of it is in, in the order of the classes. */
  readonly specs: readonly Pick<PodClass, 'spec' | 'state'>[];
}

/** What each workload of a namespace runs, in their order. */
export function runningSpecs(view: ClusterView, namespace: string): readonly RunningSpecs[] {
  return specsByName(view, namespace).items;
}

/** What one workload runs; undefined where neither its object nor a pod of it is there. */
export function runningSpecsOf(view: ClusterView, ref: WorkloadId): RunningSpecs | undefined {
  const { namespace } = ref;
  return view.entry(`running-specs-of/${namespace}/`, workloadName(ref), (whole) => specsByName(whole, namespace));
}

/** The specifications of its pods that are not finished, each once. */
export function livingSpecs({ specs }: RunningSpecs): readonly PodSpec[] {
  return [...new Set(specs.filter(({ state }) => state !== 'finished').map(({ spec }) => spec))];
}

function specsByName(view: ClusterView, namespace: string): KeyedList<RunningSpecs> {
  return view.derive('running-specs', namespace, (inner, previous: KeyedList<RunningSpecs> | undefined) =>
    KeyedList.of(
      mapChanged(workloadList(inner, namespace), previous?.list, keptSpecs),
      ({ ref }) => workloadName(ref),
      previous,
    ),
  );
}

function keptSpecs(workload: AnalysedWorkload, before: RunningSpecs | undefined): RunningSpecs {
  const now = specsOf(workload);
  return before !== undefined && sameSpecs(before, now) ? before : now;
}

function specsOf({ ref, template, classes }: AnalysedWorkload): RunningSpecs {
  const states = new Map<PodSpec, PodClass['state'][]>();
  const specs = classes.filter(({ spec, state }) => {
    const there = states.get(spec);
    if (there === undefined) states.set(spec, [state]);
    else if (there.includes(state)) return false;
    else there.push(state);
    return true;
  });
  return { ref, template: template?.spec, specs: specs.map(({ spec, state }) => ({ spec, state })) };
}

function sameSpecs(a: RunningSpecs, b: RunningSpecs): boolean {
  return (
    a.ref.apiVersion === b.ref.apiVersion &&
    a.ref.kind === b.ref.kind &&
    a.ref.name === b.ref.name &&
    a.template === b.template &&
    a.specs.length === b.specs.length &&
    a.specs.every(({ spec, state }, at) => b.specs[at]?.spec === spec && b.specs[at].state === state)
  );
}
