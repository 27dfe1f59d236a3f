import { rawBinding, rawRole } from './raw-rbac.ts';
import type { RawManifest } from './view-of.ts';

/** Roles and workloads in the shape of the manifests that well-known add-ons are installed with. */
interface Shape {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Accounts with the image that runs as each; without one nothing does. */
  readonly accounts: Readonly<Record<string, string | null>>;
  /** Cluster-wide roles by name: rules, and the accounts that hold them. */
  readonly roles: Readonly<Record<string, { readonly rules: readonly string[]; readonly of: readonly string[] }>>;
}

const READ = 'get,list,watch';

export const FLUX: Shape = {
  namespace: 'flux-system',
  labels: { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/instance': 'flux-system' },
  accounts: {
    'source-controller': 'ghcr.io/fluxcd/source-controller:v1.7.0',
    'kustomize-controller': 'ghcr.io/fluxcd/kustomize-controller:v1.7.0',
    'helm-controller': 'ghcr.io/fluxcd/helm-controller:v1.4.0',
    'notification-controller': 'ghcr.io/fluxcd/notification-controller:v1.7.0',
  },
  roles: {
    'crd-controller-flux-system': {
      rules: [
        '* kustomize.toolkit.fluxcd.io *',
        '* helm.toolkit.fluxcd.io *',
        `${READ} core namespaces,secrets,configmaps,serviceaccounts`,
        'create,update,patch,delete core configmaps',
        `${READ},create,update,patch,delete coordination.k8s.io leases`,
      ],
      of: ['kustomize-controller', 'helm-controller', 'source-controller', 'image-reflector-controller'],
    },
    'cluster-reconciler-flux-system': { rules: ['* * *', '* url *'], of: ['kustomize-controller', 'helm-controller'] },
  },
};

export const CERT_MANAGER: Shape = {
  namespace: 'cert-manager',
  labels: { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/instance': 'cert-manager' },
  accounts: {
    'cert-manager': 'quay.io/jetstack/cert-manager-controller:v1.19.1',
    'cert-manager-cainjector': 'quay.io/jetstack/cert-manager-cainjector:v1.19.1',
    'cert-manager-webhook': 'quay.io/jetstack/cert-manager-webhook:v1.19.1',
  },
  roles: {
    'cert-manager-cainjector': {
      rules: [
        `${READ} core secrets`,
        `${READ},update,patch admissionregistration.k8s.io validatingwebhookconfigurations,mutatingwebhookconfigurations`,
        `${READ},update,patch apiregistration.k8s.io apiservices`,
        `${READ},update,patch apiextensions.k8s.io customresourcedefinitions`,
      ],
      of: ['cert-manager-cainjector'],
    },
    'cert-manager-controller-issuers': {
      rules: [`${READ},create,update,delete core secrets`, 'update,patch cert-manager.io issuers/status'],
      of: ['cert-manager'],
    },
    'cert-manager-controller-clusterissuers': {
      rules: [`${READ},create,update,delete core secrets`],
      of: ['cert-manager'],
    },
    'cert-manager-controller-certificates': {
      rules: [`${READ},create,update,patch,delete core secrets`, 'create,patch core events'],
      of: ['cert-manager'],
    },
    'cert-manager-controller-challenges': {
      rules: [
        `${READ} core secrets`,
        `${READ},create,delete core pods,services`,
        `${READ},create,update,delete networking.k8s.io ingresses`,
      ],
      of: ['cert-manager'],
    },
    'cert-manager-controller-approve:cert-manager-io': {
      rules: ['approve cert-manager.io signers issuers.cert-manager.io/*,clusterissuers.cert-manager.io/*'],
      of: ['cert-manager'],
    },
    'cert-manager-webhook:subjectaccessreviews': {
      rules: ['create authorization.k8s.io subjectaccessreviews'],
      of: ['cert-manager-webhook'],
    },
  },
};

export const INGRESS_NGINX: Shape = {
  namespace: 'ingress-nginx',
  labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/part-of': 'ingress-nginx' },
  accounts: { 'ingress-nginx': 'registry.k8s.io/ingress-nginx/controller:v1.13.3@sha256:1b0d' },
  roles: {
    'ingress-nginx': {
      rules: [
        'list,watch core configmaps,endpoints,nodes,pods,secrets,namespaces',
        `${READ} core services`,
        `${READ} networking.k8s.io ingresses,ingressclasses`,
        'create,patch core events',
        'update networking.k8s.io ingresses/status',
        `${READ} discovery.k8s.io endpointslices`,
      ],
      of: ['ingress-nginx'],
    },
  },
};

export const PROMETHEUS: Shape = {
  namespace: 'monitoring',
  labels: { 'app.kubernetes.io/part-of': 'kube-prometheus', 'app.kubernetes.io/name': 'prometheus-operator' },
  accounts: {
    'prometheus-operator': 'quay.io/prometheus-operator/prometheus-operator:v0.86.0',
    'prometheus-k8s': 'quay.io/prometheus/prometheus:v3.7.0',
    'kube-state-metrics': 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0',
  },
  roles: {
    'prometheus-operator': {
      rules: [
        '* monitoring.coreos.com alertmanagers,prometheuses,servicemonitors',
        '* apps statefulsets',
        '* core configmaps,secrets',
        'list,delete core pods',
        'get,create,update,delete core services,endpoints',
        'list,watch core nodes',
      ],
      of: ['prometheus-operator'],
    },
    'prometheus-k8s': { rules: ['get core nodes/metrics', 'get url /metrics'], of: ['prometheus-k8s'] },
    'kube-state-metrics': {
      rules: ['list,watch core configmaps,secrets,nodes,pods', 'create authentication.k8s.io tokenreviews'],
      of: ['kube-state-metrics'],
    },
  },
};

/** The objects of a shape. */
export function installed({ namespace, labels, accounts, roles }: Shape): readonly RawManifest[] {
  const withLabels = (object: RawManifest): RawManifest => ({ ...object, metadata: { ...object.metadata, labels } });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...Object.entries(accounts).flatMap(([name, image]) => [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
      ...(image === null ? [] : [running(namespace, name, image)]),
    ]),
    ...Object.entries(roles).flatMap(([name, { rules, of }]) => [
      withLabels(rawRole(name, rules)),
      withLabels(
        rawBinding('', name, name, ...of.map((account) => ({ kind: 'ServiceAccount', namespace, name: account }))),
      ),
    ]),
  ];
}

/** A Deployment that runs as an account. */
export function running(namespace: string, account: string, image: string, name = account): RawManifest {
  const pod = { serviceAccountName: account, containers: [{ name: 'main', image }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: pod },
    },
  };
}
