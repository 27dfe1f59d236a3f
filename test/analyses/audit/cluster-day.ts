/**
 * A day of a cluster in which nothing bad happens, as its audit log tells it: kubelets, controllers, operators with
 * their caches, Argo CD and Flux, Helm releases, a CI system, backups, and people who use kubectl, k9s and Helm. Periods
 * of pure noise (leases, probes) are six times longer than in life, so that a share of events counts for more.
 */
import { accountActor, controller, CONTROLLER_MANAGER, SCHEDULER } from '../../../src/sources/demo/audit/actors.ts';
import {
  auditLines,
  clusterGrant,
  namespaceGrant,
  type Actor,
  type AuditedRequest,
} from '../../../src/sources/demo/audit/audit-record.ts';
import { between, seededRandom } from '../../../src/sources/demo/random.ts';

type Request = Omit<AuditedRequest, 'at' | 'actor'>;
type Body = NonNullable<AuditedRequest['body']>;

/** What an actor does every so often: several requests, a moment apart. */
interface Habit {
  readonly actor: Actor;
  readonly everyMinutes: number;
  readonly requests: (turn: number) => readonly Request[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RBAC = 'rbac.authorization.k8s.io';
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
const TEAMS = ['shop', 'billing', 'search'];
const HELM = 'Helm/3.16.2';
const KUBECTL = 'kubectl/v1.36.3 (linux/amd64) kubernetes/abc1234';
const K9S = 'k9s/v0.51.0 (linux/amd64) kubernetes/abc1234';
/** A client that keeps a cache asks so. */
const CACHED = 'allowWatchBookmarks=true&limit=500&resourceVersion=0';
const WATCHED = 'allowWatchBookmarks=true&resourceVersion=81200&timeoutSeconds=420&watch=true';

function kubelet(node: string): Actor {
  return {
    username: `system:node:${node}`,
    groups: ['system:nodes', 'system:authenticated'],
    address: `10.0.1.${NODES.indexOf(node) + 10}`,
    userAgent: 'kubelet/v1.36.3 (linux/amd64) kubernetes/abc1234',
  };
}

function account(path: string, agent: string): Actor {
  const name = path.slice(path.indexOf('/') + 1);
  const number = Buffer.from(path).reduce((sum, byte) => sum + byte, 0) % 200;
  return accountActor(
    path,
    `${name}-7d9f6c5b4-x2x4z`,
    NODES[number % NODES.length] ?? 'n1',
    `10.1.0.${number + 2}`,
    agent,
  );
}

function person(username: string, address: string, groups: readonly string[], userAgent = KUBECTL): Actor {
  return { username, groups: [...groups, 'system:authenticated'], address, userAgent };
}

const ANNA = person('anna@example.org', '10.8.0.4', ['developers']);
const BEN = person('ben@example.org', '10.8.0.5', ['developers']);
const OLGA = person('olga@example.org', '10.8.0.6', ['operators']);
const PROBE: Actor = {
  username: 'system:anonymous',
  groups: ['system:unauthenticated'],
  address: '10.0.1.10',
  userAgent: 'kube-probe/1.36',
};

const GRANTS = new Map<string, string>();

/** The reason of a request that one binding per actor allows. */
function reasonOf(actor: Actor): string {
  let reason = GRANTS.get(actor.username);
  if (reason === undefined) {
    const [, , namespace, name] = actor.username.split(':');
    const subject = name === undefined ? `User "${actor.username}"` : `ServiceAccount "${name}/${namespace ?? ''}"`;
    const role = name ?? 'operators';
    reason = actor.username.startsWith('system:node:') ? '' : clusterGrant(role, role, subject);
    GRANTS.set(actor.username, reason);
  }
  return reason;
}

function get(resource: string, namespace: string, name: string, group?: string): Request {
  return { verb: 'get', resource, namespace, name, ...(group === undefined ? {} : { group }) };
}

function listed(resource: string, group?: string, namespace?: string, query = 'limit=500'): Request {
  return {
    verb: 'list',
    resource,
    query,
    ...(group === undefined ? {} : { group }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function watched(resource: string, group?: string, namespace?: string): Request {
  return { ...listed(resource, group, namespace, WATCHED), verb: 'watch', lastsMs: 7 * MINUTE };
}

function written(
  verb: string,
  resource: string,
  namespace: string,
  name: string,
  group?: string,
  body?: Body,
): Request {
  return {
    verb,
    resource,
    namespace,
    name,
    ...(group === undefined ? {} : { group }),
    ...(body === undefined ? {} : { body }),
  };
}

function unscoped(verb: string, resource: string, name: string, group: string, body?: Body): Request {
  return { verb, resource, name, group, ...(body === undefined ? {} : { body }) };
}

function entered(subresource: string, namespace: string, name: string, query: string): Request {
  return { verb: 'get', resource: 'pods', subresource, namespace, name, query, code: 101, lastsMs: 5 * MINUTE };
}

const PLAIN_SPEC = {
  serviceAccountName: 'default',
  containers: [{ name: 'app', image: 'registry.example.org/app:1.4.2' }],
};
/** node-exporter as its chart installs it. */
const EXPORTER_SPEC = {
  serviceAccountName: 'node-exporter',
  hostNetwork: true,
  hostPID: true,
  containers: [{ name: 'node-exporter', image: 'quay.io/prometheus/node-exporter:v1.9.0' }],
  volumes: [{ name: 'root', hostPath: { path: '/' } }],
};
/** A network plugin's agent. */
const AGENT_SPEC = {
  serviceAccountName: 'cilium',
  hostNetwork: true,
  containers: [{ name: 'agent', image: 'quay.io/cilium/cilium:v1.18.0', securityContext: { privileged: true } }],
  volumes: [{ name: 'run', hostPath: { path: '/var/run/cilium' } }],
};

function pod(name: string, spec: Body, ownerKind: string, owner: string): Body {
  return {
    kind: 'Pod',
    metadata: { name, ownerReferences: [{ kind: ownerKind, name: owner, controller: true }] },
    spec,
  };
}

function workload(kind: string, name: string, spec: Body): Body {
  return { kind, metadata: { name }, spec: { template: { metadata: { labels: { app: name } }, spec } } };
}

function binding(roleName: string, account: string, namespace: string): Body {
  return {
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: roleName },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  };
}

/** All kinds that a program with a cache of everything lists, then watches. */
const KINDS: readonly (readonly [resource: string, group?: string])[] = [
  ['pods'],
  ['services'],
  ['configmaps'],
  ['secrets'],
  ['serviceaccounts'],
  ['namespaces'],
  ['persistentvolumeclaims'],
  ['deployments', 'apps'],
  ['statefulsets', 'apps'],
  ['daemonsets', 'apps'],
  ['replicasets', 'apps'],
  ['jobs', 'batch'],
  ['cronjobs', 'batch'],
  ['ingresses', 'networking.k8s.io'],
  ['networkpolicies', 'networking.k8s.io'],
  ['roles', RBAC],
  ['rolebindings', RBAC],
  ['clusterroles', RBAC],
  ['clusterrolebindings', RBAC],
];

function caches(kinds = KINDS): Request[] {
  return kinds.flatMap(([resource, group]) => [listed(resource, group, undefined, CACHED), watched(resource, group)]);
}

/** What `helm upgrade --install` asks for. */
function helmRelease(namespace: string, release: string, revision: number): Request[] {
  const secret = `sh.helm.release.v1.${release}.v${revision}`;
  return [
    listed('secrets', undefined, namespace, `labelSelector=name%3D${release}%2Cowner%3Dhelm`),
    get('secrets', namespace, `sh.helm.release.v1.${release}.v${revision - 1}`),
    written('create', 'secrets', namespace, secret),
    get('serviceaccounts', namespace, release),
    get('services', namespace, release),
    get('deployments', namespace, release, 'apps'),
    written('patch', 'deployments', namespace, release, 'apps', workload('Deployment', release, PLAIN_SPEC)),
    written('update', 'secrets', namespace, secret),
  ];
}

/** A chart that brings an operator: its account, roles and bindings, and its workload. */
function operatorChart(namespace: string, name: string): Request[] {
  const rules = [
    { apiGroups: [''], resources: ['secrets', 'configmaps', 'events'], verbs: ['get', 'list', 'watch', 'create'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
  ];
  return [
    written('create', 'serviceaccounts', namespace, name),
    unscoped('create', 'clusterroles', name, RBAC, { rules }),
    unscoped('create', 'clusterrolebindings', name, RBAC, binding(name, name, namespace)),
    unscoped('create', 'clusterrolebindings', `${name}-auth`, RBAC, binding('system:auth-delegator', name, namespace)),
    written('create', 'roles', namespace, `${name}-leader`, RBAC, {
      rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['*'] }],
    }),
    unscoped('create', 'validatingwebhookconfigurations', name, 'admissionregistration.k8s.io'),
    written('create', 'deployments', namespace, name, 'apps', workload('Deployment', name, PLAIN_SPEC)),
  ];
}

/** What k9s asks for at its start: its rights, then caches of what is on screen. */
function k9s(): Request[] {
  return [
    ...Array.from({ length: 14 }, () => unscoped('create', 'selfsubjectaccessreviews', '', 'authorization.k8s.io')),
    ...caches([['pods'], ['nodes'], ['namespaces'], ['deployments', 'apps'], ['events'], ['services'], ['configmaps']]),
  ];
}

function leases(name: string, actor: Actor): Habit {
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-system', name };
  return {
    actor,
    everyMinutes: 0.5,
    requests: () => [
      { ...lease, verb: 'get' },
      { ...lease, verb: 'update' },
    ],
  };
}

function once(actor: Actor, requests: readonly Request[]): Habit {
  return { actor, everyMinutes: DAY / MINUTE, requests: () => requests };
}

function team(turn: number): string {
  return TEAMS[turn % TEAMS.length] ?? 'shop';
}

const operator = account('monitoring/prometheus-operator', 'PrometheusOperator/0.80.0');
const certManager = account('cert-manager/cert-manager', 'cert-manager-controller/v1.17.0');
const externalSecrets = account('external-secrets/external-secrets', 'external-secrets/v0.14.0');
const ingress = account('ingress-nginx/ingress-nginx', 'nginx-ingress-controller/v1.12.0');
const kyverno = account('kyverno/kyverno-admission-controller', 'kyverno/v1.14.0');
const velero = account('velero/velero', 'velero-server/v1.16.0');
const runner = account('ci/gitlab-runner', 'gitlab-runner/17.9.0');
const metricsServer = account('kube-system/metrics-server', 'metrics-server/v0.8.0');
const prometheus = account('monitoring/prometheus', 'Prometheus/3.2.0');
const argoServer = account('argocd/argocd-server', 'argocd-server/v3.0.0');

/** The cluster's own work. */
function clusterHabits(): Habit[] {
  return [
    leases('kube-controller-manager', CONTROLLER_MANAGER),
    leases('kube-scheduler', SCHEDULER),
    {
      actor: PROBE,
      everyMinutes: 1,
      requests: () => ['/readyz', '/livez', '/healthz'].map((path) => ({ verb: 'get', resource: '', path })),
    },
    ...NODES.flatMap((node): Habit[] => {
      const actor = kubelet(node);
      return [
        {
          actor,
          everyMinutes: 1,
          requests: () => [
            { ...written('update', 'leases', 'kube-node-lease', node, 'coordination.k8s.io') },
            { verb: 'get', resource: 'nodes', name: node, query: 'resourceVersion=0&timeout=10s' },
          ],
        },
        {
          actor,
          everyMinutes: 5,
          requests: () => [{ verb: 'patch', resource: 'nodes', name: node, subresource: 'status' }],
        },
        {
          // A pod starts: its secret, by name, and its token.
          actor,
          everyMinutes: 20,
          requests: (turn) => [
            {
              ...listed('secrets', undefined, team(turn), 'fieldSelector=metadata.name%3Dapp-db&limit=500'),
              name: 'app-db',
            },
            { ...watched('secrets', undefined, team(turn)), name: 'app-db' },
            { ...written('create', 'serviceaccounts', team(turn), 'default'), subresource: 'token' },
            { ...written('patch', 'pods', team(turn), `app-${turn}`), subresource: 'status' },
          ],
        },
        // At its start a kubelet is refused what the node authorizer does not know yet.
        once(
          actor,
          Array.from({ length: 12 }, (_, at) => ({ ...get('configmaps', 'shop', `c${at}`), code: 403 })),
        ),
      ];
    }),
    {
      actor: controller('replicaset-controller'),
      everyMinutes: 6,
      requests: (turn) => [
        written('create', 'pods', team(turn), '', undefined, pod(`app-${turn}`, PLAIN_SPEC, 'ReplicaSet', 'app-5d8')),
        // A namespace that goes away refuses new pods.
        { ...written('create', 'pods', 'preview-7', ''), code: 403 },
      ],
    },
    {
      actor: controller('daemon-set-controller'),
      everyMinutes: 240,
      requests: (turn) => [
        written('create', 'pods', 'kube-system', '', undefined, pod(`c-${turn}`, AGENT_SPEC, 'DaemonSet', 'cilium')),
        written(
          'create',
          'pods',
          'monitoring',
          '',
          undefined,
          pod(`e-${turn}`, EXPORTER_SPEC, 'DaemonSet', 'node-exporter'),
        ),
      ],
    },
    {
      actor: controller('cronjob-controller'),
      everyMinutes: 60,
      requests: (turn) => [
        written('create', 'jobs', 'billing', `report-${turn}`, 'batch', workload('Job', 'report', PLAIN_SPEC)),
      ],
    },
    {
      actor: controller('clusterrole-aggregation-controller'),
      everyMinutes: 360,
      requests: () => [
        unscoped('patch', 'clusterroles', 'admin', RBAC, {
          rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
        }),
      ],
    },
    {
      actor: controller('generic-garbage-collector'),
      everyMinutes: 15,
      requests: (turn) => [{ ...written('delete', 'replicasets', team(turn), `app-${turn}`, 'apps') }],
    },
    {
      actor: metricsServer,
      everyMinutes: 1,
      requests: (turn) =>
        NODES.slice(0, 1 + (turn % 2)).map((name) => ({
          verb: 'get',
          resource: 'nodes',
          name,
          subresource: 'metrics',
        })),
    },
  ];
}

/** Programs that people install. */
function programHabits(): Habit[] {
  return [
    once(operator, caches()),
    {
      // It reads the credentials that monitors name, each time it looks.
      actor: operator,
      everyMinutes: 5,
      requests: () => Array.from({ length: 14 }, (_, at) => get('secrets', 'monitoring', `basic-auth-${at}`)),
    },
    once(certManager, caches([['secrets'], ['ingresses', 'networking.k8s.io'], ['certificates', 'cert-manager.io']])),
    {
      actor: certManager,
      everyMinutes: 45,
      requests: (turn) => [get('secrets', team(turn), 'web-tls'), written('update', 'secrets', team(turn), 'web-tls')],
    },
    {
      actor: externalSecrets,
      everyMinutes: 10,
      requests: () =>
        TEAMS.flatMap((namespace) =>
          Array.from({ length: 6 }, (_, at) => get('secrets', namespace, `from-vault-${at}`)).concat(
            written('update', 'secrets', namespace, 'from-vault-0'),
          ),
        ),
    },
    once(externalSecrets, [
      { ...written('create', 'serviceaccounts', 'external-secrets', 'vault-auth'), subresource: 'token' },
    ]),
    once(
      ingress,
      caches([['secrets'], ['services'], ['endpointslices', 'discovery.k8s.io'], ['ingresses', 'networking.k8s.io']]),
    ),
    {
      actor: kyverno,
      everyMinutes: 30,
      requests: () => [
        unscoped('update', 'mutatingwebhookconfigurations', 'kyverno-resource', 'admissionregistration.k8s.io'),
        unscoped('create', 'subjectaccessreviews', '', 'authorization.k8s.io'),
      ],
    },
    once(kyverno, caches()),
    {
      actor: prometheus,
      everyMinutes: 1,
      requests: (turn) => [
        { verb: 'get', resource: '', path: '/metrics' },
        {
          verb: 'get',
          resource: 'nodes',
          name: NODES[turn % 6] ?? 'n1',
          subresource: 'proxy',
          path: `/api/v1/nodes/${NODES[turn % 6] ?? 'n1'}/proxy/metrics/cadvisor`,
        },
      ],
    },
    {
      // The nightly backup reads everything, namespace by namespace.
      actor: velero,
      everyMinutes: DAY / MINUTE,
      requests: () =>
        [...TEAMS, 'monitoring', 'kube-system'].flatMap((namespace) =>
          KINDS.map(([resource, group]) => listed(resource, group, namespace)),
        ),
    },
    {
      // Builds run in pods of the runner's own namespace, which it attaches to.
      actor: runner,
      everyMinutes: 25,
      requests: (turn) => [
        written('create', 'secrets', 'ci', `build-${turn}`),
        written('create', 'pods', 'ci', `build-${turn}`, undefined, pod(`build-${turn}`, PLAIN_SPEC, '', '')),
        entered('attach', 'ci', `build-${turn}`, 'container=build&stdin=true&stdout=true'),
        written('delete', 'pods', 'ci', `build-${turn}`),
        written('delete', 'secrets', 'ci', `build-${turn}`),
      ],
    },
  ];
}

/** Argo CD under the names of its install manifests. */
function argoHabits(): Habit[] {
  const argo = account('argocd/argocd-application-controller', 'argocd-application-controller/v3.0.0');
  return [
    once(argo, [...caches(), ...operatorChart('shop', 'redis-operator')]),
    once(argo, [
      written(
        'patch',
        'daemonsets',
        'monitoring',
        'node-exporter',
        'apps',
        workload('DaemonSet', 'node-exporter', EXPORTER_SPEC),
      ),
      unscoped('patch', 'clusterrolebindings', 'team-admins', RBAC, binding('admin', 'deployer', 'shop')),
    ]),
    {
      actor: argo,
      everyMinutes: 3,
      requests: (turn) => [
        get('secrets', 'argocd', 'argocd-secret'),
        written('patch', 'applications', 'argocd', `app-${turn % 9}`, 'argoproj.io'),
        ...(turn % 8 === 0
          ? [
              written('patch', 'deployments', team(turn), 'web', 'apps', workload('Deployment', 'web', PLAIN_SPEC)),
              written('patch', 'configmaps', team(turn), 'web'),
              written('delete', 'jobs', team(turn), `migrate-${turn}`, 'batch'),
              written('create', 'jobs', team(turn), `migrate-${turn}`, 'batch', workload('Job', 'migrate', PLAIN_SPEC)),
            ]
          : []),
      ],
    },
    {
      actor: argoServer,
      everyMinutes: 4,
      requests: () => [
        get('secrets', 'argocd', 'argocd-secret'),
        get('secrets', 'argocd', 'repo-creds'),
        get('configmaps', 'argocd', 'argocd-cm'),
      ],
    },
  ];
}

/** Flux under the names of its install manifests. */
function fluxHabits(): Habit[] {
  const kustomize = account('flux-system/kustomize-controller', 'kustomize-controller/v1.5.0');
  const helm = account('flux-system/helm-controller', 'helm-controller/v1.2.0');
  const source = account('flux-system/source-controller', 'source-controller/v1.5.0');
  return [
    once(kustomize, operatorChart('billing', 'queue-operator')),
    {
      actor: kustomize,
      everyMinutes: 5,
      requests: (turn) => [
        listed('secrets', undefined, 'flux-system', 'limit=500'),
        written('patch', 'deployments', team(turn), 'web', 'apps', workload('Deployment', 'web', PLAIN_SPEC)),
        written('patch', 'rolebindings', team(turn), 'devs', RBAC, binding('edit', 'deployer', team(turn))),
      ],
    },
    { actor: helm, everyMinutes: 10, requests: (turn) => helmRelease(team(turn), 'postgres', turn + 2) },
    {
      actor: source,
      everyMinutes: 5,
      requests: () => [get('secrets', 'flux-system', 'git-auth'), get('secrets', 'flux-system', 'oci-auth')],
    },
  ];
}

/** Six to six in the daytime only, and each in their own way. */
function peopleHabits(): Habit[] {
  return [
    { actor: { ...ANNA, userAgent: K9S }, everyMinutes: 120, requests: k9s },
    {
      actor: ANNA,
      everyMinutes: 30,
      requests: (turn) => [
        listed('pods', undefined, 'shop'),
        { ...get('pods', 'shop', `app-${turn}`), subresource: 'log', query: 'follow=true', lastsMs: 3 * MINUTE },
        entered('portforward', 'shop', `app-${turn}`, ''),
        entered('exec', 'shop', `app-${turn}`, 'command=sh&stdin=true&stdout=true&tty=true'),
        ...(turn % 4 === 0 ? [get('secrets', 'shop', 'app-db')] : []),
      ],
    },
    {
      actor: { ...BEN, userAgent: HELM },
      everyMinutes: 180,
      requests: (turn) => helmRelease('billing', 'ledger', turn + 2),
    },
    {
      // A namespace that is not his: refused, asked again, given up.
      actor: BEN,
      everyMinutes: 240,
      requests: () => [
        { ...listed('pods', undefined, 'search'), code: 403 },
        { ...listed('pods', undefined, 'search'), code: 403 },
        { ...get('secrets', 'search', 'app-db'), code: 403 },
        written('delete', 'pods', 'billing', 'ledger-0'),
        {
          ...written('patch', 'pods', 'billing', 'ledger-1', undefined, {
            spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] },
          }),
          subresource: 'ephemeralcontainers',
        },
      ],
    },
    { actor: { ...OLGA, userAgent: K9S }, everyMinutes: 240, requests: () => [...k9s(), ...caches()] },
    {
      actor: OLGA,
      everyMinutes: 360,
      requests: () => [
        ...KINDS.slice(0, 7)
          .map(([resource, group]) => listed(resource, group, 'kube-system', 'limit=500'))
          .filter(({ resource }) => resource !== 'secrets'),
        { verb: 'patch', resource: 'nodes', name: 'n3' },
        ...Array.from({ length: 12 }, (_, at): Request => ({
          ...written('create', 'pods', team(at), `app-${at}`),
          subresource: 'eviction',
        })),
        written('patch', 'configmaps', 'kube-system', 'kube-proxy'),
        unscoped('create', 'clusterrolebindings', 'on-call', RBAC, binding('view', 'on-call', 'ci')),
      ],
    },
    {
      // The two things of the day that somebody should look at: a list of all secrets by hand, a node's own shell.
      actor: OLGA,
      everyMinutes: DAY / MINUTE,
      requests: () => [
        listed('secrets', undefined, undefined, 'limit=500'),
        written(
          'create',
          'pods',
          'default',
          'node-debugger-n3',
          undefined,
          pod('node-debugger-n3', { ...EXPORTER_SPEC, hostIPC: true }, '', ''),
        ),
      ],
    },
  ];
}

/**
 * The day's lines, NDJSON without newlines, in order of time.
 *
 * @param start milliseconds since the epoch
 */
export function clusterDay(start: number): string[] {
  const habits = [...clusterHabits(), ...programHabits(), ...argoHabits(), ...fluxHabits()];
  const people = peopleHabits();
  const requests = [...habits, ...people].flatMap((habit, index): AuditedRequest[] => {
    const every = habit.everyMinutes * MINUTE;
    const isPerson = people.includes(habit);
    const [from, to] = isPerson ? [start + DAY / 4, start + (3 * DAY) / 4] : [start, start + DAY];
    const turns = Math.max(1, Math.floor((to - from) / every));
    return Array.from({ length: turns }, (_, turn) => {
      const random = seededRandom(turn * 197 + index);
      const at = from + turn * every + between(random, 0, Math.min(every, to - from) - 1);
      return habit.requests(turn).map((request, step) => ({
        reason: request.code === 403 ? '' : grantOf(habit.actor, request),
        ...request,
        actor: habit.actor,
        at: at + step * 40,
      }));
    }).flat();
  });
  return requests
    .flatMap((request, sequence) => auditLines(request, sequence))
    .sort((a, b) => a.at - b.at)
    .map(({ json }) => json);
}

function grantOf(actor: Actor, { path }: Request): string {
  if (path !== undefined && actor === PROBE) {
    return clusterGrant('system:public-info-viewer', 'system:public-info-viewer', 'Group "system:unauthenticated"');
  }
  return actor === ANNA ? namespaceGrant('devs/shop', 'ClusterRole', 'edit', 'Group "developers"') : reasonOf(actor);
}
