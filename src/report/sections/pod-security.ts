import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import { podClasses, workloadNamespaces } from '../../analyses/workload/workloads.ts';
import { evaluatePodSecurity, NEWEST_POLICY_MINOR } from '../../kube/pod-security.ts';
import type { PodSecurityLevel } from '../../kube/pod-security-check.ts';
import { parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface JudgedPod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly level: PodSecurityLevel;
  readonly violations: readonly { readonly check: string; readonly level: string; readonly detail: string }[];
}

/**
 * The `podSecurity` field of the report: every pod, or workload of a file that stands for its pods, with its level.
 *
 * @param version `v1.x` to judge at, `latest`, or undefined for the version of the view
 */
export function podSecuritySection(
  view: ClusterView,
  version?: string,
): { readonly version: string; readonly pods: Iterable<JudgedPod> } {
  const asked = parseKubernetesVersion(version ?? '');
  const minor = asked === null ? policyMinor(view) : Math.min(asked.minor, NEWEST_POLICY_MINOR);
  return { version: `v1.${minor}`, pods: judgedPods(view, minor) };
}

function* judgedPods(view: ClusterView, minor: number): Generator<JudgedPod> {
  for (const namespace of workloadNamespaces(view)) {
    for (const one of podClasses(view, namespace)) {
      const verdict = evaluatePodSecurity(one.spec, minor);
      const judged = {
        workload: { kind: one.workload.kind, name: one.workload.name },
        level: verdict.level,
        violations: verdict.violations.map(({ check, level, reason, detail }) => ({
          check,
          level,
          detail: detail === '' ? reason : detail,
        })),
      };
      const names = one.pods.length === 0 ? [one.workload.name] : one.pods.map((pod) => pod.name);
      for (const name of names) yield { namespace, name, ...judged };
    }
  }
}
