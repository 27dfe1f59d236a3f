import type { JsonRecord } from '../json-value.ts';

type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job' | 'Pod' | 'StaticPod';

/** Who writes a workload's manifests into the cluster. */
export type Delivery =
  | { readonly by: 'kubectl' }
  | { readonly by: 'helm'; readonly release: string; readonly chart: string }
  | { readonly by: 'argocd'; readonly app: string };

/** Where the value of an environment variable comes from; a text is the value itself. */
export type EnvValue =
  string | { readonly secret: string; readonly key: string } | { readonly configMap: string; readonly key: string };

interface PortPlan {
  readonly name: string;
  readonly port: number;
  readonly hostPort?: number;
  readonly protocol?: 'TCP' | 'UDP';
}

interface VolumePlan {
  readonly name: string;
  readonly mountPath: string;
  /** The volume's source as the pod spec writes it, such as `{ secret: { secretName: 'x' } }`. */
  readonly source: JsonRecord;
  readonly readOnly?: boolean;
}

export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly PortPlan[];
  readonly env?: Readonly<Record<string, EnvValue>>;
  /** Names of Secrets and ConfigMaps of which every key becomes a variable. */
  readonly envFrom?: readonly ({ readonly secret: string } | { readonly configMap: string })[];
  readonly volumes?: readonly VolumePlan[];
  readonly securityContext?: JsonRecord;
}

/** What tells one workload of the demo cluster from another; the rest is the same for all. */
export interface WorkloadPlan {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly replicas?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of the pods where they differ from the workload's own. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** The selector; by default `app`, or `app.kubernetes.io/name` and `instance`, whichever the pods have. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerPlan[];
  readonly serviceAccount?: string;
  readonly automountToken?: boolean;
  /** `restricted` fulfils the pod security standard of that name; `default` sets nothing. */
  readonly hardening?: 'restricted' | 'default';
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly imagePullSecrets?: readonly string[];
  readonly delivery?: Delivery;
  readonly ageDays: number;
  readonly restarts?: number;
  readonly schedule?: string;
  /** `all`: also on the control plane; DaemonSets only. */
  readonly nodes?: 'all' | 'workers';
  readonly priorityClass?: string;
}

export const RESTRICTED_CONTAINER: JsonRecord = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The six recommended labels of an application (kubernetes.io, "Recommended Labels"). */
export function recommendedLabels(
  name: string,
  instance: string,
  version: string,
  component: string,
  partOf: string,
  managedBy: string,
): Record<string, string> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': partOf,
    'app.kubernetes.io/managed-by': managedBy,
  };
}
