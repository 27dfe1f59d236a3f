import type { LabelSelector } from './selector.ts';

/**
 * What rules read of a pod specification, of pods and of pod templates alike. Equal specifications are one shared
 * object (interned when an object is slimmed), so `===` on specs means "equal in all that rules read". Values of
 * env, args and commands are not here: they became facts (`references`, `credentials`, secret uses).
 */
export interface PodSpec {
  readonly serviceAccountName: string;
  /** null where the pod does not say, so that the service account's own setting decides. */
  readonly automountServiceAccountToken: boolean | null;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  /** null where unset; false puts the pod into a user namespace. */
  readonly hostUsers: boolean | null;
  readonly shareProcessNamespace: boolean;
  /** spec.os.name */
  readonly os: string | null;
  readonly runtimeClassName: string | null;
  readonly priorityClassName: string | null;
  readonly securityContext: PodSecurityContext;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly imagePullSecrets: readonly string[];
  /** Pod affinity, anti-affinity and topology spread constraints, those that select pods. */
  readonly placementTerms: readonly PlacementTerm[];
  /** Hosts that env values, args and commands name. */
  readonly references: readonly HostReference[];
  /** Literals in env, args or commands that look like credentials. */
  readonly credentials: readonly CredentialSuspect[];
  /** Secrets that arguments and env variables name, as controllers take them; namespace '' is the pod's own. */
  readonly secretArguments?: readonly { readonly namespace: string; readonly name: string }[];
  /** Absent for pods that run no component of the control plane. */
  readonly controlPlane?: ControlPlane;
  /** Flags and variables by which an agent of a network plugin enforces policies or not; absent for all other pods. */
  readonly networkAgent?: Readonly<Record<string, string>>;
  /** `container.apparmor.security.beta.kubernetes.io/*` and `seccomp.security.alpha.kubernetes.io/*` annotations. */
  readonly securityAnnotations: Readonly<Record<string, string>>;
}

/**
 * Pods near which, or away from which, the scheduler places a pod. A term without a labelSelector selects none and is left
 * out.
 *
 * Source: k8s.io/api core/v1 types.go, PodAffinityTerm and TopologySpreadConstraint
 */
export interface PlacementTerm {
  readonly type: 'affinity' | 'anti-affinity' | 'spread';
  /** Whether a pod stays unscheduled rather than be placed otherwise. */
  readonly isRequired: boolean;
  /** Where it stands in the specification, such as `topologySpreadConstraints[0]`. */
  readonly path: string;
  readonly selector: LabelSelector;
  /** Labels of which pods have to have the value that the placed pod has; absent where there are none. */
  readonly matchLabelKeys?: readonly string[];
  /** Labels of which they may not have it. */
  readonly mismatchLabelKeys?: readonly string[];
  /** Besides those of `namespaceSelector`; where neither names any, the pod's own. */
  readonly namespaces: readonly string[];
  /** An empty one selects all namespaces; null: none. */
  readonly namespaceSelector: LabelSelector | null;
}

export const CONTROL_PLANE_COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
] as const;

/** A component of the control plane, as its static pod shows it. */
export interface ControlPlane {
  readonly component: (typeof CONTROL_PLANE_COMPONENTS)[number];
  /** Flags that rules read and that are set; `off`: to `false`. */
  readonly flags: Readonly<Record<string, 'on' | 'off'>>;
}

export interface PodSecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly appArmorProfile?: { readonly type: string };
  readonly seLinuxOptions?: SELinuxOptions;
  readonly sysctls?: readonly { readonly name: string }[];
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  /** Fields of a manifest that no server knows here: misspelt, or a container's. */
  readonly unknownFields?: readonly string[];
}

export interface SELinuxOptions {
  readonly type?: string;
  readonly user?: string;
  readonly role?: string;
}

export interface ContainerSecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly procMount?: string;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type: string };
  readonly appArmorProfile?: { readonly type: string };
  readonly seLinuxOptions?: SELinuxOptions;
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  /** Fields of a manifest that no server knows here: misspelt, or a pod's. */
  readonly unknownFields?: readonly string[];
}

export interface Container {
  readonly name: string;
  readonly role: 'container' | 'init' | 'ephemeral';
  readonly image: string;
  readonly imagePullPolicy: string | null;
  /** An init container with restartPolicy Always. */
  readonly sidecar: boolean;
  readonly ports: readonly ContainerPort[];
  readonly securityContext: ContainerSecurityContext;
  readonly volumeMounts: readonly VolumeMount[];
  /** Secrets and ConfigMaps that env and envFrom name. `key` is null for envFrom. */
  readonly envSources: readonly EnvSource[];
  /** Hosts that probes and lifecycle handlers set (`httpGet.host`, `tcpSocket.host`), with their field path. */
  readonly handlerHosts: readonly { readonly path: string; readonly host: string }[];
  /** Ports that kubelet probes reach; they need no policy (a node reaches its own pods). */
  readonly hasProbes: boolean;
}

export interface ContainerPort {
  readonly name: string | null;
  readonly containerPort: number;
  readonly hostPort: number | null;
  readonly protocol: string;
}

interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath: boolean;
  readonly readOnly: boolean;
  /** mountPropagation: Bidirectional, which only privileged containers may have. */
  readonly bidirectional?: true;
}

export interface EnvSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string | null;
  readonly optional: boolean;
}

export interface Volume {
  readonly name: string;
  /** The volume source's field name (`secret`, `hostPath`, `projected`, …). */
  readonly type: string;
  readonly hostPath: string | null;
  readonly claimName: string | null;
  readonly csiDriver: string | null;
  /** Secrets and ConfigMaps that the volume mounts, projected sources included. */
  readonly sources: readonly {
    readonly kind: 'Secret' | 'ConfigMap';
    readonly name: string;
    readonly optional: boolean;
  }[];
  /** A projected serviceAccountToken source. */
  readonly serviceAccountToken: boolean;
}

/** A host that configuration names: `postgres.data:5432`, `http://cart.shop.svc`, `10.0.0.7:6379`. */
export interface HostReference {
  readonly host: string;
  readonly port: number | null;
  /** Where it was found, such as `env DATABASE_URL of container app`; never the value. */
  readonly from: string;
}

/** A literal that looks like a credential. The value itself is never kept. */
export interface CredentialSuspect {
  /** Where, such as `env DB_PASSWORD of container app`. */
  readonly where: string;
  /** Container name; null for ConfigMaps and annotations. */
  readonly container: string | null;
  /** The env variable, flag, ConfigMap key or annotation key. */
  readonly key: string;
  /** The detector's rule id. */
  readonly rule: string;
  readonly lengthClass: '8-15' | '16-31' | '32-63' | '64+';
}
