import { namespaceLevels, provenLevel, refusedByNext } from '../../analyses/pod-security/namespace-levels.ts';
import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import { podClasses, workloadNamespaces } from '../../analyses/workload/workloads.ts';
import { evaluatePodSecurity, NEWEST_POLICY_MINOR } from '../../kube/pod-security.ts';
import type { PodSecurityLevel } from '../../kube/pod-security-check.ts';
import { parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import { namespacePolicy, type LevelVersion } from '../../kube/pod-security-namespace.ts';
import type { NamespaceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { capped, type Capped } from './capped.ts';

export interface JudgedPod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly level: PodSecurityLevel;
  readonly violations: readonly { readonly check: string; readonly level: string; readonly detail: string }[];
}

/** What a namespace asks of pods, and what its workloads of today would pass. */
interface JudgedNamespace {
  readonly name: string;
  readonly enforce: LevelAsked;
  readonly audit: LevelAsked;
  readonly warn: LevelAsked;
  /** Workloads judged; this and what follows is null where pods could not be read. */
  readonly workloads: number | null;
  /** The strictest level that admits all of them. */
  readonly passes: PodSecurityLevel | null;
  /** The workloads that the level above that refuses. */
  readonly refusedByNext: Capped<string> | null;
}

/** By the labels; without one the server's own configuration decides, which no API shows. */
interface LevelAsked {
  readonly level: PodSecurityLevel;
  /** `v1.30` or `latest` */
  readonly version: string;
}

/**
 * The `podSecurity` field of the report: every pod, or workload of a file that stands for its pods, with its level.
 *
 * @param version `v1.x` to judge at, `latest`, or undefined for the version of the view
 * @param isAsked the namespaces that are told about themselves; pods are told of all
 */
export function podSecuritySection(
  view: ClusterView,
  version?: string,
  isAsked: (namespace: string) => boolean = () => true,
): {
  readonly version: string;
  readonly namespaces: readonly JudgedNamespace[];
  readonly pods: Iterable<JudgedPod>;
} {
  const asked = parseKubernetesVersion(version ?? '');
  const minor = asked === null ? policyMinor(view) : Math.min(asked.minor, NEWEST_POLICY_MINOR);
  const asking = view.list('Namespace').filter(({ name }) => isAsked(name));
  const namespaces = asking.map((one) => judgedNamespace(view, one));
  return { version: `v1.${minor}`, namespaces, pods: judgedPods(view, minor) };
}

function judgedNamespace(view: ClusterView, { name, labels }: NamespaceObject): JudgedNamespace {
  const { enforce, audit, warn } = namespacePolicy(labels);
  const asked = { name, enforce: levelAsked(enforce), audit: levelAsked(audit), warn: levelAsked(warn) };
  if (!view.readable('Pod', name).ok) return { ...asked, workloads: null, passes: null, refusedByNext: null };
  const levels = namespaceLevels(view, name);
  const level = provenLevel(levels);
  return {
    ...asked,
    workloads: levels.judged,
    passes: level === 'unknown' ? null : level,
    refusedByNext: capped(refusedByNext(levels)),
  };
}

function levelAsked({ level, version }: LevelVersion): LevelAsked {
  return { level, version: version === 'latest' ? version : `v1.${version}` };
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
