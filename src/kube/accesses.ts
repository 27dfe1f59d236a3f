/** The requests that reach into a pod, or into what it holds, by what they are made on. */

/** What an access is made on. */
type On = 'pod' | 'secret' | 'account' | 'namespace' | 'claims' | 'cluster';

export interface Access {
  /** As answers name it. */
  readonly access: string;
  readonly verbs: readonly string[];
  /** API group; '' is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** pod, secret, account: a request that names one; claims: only where the pods mount claims. */
  readonly on: On;
}

const CORE = '';
const RBAC = 'rbac.authorization.k8s.io';

/** Verbs of a proxy are those of HTTP (k8s.io/apiserver requestinfo.go). */
export const PROXIED = ['get', 'create', 'update', 'patch', 'delete'];

const TEMPLATES = [
  ['', 'replicationcontrollers'],
  ['apps', 'deployments'],
  ['apps', 'replicasets'],
  ['apps', 'statefulsets'],
  ['apps', 'daemonsets'],
  ['batch', 'jobs'],
  ['batch', 'cronjobs'],
] as const;

/** exec, attach and port-forward come as POST from older clients and as GET over WebSocket (KEP-4006). */
const CONNECT = ['create', 'get'];

export const ACCESSES: readonly Access[] = [
  { access: 'exec', verbs: CONNECT, group: CORE, resource: 'pods', subresource: 'exec', on: 'pod' },
  { access: 'attach', verbs: CONNECT, group: CORE, resource: 'pods', subresource: 'attach', on: 'pod' },
  { access: 'port-forward', verbs: CONNECT, group: CORE, resource: 'pods', subresource: 'portforward', on: 'pod' },
  { access: 'pod-proxy', verbs: PROXIED, group: CORE, resource: 'pods', subresource: 'proxy', on: 'pod' },
  {
    access: 'ephemeral-container',
    verbs: ['update', 'patch'],
    group: CORE,
    resource: 'pods',
    subresource: 'ephemeralcontainers',
    on: 'pod',
  },
  { access: 'modify', verbs: ['update', 'patch', 'delete'], group: CORE, resource: 'pods', subresource: '', on: 'pod' },
  { access: 'service-proxy', verbs: PROXIED, group: CORE, resource: 'services', subresource: 'proxy', on: 'namespace' },
  { access: 'node-proxy', verbs: PROXIED, group: CORE, resource: 'nodes', subresource: 'proxy', on: 'cluster' },
  { access: 'read-secret', verbs: ['get'], group: CORE, resource: 'secrets', subresource: '', on: 'secret' },
  { access: 'read-secret', verbs: ['list', 'watch'], group: CORE, resource: 'secrets', subresource: '', on: 'secret' },
  { access: 'create-pod', verbs: ['create'], group: CORE, resource: 'pods', subresource: '', on: 'namespace' },
  ...TEMPLATES.map(([group, resource]): Access => ({
    access: 'create-workload',
    verbs: ['create', 'update', 'patch'],
    group,
    resource,
    subresource: '',
    on: 'namespace',
  })),
  {
    access: 'copy-volume',
    verbs: ['create'],
    group: CORE,
    resource: 'persistentvolumeclaims',
    subresource: '',
    on: 'claims',
  },
  {
    access: 'copy-volume',
    verbs: ['create'],
    group: 'snapshot.storage.k8s.io',
    resource: 'volumesnapshots',
    subresource: '',
    on: 'claims',
  },
  { access: 'token', verbs: ['create'], group: CORE, resource: 'serviceaccounts', subresource: 'token', on: 'account' },
  {
    access: 'impersonate',
    verbs: ['impersonate'],
    group: CORE,
    resource: 'serviceaccounts',
    subresource: '',
    on: 'account',
  },
  ...['users', 'groups'].map((resource): Access => ({
    access: 'impersonate',
    verbs: ['impersonate'],
    group: CORE,
    resource,
    subresource: '',
    on: 'cluster',
  })),
  ...['roles', 'clusterroles'].map((resource): Access => ({
    access: 'escalate',
    verbs: ['escalate', 'bind'],
    group: RBAC,
    resource,
    subresource: '',
    on: resource === 'roles' ? 'namespace' : 'cluster',
  })),
];

/** Every request that is an access. */
export const ACCESS_REQUESTS: readonly RequestName[] = ACCESSES.flatMap(({ verbs, group, resource, subresource }) =>
  verbs.map((verb) => ({ verb, group, resource, subresource })),
);

/** The accesses by `group/resource/subresource/verb`, to find what a logged request was. */
const BY_REQUEST = new Map(
  ACCESSES.flatMap((access) => access.verbs.map((verb) => [requestKey({ ...access, verb }), access] as const)),
);

/** Each request is asked about for every instant of a period. */
const KNOWN = new WeakMap<RequestName, { readonly access: Access | undefined }>();

/** The access that a request is; undefined for all other requests. */
export function accessOf(request: RequestName): Access | undefined {
  let known = KNOWN.get(request);
  if (known === undefined) KNOWN.set(request, (known = { access: BY_REQUEST.get(requestKey(request)) }));
  return known.access;
}

interface RequestName {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly verb: string;
}

function requestKey({ group, resource, subresource, verb }: RequestName): string {
  return `${group}/${resource}/${subresource}/${verb}`;
}
