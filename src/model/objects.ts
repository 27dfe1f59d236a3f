import type { Kind, REFERRER_KINDS, ROUTE_KINDS } from './kind.ts';
import type { CredentialSuspect, HostReference, PodSpec } from './pod-spec.ts';
import type { Labels, LabelSelector } from './selector.ts';

/** What every object has. Strings are sanitised and interned when the object is slimmed. */
export interface Meta {
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  /** '' for objects from files. */
  readonly uid: string;
  readonly labels: Labels;
  /** Only annotations that a rule reads (see `sources/slim`). */
  readonly annotations: Labels;
  /** Milliseconds since the epoch; null for objects from files. */
  readonly created: number | null;
  readonly owners: readonly OwnerReference[];
  readonly deleting: boolean;
  /** Who wrote the object last and when, where a rule needs it (`MANAGED_KINDS`); else empty. */
  readonly managers: readonly ManagerEntry[];
  /** Where a file declares it; null for objects from a cluster. */
  readonly location: FileLocation | null;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly controller: boolean;
}

export interface ManagerEntry {
  readonly manager: string;
  readonly operation: string;
  readonly time: number | null;
  /** Whether this manager owns `data` (or `stringData`) fields: the time then bounds the age of a Secret's data. */
  readonly ownsData: boolean;
  /** Key names under `f:data`. */
  readonly dataKeys: readonly string[];
  /** The API version that the manager wrote in, where a release of Kubernetes removes it; else left out. */
  readonly removedApi?: string;
}

export interface FileLocation {
  readonly file: string;
  readonly line: number;
}

interface Base<K extends Kind> extends Meta {
  readonly kind: K;
}

export interface PodObject extends Base<'Pod'> {
  readonly spec: PodSpec;
  readonly nodeName: string;
  /** Pending, Running, Succeeded, Failed or Unknown; '' for files. */
  readonly phase: string;
  readonly podIPs: readonly string[];
  readonly started: number | null;
  /** A static pod's mirror (annotation kubernetes.io/config.mirror, or owned by a Node). */
  readonly mirror: boolean;
}

export type WorkloadObject = {
  [
    K in 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'ReplicaSet' | 'ReplicationController' | 'CronJob'
  ]: Base<K> & {
    /** null where only metadata was read (ReplicaSets of a cluster). */
    readonly template: PodTemplate | null;
    /** spec.selector as a label selector (ReplicationController's map becomes matchLabels); null where it has none. */
    readonly selector: LabelSelector | null;
    /** spec.replicas; null for kinds that have none. */
    readonly replicas: number | null;
    readonly suspended: boolean;
    /** In its own annotations; absent where there are none. */
    readonly credentials?: readonly CredentialSuspect[];
  };
}['Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'ReplicaSet' | 'ReplicationController' | 'CronJob'];

export interface PodTemplate {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: PodSpec;
}

export type NamespaceObject = Base<'Namespace'>;

export interface NodeObject extends Base<'Node'> {
  readonly kubeletVersion: string;
  readonly kubeProxyVersion: string;
  readonly osImage: string;
  readonly operatingSystem: string;
  readonly containerRuntime: string;
  readonly ready: boolean | null;
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly providerID: string;
}

export interface ServiceObject extends Base<'Service'> {
  readonly type: string;
  readonly selector: Labels | null;
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  readonly externalName: string | null;
  readonly loadBalancerAddresses: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  readonly publishNotReadyAddresses: boolean;
  readonly ports: readonly ServicePort[];
}

export interface ServicePort {
  readonly name: string | null;
  readonly port: number;
  readonly targetPort: number | string;
  readonly nodePort: number | null;
  readonly protocol: string;
}

/** EndpointSlices and legacy Endpoints, reduced to addresses and ports. */
export type EndpointsObject = {
  [K in 'EndpointSlice' | 'Endpoints']: Base<K> & {
    /** The Service they belong to. */
    readonly service: string;
    readonly addresses: readonly string[];
    readonly ports: readonly {
      readonly name: string | null;
      readonly port: number | null;
      readonly protocol: string;
    }[];
  };
}['EndpointSlice' | 'Endpoints'];

export interface ServiceAccountObject extends Base<'ServiceAccount'> {
  readonly automountServiceAccountToken: boolean | null;
  readonly secrets: readonly string[];
  readonly imagePullSecrets: readonly string[];
}

export interface SecretObject extends Base<'Secret'> {
  /** null where the mode cannot know it. */
  readonly type: string | null;
  readonly keyCount: number | null;
  /** Key names where managedFields tell them; null otherwise. */
  readonly keys: readonly string[] | null;
  readonly immutable: boolean | null;
  /** Whether an annotation held a copy of the data (it was cut before the parse). */
  readonly valuesInAnnotation: boolean;
}

export interface ConfigMapObject extends Base<'ConfigMap'> {
  readonly keys: readonly string[];
  readonly references: readonly HostReference[];
  readonly credentials: readonly CredentialSuspect[];
  /** Whole values only of the few ConfigMaps that rules know by name (cilium-config, aws-auth keys …). */
  readonly known: Readonly<Record<string, string>>;
}

export interface NetworkPolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyObject extends Base<'NetworkPolicy'> {
  readonly podSelector: LabelSelector;
  /** As written; null where absent (the defaulting rule is in `kube/network-policy`). */
  readonly policyTypes: readonly string[] | null;
  readonly ingress:
    readonly { readonly from?: readonly NetworkPolicyPeer[]; readonly ports?: readonly NetworkPolicyPort[] }[] | null;
  readonly egress:
    readonly { readonly to?: readonly NetworkPolicyPeer[]; readonly ports?: readonly NetworkPolicyPort[] }[] | null;
}

/** Policies of other APIs keep their `spec` as it came (sanitised), or `specs` for Cilium; `kube/` gives it meaning. */
export type WiderPolicyObject = {
  [
    K in
      | 'AdminNetworkPolicy'
      | 'BaselineAdminNetworkPolicy'
      | 'ClusterNetworkPolicy'
      | 'CiliumNetworkPolicy'
      | 'CiliumClusterwideNetworkPolicy'
      | 'CalicoNetworkPolicy'
      | 'CalicoGlobalNetworkPolicy'
      | 'CalicoTier'
  ]: Base<K> & {
    readonly specs: readonly unknown[];
    /** Where some stand in a list (Cilium's `specs`), so that `spec` is not all of it. */
    readonly isListed?: true;
  };
}[
  | 'AdminNetworkPolicy'
  | 'BaselineAdminNetworkPolicy'
  | 'ClusterNetworkPolicy'
  | 'CiliumNetworkPolicy'
  | 'CiliumClusterwideNetworkPolicy'
  | 'CalicoNetworkPolicy'
  | 'CalicoGlobalNetworkPolicy'
  | 'CalicoTier'];

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export type RoleObject = {
  [K in 'Role' | 'ClusterRole']: Base<K> & {
    readonly rules: readonly PolicyRule[];
    /** aggregationRule.clusterRoleSelectors; null where the role is not aggregated. */
    readonly aggregation: readonly LabelSelector[] | null;
  };
}['Role' | 'ClusterRole'];

export interface Subject {
  /** User, Group or ServiceAccount. */
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

export type BindingObject = {
  [K in 'RoleBinding' | 'ClusterRoleBinding']: Base<K> & {
    readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
    readonly subjects: readonly Subject[];
  };
}['RoleBinding' | 'ClusterRoleBinding'];

export interface IngressObject extends Base<'Ingress'> {
  readonly className: string | null;
  readonly tls: readonly { readonly secretName: string | null; readonly hosts: readonly string[] }[];
  readonly backends: readonly {
    readonly host: string;
    readonly service: string;
    readonly port: number | string | null;
  }[];
  readonly addresses: readonly string[];
  /** Secrets that annotations for its controller name. */
  readonly secretRefs?: readonly SecretReference[];
  /** Annotations that hold configuration or code for the controller. */
  readonly snippets?: readonly string[];
}

export interface GatewayObject extends Base<'Gateway'> {
  readonly className: string;
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: string;
    readonly certificateRefs: readonly { readonly namespace: string; readonly name: string }[];
  }[];
  readonly addresses: readonly string[];
}

/** A route of the Gateway API: from its Gateways to Services. */
export type RouteObject = { [K in (typeof ROUTE_KINDS)[number]]: Base<K> & RouteFields }[(typeof ROUTE_KINDS)[number]];

export interface RouteFields {
  readonly parents: readonly {
    readonly namespace: string;
    readonly name: string;
    /** The listener; null for all of them. */
    readonly section?: string | null;
  }[];
  readonly hostnames: readonly string[];
  readonly backends: readonly { readonly namespace: string; readonly service: string; readonly port: number | null }[];
}

export interface PodDisruptionBudgetObject extends Base<'PodDisruptionBudget'> {
  /** null selects nothing (policy/v1). */
  readonly selector: LabelSelector | null;
}

export interface HorizontalPodAutoscalerObject extends Base<'HorizontalPodAutoscaler'> {
  readonly target: { readonly kind: string; readonly name: string };
}

export type WebhookConfigurationObject = {
  [K in 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration']: Base<K> & {
    readonly webhooks: readonly {
      readonly name: string;
      readonly failurePolicy: string;
      readonly service: { readonly namespace: string; readonly name: string; readonly port: number } | null;
      readonly url: string | null;
      readonly namespaceSelector: LabelSelector;
      readonly objectSelector: LabelSelector;
      readonly resources: readonly string[];
    }[];
  };
}['ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration'];

/** What an admission policy asks for besides the request; null: no parameters. */
export type AdmissionPolicyObject = {
  [K in 'ValidatingAdmissionPolicy' | 'MutatingAdmissionPolicy']: Base<K> & {
    readonly paramKind: { readonly group: string; readonly kind: string } | null;
  };
}['ValidatingAdmissionPolicy' | 'MutatingAdmissionPolicy'];

/** Which policy a binding puts to work, and with which parameters; null: none. */
export type AdmissionPolicyBindingObject = {
  [K in 'ValidatingAdmissionPolicyBinding' | 'MutatingAdmissionPolicyBinding']: Base<K> & {
    readonly policyName: string;
    readonly paramRef: {
      /** '' where a selector chooses. */
      readonly name: string;
      /** '': the namespace of the object at hand, or parameters without a namespace. */
      readonly namespace: string;
    } | null;
  };
}['ValidatingAdmissionPolicyBinding' | 'MutatingAdmissionPolicyBinding'];

export interface CustomResourceDefinitionObject extends Base<'CustomResourceDefinition'> {
  readonly group: string;
  readonly resource: string;
  readonly crdKind: string;
  readonly scope: string;
  /** Whether its schema has a field that may name a Secret. */
  readonly namesSecrets?: boolean;
  readonly conversionService: { readonly namespace: string; readonly name: string; readonly port: number } | null;
}

export interface APIServiceObject extends Base<'APIService'> {
  readonly group: string;
  readonly version: string;
  readonly insecureSkipTLSVerify: boolean;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number } | null;
}

export interface PersistentVolumeObject extends Base<'PersistentVolume'> {
  readonly hostPath: string | null;
  /** The folder or disk of the node that a `local` volume is; absent for other volumes. */
  readonly localPath?: string;
  /** Secrets that its driver logs in with (`csi.nodeStageSecretRef`, `rbd.secretRef` …). */
  readonly secretRefs?: readonly SecretReference[];
  readonly claim: { readonly namespace: string; readonly name: string } | null;
}

export interface PersistentVolumeClaimObject extends Base<'PersistentVolumeClaim'> {
  readonly volumeName: string;
  readonly storageClassName: string | null;
}

export interface PodTemplateObject extends Base<'PodTemplate'> {
  readonly template: PodTemplate;
}

/** Objects that say which repository owns others: Argo CD Applications, Flux Kustomizations and HelmReleases. */
export type DeliveryObject = {
  [K in 'ArgoApplication' | 'FluxKustomization' | 'FluxHelmRelease']: Base<K> & {
    readonly repoURL: string | null;
    readonly path: string | null;
    readonly targetNamespace: string | null;
    readonly secretRefs?: readonly SecretReference[];
  };
}['ArgoApplication' | 'FluxKustomization' | 'FluxHelmRelease'];

/** A Secret that an object names; namespace '' is any. */
export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
}

/** A custom resource of an operator, reduced to the Secrets that it names. */
export type SecretReferrerObject = {
  [K in (typeof REFERRER_KINDS)[number]]: Base<K> & { readonly secretRefs: readonly SecretReference[] };
}[(typeof REFERRER_KINDS)[number]];

/** What a monitor scrapes of its Services or pods; without either field, every port. `port` goes before `targetPort`. */
export interface MonitorEndpoint {
  /** Name of a Service port (ServiceMonitor) or of a container port (PodMonitor). */
  readonly port: string | null;
  /** Name or number of a container port. */
  readonly targetPort: string | number | null;
}

type MonitorKind = 'ServiceMonitor' | 'PodMonitor' | 'VMServiceScrape' | 'VMPodScrape';

/**
 * The Prometheus Operator's ServiceMonitor, which selects Services, and PodMonitor, which selects pods; what the
 * VictoriaMetrics operator has of both.
 */
export type MonitorObject = {
  [K in MonitorKind]: Base<K> & {
    readonly selector: LabelSelector;
    /** null: every namespace. */
    readonly namespaces: readonly string[] | null;
    readonly endpoints: readonly MonitorEndpoint[];
    readonly secretRefs: readonly SecretReference[];
  };
}[MonitorKind];

/** Which monitors a scraper takes: no selector takes none, no namespace selector means its own namespace. */
interface MonitorSelection {
  readonly selector: LabelSelector | null;
  readonly namespaceSelector: LabelSelector | null;
}

/** What an operator makes scrapers of: the Prometheus Operator's Prometheus and PrometheusAgent, a VMAgent. */
export type ScraperObject = {
  [K in 'Prometheus' | 'PrometheusAgent' | 'VMAgent']: Base<K> & {
    /** By the kinds of monitor that it can take. */
    readonly monitors: Readonly<Partial<Record<MonitorKind, MonitorSelection>>>;
    /** Its monitors reach no further than their own namespace. */
    readonly ignoreNamespaceSelectors: boolean;
    readonly secretRefs: readonly SecretReference[];
  };
}['Prometheus' | 'PrometheusAgent' | 'VMAgent'];

/** cert-manager's Certificate. Times in milliseconds since the epoch; null where cert-manager has not said. */
export interface CertificateObject extends Base<'Certificate'> {
  /** The Secret that it fills. */
  readonly secretName: string | null;
  readonly notAfter: number | null;
  readonly renewalTime: number | null;
  readonly ready: boolean | null;
  readonly secretRefs: readonly SecretReference[];
}

export type KubeObject =
  | PodObject
  | WorkloadObject
  | NamespaceObject
  | NodeObject
  | ServiceObject
  | EndpointsObject
  | ServiceAccountObject
  | SecretObject
  | ConfigMapObject
  | NetworkPolicyObject
  | WiderPolicyObject
  | RoleObject
  | BindingObject
  | IngressObject
  | GatewayObject
  | RouteObject
  | PodDisruptionBudgetObject
  | HorizontalPodAutoscalerObject
  | WebhookConfigurationObject
  | AdmissionPolicyObject
  | AdmissionPolicyBindingObject
  | CustomResourceDefinitionObject
  | APIServiceObject
  | PersistentVolumeObject
  | PersistentVolumeClaimObject
  | PodTemplateObject
  | DeliveryObject
  | SecretReferrerObject
  | MonitorObject
  | ScraperObject
  | CertificateObject;

/** The object type of a kind. */
export type ObjectOf<K extends Kind> = Extract<KubeObject, { readonly kind: K }>;
