import { evaluatePodSecurity, violationsAt, type PodSecurityViolation } from '../../kube/pod-security.ts';
import type { PodSecurityLevel } from '../../kube/pod-security-check.ts';
import { levelRank } from '../../kube/pod-security-namespace.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { judgedSpecs, specsToCome, type JudgedSpec } from './judged-specs.ts';

export interface WorkloadLevel {
  /** The strictest level that admits all pods of the workload, and that forbids nothing of its template; undefined where it runs none and has no template. */
  readonly level: PodSecurityLevel | undefined;
  /** Every violation of any of its specifications, each once, baseline ones first. */
  readonly violations: readonly PodSecurityViolation[];
}

/** By workload, with the policy version; rules, panes and the report ask for the same. */
const LEVELS = new WeakMap<AnalysedWorkload, { readonly minor: number; readonly level: WorkloadLevel }>();

/** The pod security level of a workload at policy version v1.minor. */
export function workloadLevel(workload: AnalysedWorkload, minor: number): WorkloadLevel {
  const known = LEVELS.get(workload);
  if (known?.minor === minor) return known.level;
  const judged = judgedSpecs(workload).map(({ spec }) => spec);
  const [next] = specsToCome(workload).slice(judged.length);
  const own = levelOf(judged, minor);
  const level = next === undefined ? own : withTemplate(own, next.spec, minor);
  LEVELS.set(workload, { minor, level });
  return level;
}

/**
 * The level of a workload whose next pods come from another template: what baseline forbids stands in it, what restricted
 * demands may be given to the pods by admission.
 */
function withTemplate(own: WorkloadLevel, template: PodSpec, minor: number): WorkloadLevel {
  const forbidden = violationsAt(template, 'baseline', minor);
  if (forbidden.length === 0) return own;
  const violations = distinct([...own.violations, ...forbidden]);
  return violations.length === own.violations.length ? own : { level: 'privileged', violations };
}

/** The level of what is judged of a workload. */
export function levelOf(specs: readonly PodSpec[], minor: number): WorkloadLevel {
  const [first, ...others] = specs;
  // Of one specification each violation comes once already, baseline ones first.
  if (first !== undefined && others.length === 0) return evaluatePodSecurity(first, minor);
  const verdicts = specs.map((spec) => evaluatePodSecurity(spec, minor));
  const level = verdicts
    .map((verdict) => verdict.level)
    .reduce<PodSecurityLevel | undefined>(
      (worst, one) => (worst === undefined || levelRank(one) < levelRank(worst) ? one : worst),
      undefined,
    );
  return { level, violations: distinct(verdicts.flatMap((verdict) => verdict.violations)) };
}

/** The specifications of a workload that a namespace enforcing `level` would refuse. */
export function refusedSpecs(
  workload: AnalysedWorkload,
  level: PodSecurityLevel,
  minor: number,
): readonly JudgedSpec[] {
  return judgedSpecs(workload).filter(({ spec }) => violationsAt(spec, level, minor).length > 0);
}

function distinct(violations: readonly PodSecurityViolation[]): readonly PodSecurityViolation[] {
  const seen = new Map<string, PodSecurityViolation>();
  for (const one of violations) seen.set(`${one.check}/${one.detail}`, one);
  return [...seen.values()].sort((a, b) => (a.level === b.level ? 0 : a.level === 'baseline' ? -1 : 1));
}
