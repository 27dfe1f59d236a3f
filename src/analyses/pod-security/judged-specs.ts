import type { PodSpec } from '../../model/pod-spec.ts';
import type { PodClass } from '../workload/pod-groups.ts';
import { livingSpecs, type RunningSpecs } from '../workload/running-specs.ts';
import { memberNames, type AnalysedWorkload } from '../workload/workloads.ts';

/** One specification that a workload runs, with the pods that run it. */
export interface JudgedSpec {
  readonly spec: PodSpec;
  /** Names of its pods, in order; empty for a template that no pod runs now. */
  readonly members: readonly string[];
}

/** A dozen rules ask for the same of each workload. */
const JUDGED = new WeakMap<AnalysedWorkload, readonly JudgedSpec[]>();

/**
 * The specifications by which a workload is judged: those of its pods that are not finished; where there are none, its
 * template (scaled to zero, a CronJob between two runs, a manifest). A Job that has finished runs no more.
 */
export function judgedSpecs(workload: AnalysedWorkload): readonly JudgedSpec[] {
  let judged = JUDGED.get(workload);
  if (judged === undefined) {
    judged = findJudgedSpecs(workload);
    JUDGED.set(workload, judged);
  }
  return judged;
}

/** A dozen rules ask for the same of each workload. */
const TO_COME = new WeakMap<AnalysedWorkload, readonly JudgedSpec[]>();

/**
 * The same, and the template from which the next pods come: it is another one than that of the pods while a rollout is
 * paused, or waits for each pod to be deleted. Admission may give pods what a template lacks, and seldom takes away what
 * it has: it is to be asked what it says, not what it leaves out.
 */
export function specsToCome(workload: AnalysedWorkload): readonly JudgedSpec[] {
  let specs = TO_COME.get(workload);
  if (specs === undefined) {
    const judged = judgedSpecs(workload);
    const next = workload.ref.kind === 'Job' ? undefined : workload.template?.spec;
    const isThere = next === undefined || judged.some(({ spec }) => spec === next);
    specs = isThere ? judged : [...judged, { spec: next, members: [] }];
    TO_COME.set(workload, specs);
  }
  return specs;
}

/** What is said of a workload where only its template has what was looked for; '' where a pod has it. */
export function toComeNote(workload: AnalysedWorkload, concerned: readonly JudgedSpec[]): string {
  const isRunning = judgedSpecs(workload).some(({ members }) => members.length > 0);
  return isRunning && concerned.every(({ members }) => members.length === 0)
    ? ' Only its template has it: no pod runs it yet, the next ones will.'
    : '';
}

/** The same of what a workload runs, without its pods. */
export function specsJudged(own: RunningSpecs): readonly PodSpec[] {
  const living = livingSpecs(own);
  if (living.length > 0) return living;
  return own.template === undefined || isOver(own.ref.kind, own.specs.length) ? [] : [own.template];
}

/** Whether a workload without living pods has run for the last time. */
function isOver(kind: string, finished: number): boolean {
  return kind === 'Job' && finished > 0;
}

function findJudgedSpecs(workload: AnalysedWorkload): readonly JudgedSpec[] {
  const bySpec = new Map<PodSpec, PodClass[]>();
  for (const one of workload.classes) {
    if (one.state === 'finished') continue;
    const classes = bySpec.get(one.spec);
    if (classes === undefined) bySpec.set(one.spec, [one]);
    else classes.push(one);
  }
  if (bySpec.size > 0) return [...bySpec].map(([spec, classes]) => ({ spec, members: memberNames(classes) }));
  const { template } = workload;
  const { ref, classes } = workload;
  return template === undefined || isOver(ref.kind, classes.length) ? [] : [{ spec: template.spec, members: [] }];
}

/** Names of all the pods of these specifications, in order. */
export function membersOf(specs: readonly JudgedSpec[]): readonly string[] {
  const running = specs.filter(({ members }) => members.length > 0);
  const [first] = running;
  return first !== undefined && running.length === 1 ? first.members : running.flatMap((one) => one.members).sort();
}
