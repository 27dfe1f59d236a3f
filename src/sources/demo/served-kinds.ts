import { ALL_KINDS, kindInfo, type Kind } from '../../model/kind.ts';
import { recordOf, recordsOf, scalarText } from './json-value.ts';
import type { KubeObject } from './kube-object.ts';

/** One resource that the demo API server serves. */
export interface ServedKind {
  readonly group: string;
  /** Served versions, the preferred one first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Whether a CustomResourceDefinition serves it. */
  readonly custom: boolean;
  readonly categories: readonly string[];
}

/** Kinds of KINDS that exist only where somebody installed their CustomResourceDefinition. */
const CUSTOM_GROUPS: ReadonlySet<string> = new Set([
  'gateway.networking.k8s.io',
  'projectcalico.org',
  'cilium.io',
  'policy.networking.k8s.io',
  'argoproj.io',
  'kustomize.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'cert-manager.io',
  'external-secrets.io',
  'traefik.io',
  'networking.istio.io',
  'monitoring.coreos.com',
]);

const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  pods: ['po'],
  namespaces: ['ns'],
  nodes: ['no'],
  services: ['svc'],
  endpoints: ['ep'],
  serviceaccounts: ['sa'],
  configmaps: ['cm'],
  persistentvolumes: ['pv'],
  persistentvolumeclaims: ['pvc'],
  replicationcontrollers: ['rc'],
  deployments: ['deploy'],
  replicasets: ['rs'],
  statefulsets: ['sts'],
  daemonsets: ['ds'],
  cronjobs: ['cj'],
  networkpolicies: ['netpol'],
  ingresses: ['ing'],
  poddisruptionbudgets: ['pdb'],
  horizontalpodautoscalers: ['hpa'],
  customresourcedefinitions: ['crd', 'crds'],
  events: ['ev'],
  storageclasses: ['sc'],
};

const CATEGORY_ALL: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
  'horizontalpodautoscalers',
]);

/** Kinds that k8sec does not read but a cluster serves; enough for `kubectl get` and for tests of unknown kinds. */
const OTHERS = [
  { group: '', kind: 'Event', resource: 'events', namespaced: true },
  { group: '', kind: 'LimitRange', resource: 'limitranges', namespaced: true },
  { group: '', kind: 'ResourceQuota', resource: 'resourcequotas', namespaced: true },
  { group: 'coordination.k8s.io', kind: 'Lease', resource: 'leases', namespaced: true },
  { group: 'storage.k8s.io', kind: 'StorageClass', resource: 'storageclasses', namespaced: false },
  { group: 'networking.k8s.io', kind: 'IngressClass', resource: 'ingressclasses', namespaced: false },
  { group: 'scheduling.k8s.io', kind: 'PriorityClass', resource: 'priorityclasses', namespaced: false },
  {
    group: 'certificates.k8s.io',
    kind: 'CertificateSigningRequest',
    resource: 'certificatesigningrequests',
    namespaced: false,
  },
] as const;

function builtIn(group: string, version: string, kind: string, resource: string, namespaced: boolean): ServedKind {
  return {
    group,
    versions: [version],
    kind,
    resource,
    singular: kind.toLowerCase(),
    shortNames: SHORT_NAMES[resource] ?? [],
    namespaced,
    custom: false,
    categories: CATEGORY_ALL.has(resource) ? ['all'] : [],
  };
}

/** The resources that every cluster of this version serves, without any CustomResourceDefinition. */
export function builtInKinds(): ServedKind[] {
  const own = ALL_KINDS.map(kindInfo).filter((info) => !CUSTOM_GROUPS.has(info.group));
  return [
    ...own.map((info) => builtIn(info.group, info.versions[0], info.kind, info.resource, info.namespaced)),
    ...OTHERS.map((other) => builtIn(other.group, 'v1', other.kind, other.resource, other.namespaced)),
  ];
}

/**
 * What a CustomResourceDefinition makes the server serve.
 *
 * @returns undefined where no version of it is served
 */
export function servedByCrd(crd: KubeObject): ServedKind | undefined {
  const spec = recordOf(crd['spec']);
  const names = recordOf(spec['names']);
  const served = recordsOf(spec['versions']).filter((version) => version['served'] === true);
  if (served.length === 0) return undefined;
  const kind = scalarText(names['kind']);
  return {
    group: scalarText(spec['group']),
    versions: served.map((version) => scalarText(version['name'])),
    kind,
    resource: scalarText(names['plural']),
    singular: scalarText(names['singular']) || kind.toLowerCase(),
    shortNames: texts(names['shortNames']),
    namespaced: spec['scope'] === 'Namespaced',
    custom: true,
    categories: texts(names['categories']),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(scalarText) : [];
}

/** The CustomResourceDefinition of a kind that k8sec knows: apply it to make the demo server serve that kind. */
export function crdOf(kind: Kind): KubeObject {
  const info = kindInfo(kind);
  const name = `${info.resource}.${info.group}`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: info.group,
      names: {
        kind: info.kind,
        listKind: `${info.kind}List`,
        plural: info.resource,
        singular: info.kind.toLowerCase(),
      },
      scope: info.namespaced ? 'Namespaced' : 'Cluster',
      versions: info.versions.map((version, index) => ({
        name: version,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
    status: {
      conditions: [{ type: 'Established', status: 'True', reason: 'InitialNamesAccepted' }],
      acceptedNames: { kind: info.kind, plural: info.resource },
      storedVersions: [info.versions[0]],
    },
  };
}
