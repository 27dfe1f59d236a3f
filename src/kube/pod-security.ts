/**
 * Pod Security Standards at every policy version, as the PodSecurity admission plugin evaluates them.
 * Source: k8s.io/pod-security-admission v0.37.2, policy/registry.go; https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import type { PodSpec } from '../model/pod-spec.ts';
import { BASELINE_CHECKS } from './pod-security-baseline.ts';
import type { CheckRevision, PodSecurityCheck, PodSecurityLevel } from './pod-security-check.ts';
import { RESTRICTED_CHECKS } from './pod-security-restricted.ts';

/** Policy versions are v1.0 … v1.37: the minors that k8sec knows. A newer version reads as the newest one known. */
export const NEWEST_POLICY_MINOR = 37;

export interface PodSecurityViolation {
  /** Upstream's id of the check, such as `hostPorts`. */
  readonly check: string;
  readonly level: 'baseline' | 'restricted';
  /** Upstream's words: `host namespaces (hostNetwork=true)`. */
  readonly reason: string;
  readonly detail: string;
}

export interface PodSecurityVerdict {
  /** The strictest level that admits the pod. */
  readonly level: PodSecurityLevel;
  /** Every failed check, baseline ones first, in upstream's order; overridden baseline checks included. */
  readonly violations: readonly PodSecurityViolation[];
}

/** Verdicts by specification: equal specifications are one object, so that a workload's pods are judged once. */
const VERDICTS = new WeakMap<PodSpec, Map<number, PodSecurityVerdict>>();

/**
 * The level of a pod or pod template.
 *
 * @param minor of the policy version v1.minor; what is newer than known is judged by the newest known
 */
export function evaluatePodSecurity(spec: PodSpec, minor: number): PodSecurityVerdict {
  const version = Math.min(minor, NEWEST_POLICY_MINOR);
  let byVersion = VERDICTS.get(spec);
  if (byVersion === undefined) VERDICTS.set(spec, (byVersion = new Map()));
  let verdict = byVersion.get(version);
  if (verdict === undefined) byVersion.set(version, (verdict = evaluate(spec, version)));
  return verdict;
}

/**
 * The violations for which a namespace that enforces `level` at v1.minor refuses the pod, in upstream's order: restricted
 * runs its own checks and those baseline checks that none of its checks overrides.
 */
export function violationsAt(spec: PodSpec, level: PodSecurityLevel, minor: number): readonly PodSecurityViolation[] {
  const { violations } = evaluatePodSecurity(spec, minor);
  switch (level) {
    case 'privileged':
      return [];
    case 'baseline':
      return violations.filter((violation) => violation.level === 'baseline');
    case 'restricted': {
      const { overridden } = policyAt(Math.min(minor, NEWEST_POLICY_MINOR));
      return violations.filter((violation) => !overridden.has(violation.check));
    }
  }
}

/** `host namespaces (hostNetwork=true), privileged (container "app" must not …)`, as the API server says it. */
export function violationsText(violations: readonly PodSecurityViolation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

function evaluate(spec: PodSpec, minor: number): PodSecurityVerdict {
  const { checks, overridden } = policyAt(minor);
  const violations: PodSecurityViolation[] = [];
  for (const { check, revision } of checks) {
    const failure = revision.run(spec);
    if (failure !== null) violations.push({ check: check.id, level: check.level, ...failure });
  }
  const level = violations.every(({ check }) => overridden.has(check))
    ? 'restricted'
    : violations.every((violation) => violation.level === 'restricted')
      ? 'baseline'
      : 'privileged';
  return { level, violations };
}

/** The checks of a policy version. */
interface PolicyVersion {
  /** Baseline ones first, in upstream's order. */
  readonly checks: readonly { readonly check: PodSecurityCheck; readonly revision: CheckRevision }[];
  /** Baseline checks that a check of restricted stands for. */
  readonly overridden: ReadonlySet<string>;
}

const POLICIES = new Map<number, PolicyVersion>();

function policyAt(minor: number): PolicyVersion {
  let policy = POLICIES.get(minor);
  if (policy === undefined) {
    const checks = [...BASELINE_CHECKS, ...RESTRICTED_CHECKS].flatMap((check) => {
      const revision = check.revisions.findLast(({ from }) => from <= minor);
      return revision === undefined ? [] : [{ check, revision }];
    });
    const overriding = checks.filter(({ check }) => check.level === 'restricted');
    policy = { checks, overridden: new Set(overriding.flatMap(({ revision }) => revision.overrides ?? [])) };
    POLICIES.set(minor, policy);
  }
  return policy;
}
