/** Audit logs of made-up clusters: pods, RBAC objects, policies and a namespace's labels that come, change and go, and requests that reach into them. */
import fc from 'fast-check';

type Raw = Record<string, unknown>;

const START = Date.parse('2026-11-01T00:00:00Z');
const NAMES = ['a', 'b', 'c'];
const USERS = ['ann', 'bob', 'system:node:n1', 'system:serviceaccount:shop:ci'];
const RBAC = 'rbac.authorization.k8s.io';

interface Step {
  readonly resource: string;
  readonly verb: string;
  readonly name: string;
  readonly user: string;
  /** Milliseconds since the step before, and until the end of the request. */
  readonly after: number;
  readonly lasts: number;
  readonly body: 'both' | 'request' | 'none';
  readonly code: number;
  readonly content: number;
  readonly isOnlyOnce: boolean;
}

const step = fc.record<Step>({
  resource: fc.constantFrom(
    'pods',
    'pods',
    'roles',
    'rolebindings',
    'clusterroles',
    'networkpolicies',
    'namespaces',
    'secrets',
    'pods/exec',
    'leases',
  ),
  verb: fc.constantFrom('create', 'create', 'update', 'patch', 'delete', 'deletecollection', 'get', 'list'),
  name: fc.constantFrom(...NAMES),
  user: fc.constantFrom(...USERS),
  after: fc.oneof(
    fc.integer({ min: 0, max: 50 }),
    fc.integer({ min: 1000, max: 20_000 }),
    fc.integer({ min: 60_000, max: 1_200_000 }),
  ),
  lasts: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1000, max: 59_000 })),
  body: fc.constantFrom('both', 'both', 'request', 'none'),
  code: fc.constantFrom(200, 200, 200, 200, 403),
  content: fc.integer({ min: 0, max: 3 }),
  isOnlyOnce: fc.boolean(),
});

export interface RandomHistory {
  /** Lines of the log, in the order in which a server writes them. */
  readonly lines: readonly string[];
  readonly from: number;
  readonly to: number;
}

export const randomHistory: fc.Arbitrary<RandomHistory> = fc
  .array(step, { minLength: 5, maxLength: 60 })
  .map((steps) => {
    let at = START;
    const events = steps.flatMap((one, index) => {
      at += one.after;
      return eventsOf(one, index, at);
    });
    events.sort((a, b) => String(a['stageTimestamp']).localeCompare(String(b['stageTimestamp'])));
    return { lines: events.map((event) => JSON.stringify(event)), from: START - 60_000, to: at + 120_000 };
  });

const GROUPS: Readonly<Record<string, string>> = {
  roles: RBAC,
  clusterroles: RBAC,
  rolebindings: RBAC,
  networkpolicies: 'networking.k8s.io',
  leases: 'coordination.k8s.io',
};

function eventsOf(one: Step, index: number, at: number): Raw[] {
  const [resource = '', subresource] = one.resource.split('/');
  const isCluster = resource === 'clusterroles';
  const isExec = subresource === 'exec';
  const verb = isExec ? 'create' : one.verb;
  const isNamed = verb !== 'list' && verb !== 'deletecollection' && (verb !== 'create' || !one.isOnlyOnce || isExec);
  const body = bodyOf(resource, one, at);
  const hasBody =
    body !== null && verb !== 'get' && verb !== 'list' && verb !== 'delete' && verb !== 'deletecollection';
  const event: Raw = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: one.body === 'both' ? 'RequestResponse' : one.body === 'request' ? 'Request' : 'Metadata',
    auditID: `id-${index}`,
    stage: 'ResponseComplete',
    requestURI: `/apis/${resource}`,
    verb,
    user: { username: one.user, groups: ['system:authenticated'] },
    sourceIPs: [`10.0.0.${index % 3}`],
    userAgent: 'kubectl/v1.36.0',
    objectRef: {
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(isCluster ? {} : { namespace: 'shop' }),
      ...(isNamed ? { name: one.name } : {}),
      ...(GROUPS[resource] === undefined ? {} : { apiGroup: GROUPS[resource] }),
    },
    responseStatus: { code: one.code },
    ...(hasBody && one.body !== 'none' ? { requestObject: body } : {}),
    ...(hasBody && one.body === 'both' ? { responseObject: body } : {}),
    requestReceivedTimestamp: stamp(at),
    stageTimestamp: stamp(at + one.lasts),
    annotations:
      one.code === 200
        ? {
            'authorization.k8s.io/decision': 'allow',
            'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "a/shop" of Role "a" to User "${one.user}"`,
          }
        : { 'authorization.k8s.io/decision': 'forbid' },
  };
  if (!isExec) return [event];
  return [{ ...event, stage: 'ResponseStarted', stageTimestamp: stamp(at + 1) }, event];
}

function bodyOf(resource: string, { name, content, user }: Step, at: number): Raw | null {
  const metadata = {
    name,
    namespace: 'shop',
    uid: `${resource}-${name}-${content}`,
    creationTimestamp: stamp(Math.floor(at / 1000) * 1000),
    labels: { app: `app-${content}` },
  };
  switch (resource) {
    case 'pods':
      return {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata,
        spec: {
          serviceAccountName: 'ci',
          containers: [{ name: 'c', image: 'x', env: [{ name: 'PASSWORD', value: 'marker-of-a-value' }] }],
          // Pods that are not asked about hold the Secret of some that are.
          volumes: [{ name: 'v', secret: { secretName: `s-${content % 2}` } }],
        },
      };
    case 'roles':
    case 'clusterroles':
      return {
        kind: resource === 'roles' ? 'Role' : 'ClusterRole',
        apiVersion: `${RBAC}/v1`,
        metadata: resource === 'roles' ? metadata : { ...metadata, namespace: undefined },
        rules: [{ apiGroups: [''], resources: ['pods/exec', 'secrets'], verbs: ['create', 'get'].slice(0, content) }],
      };
    case 'rolebindings':
      return {
        kind: 'RoleBinding',
        apiVersion: `${RBAC}/v1`,
        metadata,
        roleRef: { apiGroup: RBAC, kind: content > 1 ? 'Role' : 'ClusterRole', name },
        subjects: [{ kind: 'User', apiGroup: RBAC, name: user }],
      };
    case 'networkpolicies':
      return {
        kind: 'NetworkPolicy',
        apiVersion: 'networking.k8s.io/v1',
        metadata,
        spec: {
          podSelector: content > 1 ? {} : { matchLabels: { app: 'app-1' } },
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { app: `app-${content % 2}` } } }] }].slice(
            content % 3,
          ),
        },
      };
    case 'namespaces':
      return { kind: 'Namespace', apiVersion: 'v1', metadata: { ...metadata, namespace: undefined, name: 'shop' } };
    default:
      return null;
  }
}

function stamp(time: number): string {
  return new Date(time).toISOString();
}
