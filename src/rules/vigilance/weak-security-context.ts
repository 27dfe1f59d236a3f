/**
 * What pods of a workload lack for the restricted level of the Pod Security Standards, and the baseline violations that
 * have no finding of their own (profiles, SELinux, sysctls, procMount, probe hosts): one finding with all violations.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/, k8s.io/pod-security-admission.
 */
import { membersOf } from '../../analyses/pod-security/judged-specs.ts';
import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import { refusedSpecs, workloadLevel } from '../../analyses/pod-security/workload-level.ts';
import { accessNote, isExpected, nodeAccess, severityFor } from '../../analyses/vigilance/node-agent.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import type { PodSecurityViolation } from '../../kube/pod-security.ts';
import { attack, cis, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

/** Checks whose failure is told by `privileged-workload`, `host-namespaces`, `host-path`, `host-port` and the like. */
const OWN_FINDING: ReadonlySet<string> = new Set([
  'capabilities_baseline',
  'hostNamespaces',
  'hostPathVolumes',
  'hostPorts',
  'privileged',
  'windowsHostProcess',
]);

export const weakSecurityContext = rule({
  id: 'vigilance/weak-security-context',
  subject: 'Workload',
  summary: 'Workloads that the restricted pod security level refuses',
  help: 'Running as root, with privilege escalation, all default capabilities or without a seccomp profile gives an attacker in the container more of the kernel than the program needs. The remedy is a securityContext that brings the workload to the level; test it, because a program may rely on what it takes away.',
  references: [
    cis('5.2.6'),
    cis('5.2.7'),
    cis('5.2.8'),
    cis('5.6.2'),
    cis('5.6.3'),
    owasp('K01'),
    attack('T1611'),
    podSecurityStandard('restricted'),
  ],
  needs: ['Pod'],
  check(subject, view) {
    const access = nodeAccess(subject);
    const minor = policyMinor(view);
    const { level, violations } = workloadLevel(subject, minor);
    if (level === undefined || violations.length === 0) return [];
    const { worth, checks, reasons, evidence } = textsOf(violations);
    const severity = severityFor(access, worth);
    if (severity === undefined) return [];
    const path = specPath(subject.ref.kind);
    return [
      {
        severity,
        advisory: isExpected(access),
        title: `Pod security level ${level}: fails ${checks} ${checks === 1 ? 'check' : 'checks'}${level === 'privileged' ? '' : ' of restricted'}`,
        why: `Judged at v1.${minor}: ${reasons}.${accessNote(access)}`,
        evidence: evidence.map((text) => ({ text, object: subject.ref, path })),
        members: membersOf(refusedSpecs(subject, 'restricted', minor)),
        remedies: ['vigilance/security-context-patch'],
        data: { level, minor, violations },
      },
    ];
  },
});

/** What is said of violations, whatever workload they are of. */
interface Texts {
  readonly worth: 'medium' | 'low';
  /** How many checks fail. */
  readonly checks: number;
  readonly reasons: string;
  readonly evidence: readonly string[];
}

/** Workloads of one specification share their violations, so that these are put into words once. */
const TEXTS = new WeakMap<readonly PodSecurityViolation[], Texts>();

function textsOf(violations: readonly PodSecurityViolation[]): Texts {
  let texts = TEXTS.get(violations);
  if (texts === undefined) TEXTS.set(violations, (texts = textsFor(violations)));
  return texts;
}

function textsFor(violations: readonly PodSecurityViolation[]): Texts {
  return {
    worth: violations.some((one) => one.level === 'baseline' && !OWN_FINDING.has(one.check)) ? 'medium' : 'low',
    checks: new Set(violations.map((one) => one.check)).size,
    reasons: [...new Set(violations.map((one) => one.reason))].join(', '),
    evidence: violations.map(
      ({ level, reason, detail }) => `${level}: ${reason}${detail === '' ? '' : ` (${detail})`}`,
    ),
  };
}
