import { ALL_KINDS, kindInfo } from '../model/kind.ts';

/** A resource as RBAC names it. */
export interface ResourceName {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** null where it is not known. */
  readonly namespaced: boolean | null;
}

/** Resources of the built-in API that k8sec does not read itself: `resource group scope`. */
const OTHER_RESOURCES = [
  'bindings core namespaced',
  'componentstatuses core cluster',
  'events core namespaced',
  'limitranges core namespaced',
  'resourcequotas core namespaced',
  'users core cluster',
  'groups core cluster',
  'controllerrevisions apps namespaced',
  'tokenreviews authentication.k8s.io cluster',
  'uids authentication.k8s.io cluster',
  'userextras authentication.k8s.io cluster',
  'subjectaccessreviews authorization.k8s.io cluster',
  'localsubjectaccessreviews authorization.k8s.io namespaced',
  'selfsubjectaccessreviews authorization.k8s.io cluster',
  'selfsubjectrulesreviews authorization.k8s.io cluster',
  'certificatesigningrequests certificates.k8s.io cluster',
  'signers certificates.k8s.io cluster',
  'clustertrustbundles certificates.k8s.io cluster',
  'leases coordination.k8s.io namespaced',
  'flowschemas flowcontrol.apiserver.k8s.io cluster',
  'prioritylevelconfigurations flowcontrol.apiserver.k8s.io cluster',
  'ingressclasses networking.k8s.io cluster',
  'ipaddresses networking.k8s.io cluster',
  'servicecidrs networking.k8s.io cluster',
  'runtimeclasses node.k8s.io cluster',
  'resourceclaims resource.k8s.io namespaced',
  'resourceclaimtemplates resource.k8s.io namespaced',
  'deviceclasses resource.k8s.io cluster',
  'resourceslices resource.k8s.io cluster',
  'priorityclasses scheduling.k8s.io cluster',
  'storageclasses storage.k8s.io cluster',
  'csidrivers storage.k8s.io cluster',
  'csinodes storage.k8s.io cluster',
  'volumeattachments storage.k8s.io cluster',
  'csistoragecapacities storage.k8s.io namespaced',
] as const;

/** kubectl's short names. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  cm: 'configmaps',
  cj: 'cronjobs',
  crd: 'customresourcedefinitions',
  crds: 'customresourcedefinitions',
  csr: 'certificatesigningrequests',
  deploy: 'deployments',
  ds: 'daemonsets',
  ep: 'endpoints',
  ev: 'events',
  hpa: 'horizontalpodautoscalers',
  ing: 'ingresses',
  netpol: 'networkpolicies',
  no: 'nodes',
  ns: 'namespaces',
  pc: 'priorityclasses',
  pdb: 'poddisruptionbudgets',
  po: 'pods',
  pv: 'persistentvolumes',
  pvc: 'persistentvolumeclaims',
  quota: 'resourcequotas',
  rc: 'replicationcontrollers',
  rs: 'replicasets',
  sa: 'serviceaccounts',
  sc: 'storageclasses',
  sts: 'statefulsets',
  svc: 'services',
};

interface KnownResource {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** The names of all built-in resources that are known. */
export const KNOWN_RESOURCES: readonly string[] = [
  ...ALL_KINDS.map((kind) => kindInfo(kind).resource),
  ...OTHER_RESOURCES.map((one) => one.slice(0, one.indexOf(' '))),
];

/**
 * Reads `RESOURCE[/SUB][.GROUP]`, also `RESOURCE.GROUP/SUB`, short names, kinds and singulars as kubectl takes them.
 * Without a group the built-in resource of that name decides, else it is the core group.
 */
export function parseResource(text: string): ResourceName {
  const [, name = '', first = '', sub = '', second = ''] =
    /^([^./]*)(?:\.([^/]*))?(?:\/([^.]*)(?:\.(.*))?)?$/.exec(text) ?? [];
  const group = first === '' ? second : first;
  const known = knownResource(name, group === '' ? undefined : group);
  if (known !== undefined) return { ...known, subresource: sub };
  return { group, resource: name, subresource: sub, namespaced: null };
}

/** @param group undefined: any */
function knownResource(name: string, group: string | undefined): KnownResource | undefined {
  const lower = name.toLowerCase();
  const plural = Object.hasOwn(SHORT_NAMES, lower) ? SHORT_NAMES[lower] : lower;
  for (const kind of ALL_KINDS) {
    const info = kindInfo(kind);
    if (group !== undefined && info.group !== group) continue;
    const isThis = info.resource === plural || info.kind.toLowerCase() === lower;
    if (isThis) return { group: info.group, resource: info.resource, namespaced: info.namespaced };
  }
  for (const line of OTHER_RESOURCES) {
    const [resource = '', written = '', scope] = line.split(' ');
    const itsGroup = written === 'core' ? '' : written;
    if (group !== undefined && itsGroup !== group) continue;
    const isThis = resource === plural || resource.replace(/s$/, '') === plural;
    if (isThis) return { group: itsGroup, resource, namespaced: scope === 'namespaced' };
  }
  return undefined;
}

/**
 * The resource of a kind whose definition is not at hand: a built-in one, else the name that servers guess.
 *
 * Source: kubernetes apimachinery pkg/api/meta/restmapper.go, UnsafeGuessKindToResource
 */
export function guessResource(kind: string, group: string): KnownResource {
  const lower = kind.toLowerCase();
  const resource = lower.endsWith('s') ? `${lower}es` : lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
  return knownResource(kind, group) ?? { group, resource, namespaced: true };
}

/** Whether a built-in resource has no namespace; false for what is not known. `bind` is asked in a namespace all the same. */
export function isClusterScoped(resource: string, group: string): boolean {
  return knownResource(resource, group)?.namespaced === false;
}

/** `deployments.apps/scale`, `pods`. */
export function resourceText(one: Pick<ResourceName, 'group' | 'resource' | 'subresource'>): string {
  const group = one.group === '' ? '' : `.${one.group}`;
  return `${one.resource}${group}${one.subresource === '' ? '' : `/${one.subresource}`}`;
}
