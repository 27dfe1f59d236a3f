import { kindInfo, type Kind } from '../../model/kind.ts';

/** How one kind is read from an API server. */
export interface KindPlan {
  /**
   * full: whole objects; metadata: PartialObjectMetadata; table: rows of the server's Table, with metadata beside them,
   * which is how Secrets are read without their data.
   */
  readonly form: 'full' | 'metadata' | 'table';
  /** Whether managedFields are cut from the bytes; kept where a rule asks who wrote an object last. */
  readonly managedFields: 'cut' | 'keep';
  /** Objects in a page at first; halved while a page is too large. */
  readonly pageSize: number;
  /** Whether many clusters do not serve the kind: custom resources, and what is new. */
  readonly optional: boolean;
  /** Where else the same objects may be served. */
  readonly alternates: readonly { readonly group: string; readonly version: string }[];
}

/** What client-go's pager asks for. */
const PAGE_SIZE = 500;
/** A page that may be larger than this is asked for again, half as many objects. */
export const MAX_PAGE_BYTES = 16 * 1024 * 1024;

const FULL: KindPlan = { form: 'full', managedFields: 'cut', pageSize: PAGE_SIZE, optional: false, alternates: [] };
const WITH_MANAGERS: KindPlan = { ...FULL, managedFields: 'keep' };
const CUSTOM: KindPlan = { ...FULL, optional: true };
const CUSTOM_WITH_MANAGERS: KindPlan = { ...CUSTOM, managedFields: 'keep' };
/** Without Calico's own API server its objects are served by the CustomResourceDefinitions below it. */
const CALICO: KindPlan = { ...CUSTOM_WITH_MANAGERS, alternates: [{ group: 'crd.projectcalico.org', version: 'v1' }] };

/** The one table of how kinds are read. */
export const KIND_PLANS: Readonly<Record<Kind, KindPlan>> = {
  Pod: FULL,
  Namespace: FULL,
  Node: FULL,
  Service: FULL,
  Endpoints: FULL,
  ServiceAccount: FULL,
  Secret: { ...FULL, form: 'table', managedFields: 'keep' },
  ConfigMap: FULL,
  PersistentVolume: FULL,
  PersistentVolumeClaim: FULL,
  ReplicationController: FULL,
  PodTemplate: FULL,
  Deployment: WITH_MANAGERS,
  // Only their owners are needed: they stand between pods and Deployments, with a copy of the same template.
  ReplicaSet: { ...FULL, form: 'metadata' },
  StatefulSet: WITH_MANAGERS,
  DaemonSet: WITH_MANAGERS,
  Job: WITH_MANAGERS,
  CronJob: WITH_MANAGERS,
  EndpointSlice: FULL,
  NetworkPolicy: WITH_MANAGERS,
  Ingress: WITH_MANAGERS,
  Gateway: CUSTOM,
  HTTPRoute: CUSTOM,
  GRPCRoute: CUSTOM,
  TLSRoute: CUSTOM,
  TCPRoute: CUSTOM,
  UDPRoute: CUSTOM,
  Role: WITH_MANAGERS,
  ClusterRole: WITH_MANAGERS,
  RoleBinding: WITH_MANAGERS,
  ClusterRoleBinding: WITH_MANAGERS,
  PodDisruptionBudget: WITH_MANAGERS,
  HorizontalPodAutoscaler: WITH_MANAGERS,
  ValidatingWebhookConfiguration: WITH_MANAGERS,
  MutatingWebhookConfiguration: WITH_MANAGERS,
  // Servers below 1.30 serve no validating ones, most below 1.36 no mutating ones.
  ValidatingAdmissionPolicy: CUSTOM,
  MutatingAdmissionPolicy: CUSTOM,
  ValidatingAdmissionPolicyBinding: CUSTOM,
  MutatingAdmissionPolicyBinding: CUSTOM,
  // Their schemas make them large.
  CustomResourceDefinition: { ...FULL, pageSize: 50 },
  APIService: FULL,
  AdminNetworkPolicy: CUSTOM_WITH_MANAGERS,
  BaselineAdminNetworkPolicy: CUSTOM_WITH_MANAGERS,
  ClusterNetworkPolicy: CUSTOM_WITH_MANAGERS,
  CiliumNetworkPolicy: CUSTOM_WITH_MANAGERS,
  CiliumClusterwideNetworkPolicy: CUSTOM_WITH_MANAGERS,
  CalicoNetworkPolicy: CALICO,
  CalicoGlobalNetworkPolicy: CALICO,
  CalicoTier: CALICO,
  ArgoApplication: CUSTOM,
  FluxKustomization: CUSTOM,
  FluxHelmRelease: CUSTOM,
  Certificate: CUSTOM,
  Issuer: CUSTOM,
  ClusterIssuer: CUSTOM,
  ExternalSecret: CUSTOM,
  SecretStore: CUSTOM,
  ClusterSecretStore: CUSTOM,
  IngressRoute: CUSTOM,
  IstioGateway: CUSTOM,
  ServiceMonitor: CUSTOM,
  PodMonitor: CUSTOM,
  Prometheus: CUSTOM,
  PrometheusAgent: CUSTOM,
  VMServiceScrape: CUSTOM,
  VMPodScrape: CUSTOM,
  VMAgent: CUSTOM,
  StorageClass: CUSTOM,
  VolumeSnapshotClass: CUSTOM,
  FluxGitRepository: CUSTOM,
  FluxHelmRepository: CUSTOM,
};

/** Where and how one kind is served by the server at hand. */
export interface KindTarget {
  readonly kind: Kind;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly plan: KindPlan;
}

/** The target of a kind in a version, by default the one that we prefer. */
export function targetOf(kind: Kind, served?: { readonly group: string; readonly version: string }): KindTarget {
  const info = kindInfo(kind);
  return {
    kind,
    group: served?.group ?? info.group,
    version: served?.version ?? info.versions[0],
    resource: info.resource,
    namespaced: info.namespaced,
    plan: KIND_PLANS[kind],
  };
}

/** `group/version`, or `v1` for the core group. */
export function apiVersionOfTarget(target: Pick<KindTarget, 'group' | 'version'>): string {
  return target.group === '' ? target.version : `${target.group}/${target.version}`;
}

/**
 * The path of a kind's collection, or of one object in it.
 *
 * @param namespace null: of all namespaces, or cluster-scoped
 */
export function pathOf(target: KindTarget, namespace: string | null, name?: string): string {
  const root = target.group === '' ? `/api/${target.version}` : `/apis/${target.group}/${target.version}`;
  const scope = namespace === null || !target.namespaced ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${target.resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

const PARTIAL = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/**
 * The Accept header for a form. Tables are asked for without a plain fallback: a server that can't make one must
 * answer 406, and not send the values of Secrets.
 */
export function acceptOf(form: KindPlan['form'], request: 'list' | 'watch' | 'get'): string {
  switch (form) {
    case 'full':
      return 'application/json';
    case 'metadata':
      return request === 'list'
        ? 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
        : `application/json;${PARTIAL},application/json`;
    case 'table':
      return 'application/json;as=Table;g=meta.k8s.io;v=v1';
  }
}
