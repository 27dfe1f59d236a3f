import { refText } from '../../kube/object-ref.ts';
import type { PodSecurityLevel } from '../../kube/pod-security-check.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { LABELLED_KINDS } from '../../model/kind.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { runningSpecs, type RunningSpecs } from '../workload/running-specs.ts';
import { policyMinor } from './policy-minor.ts';
import { specsJudged } from './judged-specs.ts';
import { levelOf } from './workload-level.ts';

/** What the workloads of one namespace would pass. */
export interface NamespaceLevels {
  /** The strictest level that admits every workload of today; restricted where there are none. */
  readonly strictest: PodSecurityLevel;
  /** Workloads judged. */
  readonly judged: number;
  /** Workloads that each level refuses, such as `Deployment shop/cart`. */
  readonly refusedByBaseline: readonly string[];
  readonly refusedByRestricted: readonly string[];
  /** Why there may be workloads that were not judged; null where all were read. */
  readonly unread: string | null;
}

/** The levels of a namespace at the policy version at which this view is judged. */
export function namespaceLevels(view: ClusterView, namespace: string): NamespaceLevels {
  return view.derive('pod-security', namespace, (inner) => levelsOf(inner, namespace), deepEqual);
}

/** The strictest level that admits every workload, as far as that is certain: what was not read can only lower it. */
export function provenLevel({ strictest, unread }: NamespaceLevels): PodSecurityLevel | 'unknown' {
  return unread === null || strictest === 'privileged' ? strictest : 'unknown';
}

function levelsOf(view: ClusterView, namespace: string): NamespaceLevels {
  const minor = policyMinor(view);
  const judged = runningSpecs(view, namespace).flatMap((one) => {
    const { level } = levelOf(runningAndNext(one), minor);
    return level === undefined ? [] : [{ name: refText(one.ref), level }];
  });
  const refusedByBaseline = judged.filter((one) => one.level === 'privileged').map((one) => one.name);
  const refusedByRestricted = judged.filter((one) => one.level !== 'restricted').map((one) => one.name);
  const strictest =
    refusedByBaseline.length > 0 ? 'privileged' : refusedByRestricted.length > 0 ? 'baseline' : 'restricted';
  return {
    strictest,
    judged: judged.length,
    refusedByBaseline,
    refusedByRestricted,
    unread: unreadIn(view, namespace),
  };
}

/** What runs, and what the template makes the next pod of it, which is another one while a rollout waits. */
function runningAndNext(one: RunningSpecs): readonly PodSpec[] {
  const specs = specsJudged(one);
  if (specs.length === 0 || one.template === undefined || specs.includes(one.template)) return specs;
  return [...specs, one.template];
}

/** A workload without a pod now (a CronJob, one that is scaled to zero) is known by its object only. */
function unreadIn(view: ClusterView, namespace: string): string | null {
  for (const kind of LABELLED_KINDS) {
    const readable = view.readable(kind, namespace);
    if (!readable.ok) return readable.reason;
  }
  return null;
}

/** The level above the strictest that the workloads pass; the strictest of all where they pass that. */
export function nextLevel({ strictest }: NamespaceLevels): 'baseline' | 'restricted' {
  return strictest === 'privileged' ? 'baseline' : 'restricted';
}

/** The workloads that the level above the strictest that they pass refuses, such as `Deployment shop/cart`. */
export function refusedByNext(levels: NamespaceLevels): readonly string[] {
  return nextLevel(levels) === 'baseline' ? levels.refusedByBaseline : levels.refusedByRestricted;
}
