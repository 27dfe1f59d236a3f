/**
 * The kinds of object that k8sec reads, by an id of our own. Ids equal the Kubernetes kind except where two API groups
 * use the same kind name (Calico's NetworkPolicy), because the kind name alone is then no identity.
 */
export interface KindInfo {
  /** API group; '' is the core group. */
  readonly group: string;
  /** Served versions that k8sec understands, the preferred one first. */
  readonly versions: readonly [string, ...string[]];
  /** The kind as manifests write it. */
  readonly kind: string;
  /** Plural resource name in URLs and RBAC rules. */
  readonly resource: string;
  readonly namespaced: boolean;
}

const CORE = { group: '', versions: ['v1'] } as const;
const APPS = { group: 'apps', versions: ['v1'] } as const;
const RBAC = { group: 'rbac.authorization.k8s.io', versions: ['v1'] } as const;
const ADMISSION = { group: 'admissionregistration.k8s.io', versions: ['v1'] } as const;
/** Mutating ones are served as v1 from 1.36 on, before as beta where somebody turned them on. */
const ADMISSION_POLICY = { group: 'admissionregistration.k8s.io', versions: ['v1', 'v1beta1'] } as const;
const GATEWAY = { group: 'gateway.networking.k8s.io', versions: ['v1', 'v1beta1'] } as const;
/** Routes that came later, or never came further than the experimental channel of the Gateway API. */
const ROUTE = { group: 'gateway.networking.k8s.io', versions: ['v1', 'v1alpha3', 'v1alpha2'] } as const;
const CALICO = { group: 'projectcalico.org', versions: ['v3'] } as const;
const CILIUM = { group: 'cilium.io', versions: ['v2'] } as const;
const ADMIN_POLICY = { group: 'policy.networking.k8s.io', versions: ['v1alpha1'] } as const;

export const KINDS = {
  Pod: { ...CORE, kind: 'Pod', resource: 'pods', namespaced: true },
  Namespace: { ...CORE, kind: 'Namespace', resource: 'namespaces', namespaced: false },
  Node: { ...CORE, kind: 'Node', resource: 'nodes', namespaced: false },
  Service: { ...CORE, kind: 'Service', resource: 'services', namespaced: true },
  Endpoints: { ...CORE, kind: 'Endpoints', resource: 'endpoints', namespaced: true },
  ServiceAccount: { ...CORE, kind: 'ServiceAccount', resource: 'serviceaccounts', namespaced: true },
  Secret: { ...CORE, kind: 'Secret', resource: 'secrets', namespaced: true },
  ConfigMap: { ...CORE, kind: 'ConfigMap', resource: 'configmaps', namespaced: true },
  PersistentVolume: { ...CORE, kind: 'PersistentVolume', resource: 'persistentvolumes', namespaced: false },
  PersistentVolumeClaim: {
    ...CORE,
    kind: 'PersistentVolumeClaim',
    resource: 'persistentvolumeclaims',
    namespaced: true,
  },
  ReplicationController: {
    ...CORE,
    kind: 'ReplicationController',
    resource: 'replicationcontrollers',
    namespaced: true,
  },
  PodTemplate: { ...CORE, kind: 'PodTemplate', resource: 'podtemplates', namespaced: true },
  Deployment: { ...APPS, kind: 'Deployment', resource: 'deployments', namespaced: true },
  ReplicaSet: { ...APPS, kind: 'ReplicaSet', resource: 'replicasets', namespaced: true },
  StatefulSet: { ...APPS, kind: 'StatefulSet', resource: 'statefulsets', namespaced: true },
  DaemonSet: { ...APPS, kind: 'DaemonSet', resource: 'daemonsets', namespaced: true },
  Job: { group: 'batch', versions: ['v1'], kind: 'Job', resource: 'jobs', namespaced: true },
  CronJob: { group: 'batch', versions: ['v1'], kind: 'CronJob', resource: 'cronjobs', namespaced: true },
  EndpointSlice: {
    group: 'discovery.k8s.io',
    versions: ['v1'],
    kind: 'EndpointSlice',
    resource: 'endpointslices',
    namespaced: true,
  },
  NetworkPolicy: {
    group: 'networking.k8s.io',
    versions: ['v1'],
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    namespaced: true,
  },
  Ingress: { group: 'networking.k8s.io', versions: ['v1'], kind: 'Ingress', resource: 'ingresses', namespaced: true },
  Gateway: { ...GATEWAY, kind: 'Gateway', resource: 'gateways', namespaced: true },
  HTTPRoute: { ...GATEWAY, kind: 'HTTPRoute', resource: 'httproutes', namespaced: true },
  GRPCRoute: { ...ROUTE, kind: 'GRPCRoute', resource: 'grpcroutes', namespaced: true },
  TLSRoute: { ...ROUTE, kind: 'TLSRoute', resource: 'tlsroutes', namespaced: true },
  TCPRoute: { ...ROUTE, kind: 'TCPRoute', resource: 'tcproutes', namespaced: true },
  UDPRoute: { ...ROUTE, kind: 'UDPRoute', resource: 'udproutes', namespaced: true },
  Role: { ...RBAC, kind: 'Role', resource: 'roles', namespaced: true },
  ClusterRole: { ...RBAC, kind: 'ClusterRole', resource: 'clusterroles', namespaced: false },
  RoleBinding: { ...RBAC, kind: 'RoleBinding', resource: 'rolebindings', namespaced: true },
  ClusterRoleBinding: { ...RBAC, kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', namespaced: false },
  PodDisruptionBudget: {
    group: 'policy',
    versions: ['v1'],
    kind: 'PodDisruptionBudget',
    resource: 'poddisruptionbudgets',
    namespaced: true,
  },
  HorizontalPodAutoscaler: {
    group: 'autoscaling',
    versions: ['v2', 'v1'],
    kind: 'HorizontalPodAutoscaler',
    resource: 'horizontalpodautoscalers',
    namespaced: true,
  },
  ValidatingWebhookConfiguration: {
    ...ADMISSION,
    kind: 'ValidatingWebhookConfiguration',
    resource: 'validatingwebhookconfigurations',
    namespaced: false,
  },
  MutatingWebhookConfiguration: {
    ...ADMISSION,
    kind: 'MutatingWebhookConfiguration',
    resource: 'mutatingwebhookconfigurations',
    namespaced: false,
  },
  ValidatingAdmissionPolicy: {
    ...ADMISSION_POLICY,
    kind: 'ValidatingAdmissionPolicy',
    resource: 'validatingadmissionpolicies',
    namespaced: false,
  },
  MutatingAdmissionPolicy: {
    ...ADMISSION_POLICY,
    kind: 'MutatingAdmissionPolicy',
    resource: 'mutatingadmissionpolicies',
    namespaced: false,
  },
  ValidatingAdmissionPolicyBinding: {
    ...ADMISSION_POLICY,
    kind: 'ValidatingAdmissionPolicyBinding',
    resource: 'validatingadmissionpolicybindings',
    namespaced: false,
  },
  MutatingAdmissionPolicyBinding: {
    ...ADMISSION_POLICY,
    kind: 'MutatingAdmissionPolicyBinding',
    resource: 'mutatingadmissionpolicybindings',
    namespaced: false,
  },
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    versions: ['v1'],
    kind: 'CustomResourceDefinition',
    resource: 'customresourcedefinitions',
    namespaced: false,
  },
  APIService: {
    group: 'apiregistration.k8s.io',
    versions: ['v1'],
    kind: 'APIService',
    resource: 'apiservices',
    namespaced: false,
  },
  AdminNetworkPolicy: {
    ...ADMIN_POLICY,
    kind: 'AdminNetworkPolicy',
    resource: 'adminnetworkpolicies',
    namespaced: false,
  },
  BaselineAdminNetworkPolicy: {
    ...ADMIN_POLICY,
    kind: 'BaselineAdminNetworkPolicy',
    resource: 'baselineadminnetworkpolicies',
    namespaced: false,
  },
  ClusterNetworkPolicy: {
    group: 'policy.networking.k8s.io',
    versions: ['v1alpha2'],
    kind: 'ClusterNetworkPolicy',
    resource: 'clusternetworkpolicies',
    namespaced: false,
  },
  CiliumNetworkPolicy: {
    ...CILIUM,
    kind: 'CiliumNetworkPolicy',
    resource: 'ciliumnetworkpolicies',
    namespaced: true,
  },
  CiliumClusterwideNetworkPolicy: {
    ...CILIUM,
    kind: 'CiliumClusterwideNetworkPolicy',
    resource: 'ciliumclusterwidenetworkpolicies',
    namespaced: false,
  },
  CalicoNetworkPolicy: { ...CALICO, kind: 'NetworkPolicy', resource: 'networkpolicies', namespaced: true },
  CalicoGlobalNetworkPolicy: {
    ...CALICO,
    kind: 'GlobalNetworkPolicy',
    resource: 'globalnetworkpolicies',
    namespaced: false,
  },
  CalicoTier: { ...CALICO, kind: 'Tier', resource: 'tiers', namespaced: false },
  ArgoApplication: {
    group: 'argoproj.io',
    versions: ['v1alpha1'],
    kind: 'Application',
    resource: 'applications',
    namespaced: true,
  },
  FluxKustomization: {
    group: 'kustomize.toolkit.fluxcd.io',
    versions: ['v1', 'v1beta2'],
    kind: 'Kustomization',
    resource: 'kustomizations',
    namespaced: true,
  },
  FluxHelmRelease: {
    group: 'helm.toolkit.fluxcd.io',
    versions: ['v2', 'v2beta2'],
    kind: 'HelmRelease',
    resource: 'helmreleases',
    namespaced: true,
  },
  Certificate: {
    group: 'cert-manager.io',
    versions: ['v1'],
    kind: 'Certificate',
    resource: 'certificates',
    namespaced: true,
  },
  Issuer: { group: 'cert-manager.io', versions: ['v1'], kind: 'Issuer', resource: 'issuers', namespaced: true },
  ClusterIssuer: {
    group: 'cert-manager.io',
    versions: ['v1'],
    kind: 'ClusterIssuer',
    resource: 'clusterissuers',
    namespaced: false,
  },
  ExternalSecret: {
    group: 'external-secrets.io',
    versions: ['v1', 'v1beta1'],
    kind: 'ExternalSecret',
    resource: 'externalsecrets',
    namespaced: true,
  },
  SecretStore: {
    group: 'external-secrets.io',
    versions: ['v1', 'v1beta1'],
    kind: 'SecretStore',
    resource: 'secretstores',
    namespaced: true,
  },
  ClusterSecretStore: {
    group: 'external-secrets.io',
    versions: ['v1', 'v1beta1'],
    kind: 'ClusterSecretStore',
    resource: 'clustersecretstores',
    namespaced: false,
  },
  IngressRoute: {
    group: 'traefik.io',
    versions: ['v1alpha1'],
    kind: 'IngressRoute',
    resource: 'ingressroutes',
    namespaced: true,
  },
  IstioGateway: {
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1'],
    kind: 'Gateway',
    resource: 'gateways',
    namespaced: true,
  },
  ServiceMonitor: {
    group: 'monitoring.coreos.com',
    versions: ['v1'],
    kind: 'ServiceMonitor',
    resource: 'servicemonitors',
    namespaced: true,
  },
  PodMonitor: {
    group: 'monitoring.coreos.com',
    versions: ['v1'],
    kind: 'PodMonitor',
    resource: 'podmonitors',
    namespaced: true,
  },
  Prometheus: {
    group: 'monitoring.coreos.com',
    versions: ['v1'],
    kind: 'Prometheus',
    resource: 'prometheuses',
    namespaced: true,
  },
  PrometheusAgent: {
    group: 'monitoring.coreos.com',
    versions: ['v1alpha1'],
    kind: 'PrometheusAgent',
    resource: 'prometheusagents',
    namespaced: true,
  },
  VMServiceScrape: {
    group: 'operator.victoriametrics.com',
    versions: ['v1beta1'],
    kind: 'VMServiceScrape',
    resource: 'vmservicescrapes',
    namespaced: true,
  },
  VMPodScrape: {
    group: 'operator.victoriametrics.com',
    versions: ['v1beta1'],
    kind: 'VMPodScrape',
    resource: 'vmpodscrapes',
    namespaced: true,
  },
  VMAgent: {
    group: 'operator.victoriametrics.com',
    versions: ['v1beta1'],
    kind: 'VMAgent',
    resource: 'vmagents',
    namespaced: true,
  },
  StorageClass: {
    group: 'storage.k8s.io',
    versions: ['v1'],
    kind: 'StorageClass',
    resource: 'storageclasses',
    namespaced: false,
  },
  VolumeSnapshotClass: {
    group: 'snapshot.storage.k8s.io',
    versions: ['v1'],
    kind: 'VolumeSnapshotClass',
    resource: 'volumesnapshotclasses',
    namespaced: false,
  },
  FluxGitRepository: {
    group: 'source.toolkit.fluxcd.io',
    versions: ['v1', 'v1beta2'],
    kind: 'GitRepository',
    resource: 'gitrepositories',
    namespaced: true,
  },
  FluxHelmRepository: {
    group: 'source.toolkit.fluxcd.io',
    versions: ['v1', 'v1beta2'],
    kind: 'HelmRepository',
    resource: 'helmrepositories',
    namespaced: true,
  },
} as const satisfies Record<string, KindInfo>;

export type Kind = keyof typeof KINDS;

export const ALL_KINDS = Object.keys(KINDS) as Kind[];

/** The facts of one kind, in the common shape. */
export function kindInfo(kind: Kind): KindInfo {
  return KINDS[kind];
}

const BY_GROUP_KIND = new Map<string, Kind>(ALL_KINDS.map((id) => [`${KINDS[id].group}/${KINDS[id].kind}`, id]));

/**
 * The kind id of an object as manifests name it.
 *
 * @param apiVersion such as `apps/v1` or `v1`; only the group decides
 * @param kind such as `Deployment`
 * @returns undefined where k8sec does not read that kind
 */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return BY_GROUP_KIND.get(`${group === 'crd.projectcalico.org' ? 'projectcalico.org' : group}/${kind}`);
}

/** `group/version` (or `v1` for the core group) of a kind in its preferred version. */
export function apiVersionOf(kind: Kind): string {
  return API_VERSIONS[kind];
}

/** One text for all objects of a kind. */
const API_VERSIONS = Object.fromEntries(
  ALL_KINDS.map((kind) => [
    kind,
    KINDS[kind].group === '' ? KINDS[kind].versions[0] : `${KINDS[kind].group}/${KINDS[kind].versions[0]}`,
  ]),
) as Readonly<Record<Kind, string>>;

/** The kinds that own pods through a pod template, in the order in which they are judged. */
export const WORKLOAD_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicaSet',
  'ReplicationController',
] as const satisfies readonly Kind[];

/** What RBAC is made of. */
export const RBAC_KINDS = [
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
] as const satisfies readonly Kind[];

/** Admission policies and what puts them to work. */
export const ADMISSION_POLICY_KINDS = [
  'ValidatingAdmissionPolicy',
  'MutatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicyBinding',
] as const satisfies readonly Kind[];

/** Routes of the Gateway API: what leads from a Gateway to Services. */
export const ROUTE_KINDS = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'] as const satisfies Kind[];

/** Policies of administrators and of network plugins, which decide about connections beside NetworkPolicies. */
export const WIDER_POLICY_KINDS = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CalicoNetworkPolicy',
  'CalicoGlobalNetworkPolicy',
] as const satisfies readonly Kind[];

export type WiderPolicyKind = (typeof WIDER_POLICY_KINDS)[number];

/** Classes whose parameters name the Secrets of a storage driver. */
export const STORAGE_CLASSES = ['StorageClass', 'VolumeSnapshotClass'] as const satisfies readonly Kind[];

/** Kinds that are read for the Secrets that they name alone: those, and custom resources of well-known operators. */
export const REFERRER_KINDS = [
  ...STORAGE_CLASSES,
  'Issuer',
  'ClusterIssuer',
  'ExternalSecret',
  'SecretStore',
  'ClusterSecretStore',
  'IngressRoute',
  'IstioGateway',
  'FluxGitRepository',
  'FluxHelmRepository',
] as const satisfies readonly Kind[];

export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** The kinds that stand at the top of a chain of owners: workloads, and pods that nobody owns. */
export const LABELLED_KINDS = [...WORKLOAD_KINDS, 'Pod'] as const satisfies readonly Kind[];

/** What stands around workloads and is labelled like them. */
export const AROUND_KINDS = [
  'Service',
  'Ingress',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
] as const satisfies readonly Kind[];

/** Kinds that mostly tools make: their labels are judged where the config asks for it. */
export const OPT_IN_KINDS = ['ConfigMap', 'Secret'] as const satisfies readonly Kind[];

/** Kinds whose labels the config may require; where it names none, it means workloads. */
export const REQUIRABLE_KINDS = [...LABELLED_KINDS, ...AROUND_KINDS, ...OPT_IN_KINDS] as const;

export type RequirableKind = (typeof REQUIRABLE_KINDS)[number];

export type AroundKind = (typeof AROUND_KINDS)[number] | (typeof OPT_IN_KINDS)[number];
