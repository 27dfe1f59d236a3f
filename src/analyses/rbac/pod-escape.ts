import { namespacePolicy } from '../../kube/pod-security-namespace.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { hostPathMounts } from '../vigilance/host-paths.ts';
import { runningSpecs } from '../workload/running-specs.ts';
import { workload } from '../workload/workloads.ts';

/** Pods of a workload whose containers are root on their node, or can make themselves so. */
export interface EscapingPods {
  /** `DaemonSet kube-system/agent`. */
  readonly workload: string;
  readonly ref: ObjectRef;
  /** To be read after "is": `privileged`. */
  readonly because: string;
  /** Names of the pods that run. */
  readonly pods: readonly string[];
}

/** Whether pod security of a namespace (null: of some namespace) admits a privileged pod. */
export function admitsPrivileged(view: ClusterView, namespace: string | null): boolean {
  if (namespace === null) {
    return view.derive('rbac/admits-privileged', '', (inner) => {
      const all = inner.list('Namespace');
      return all.length === 0 || all.some((one) => namespacePolicy(one.labels).enforce.level === 'privileged');
    });
  }
  const object = view.get('Namespace', '', namespace);
  return object === undefined || namespacePolicy(object.labels).enforce.level === 'privileged';
}

/** The running workloads of a namespace that can escape to their node, in order. */
export function escapingPods(view: ClusterView, namespace: string): readonly EscapingPods[] {
  return view.derive(
    'rbac/escaping-pods',
    namespace,
    (inner) =>
      escapingWorkloads(inner, namespace).map(({ ref, because }) => {
        const classes = workload(inner, namespace, ref.kind, ref.name)?.classes ?? [];
        const running = classes.filter((one) => one.state === 'active');
        const pods = running.flatMap((one) => one.pods.map((pod) => pod.name));
        return { workload: `${ref.kind} ${namespace}/${ref.name}`, ref, because, pods };
      }),
    deepEqual,
  );
}

/** Which workloads those are and why, whatever their pods are called. */
function escapingWorkloads(view: ClusterView, namespace: string): readonly Pick<EscapingPods, 'ref' | 'because'>[] {
  return view.derive(
    'rbac/escaping-workloads',
    namespace,
    (inner) =>
      runningSpecs(inner, namespace).flatMap(({ ref, specs }) => {
        const running = specs.filter(({ state }) => state === 'active');
        const because = running.flatMap(({ spec }) => escapeOf(inner, namespace, spec) ?? [])[0];
        return because === undefined ? [] : [{ ref, because }];
      }),
    deepEqual,
  );
}

/** The first namespace's that has any. */
export function anyEscapingPods(view: ClusterView): readonly EscapingPods[] {
  return view.derive(
    'rbac/escaping-pods-everywhere',
    '',
    (inner) => {
      for (const namespace of inner.namespaces('Pod')) {
        const found = escapingPods(inner, namespace);
        if (found.length > 0) return found.slice(0, 1);
      }
      return [];
    },
    deepEqual,
  );
}

/**
 * Why a pod of this specification is as good as root on its node; undefined where it is not.
 * Source: /docs/concepts/security/pod-security-standards (what baseline forbids), of that what gives the node by itself:
 * a privileged container without a user namespace, a runtime socket, or a writable host path that the node trusts.
 */
export function escapeOf(view: ClusterView, namespace: string, spec: PodSpec): string | undefined {
  if (spec.hostUsers !== false && spec.containers.some((one) => one.securityContext.privileged === true)) {
    return 'privileged';
  }
  const mount = hostPathMounts(view, namespace, spec, 'Pod').find(
    (one) => one.containers.length > 0 && (one.runtimeSocket !== undefined || (one.writable && one.sensitive)),
  );
  return mount === undefined ? undefined : `given ${mount.hostPath} of its node`;
}
