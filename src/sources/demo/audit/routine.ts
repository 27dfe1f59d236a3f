import { between, seededRandom, type Random } from '../random.ts';
import { accountActor, ALICE, CONTROLLER_MANAGER, controller, KUBELETS, PROBE, SCHEDULER } from './actors.ts';
import { clusterGrant, namespaceGrant, type Actor, type AuditedRequest } from './audit-record.ts';

/** Finds the pods of the demo cluster that act. */
export interface PodDirectory {
  /** A running pod of a workload. */
  find(namespace: string, workload: string): { readonly name: string; readonly node: string; readonly ip: string };
}

type Request = Omit<AuditedRequest, 'at' | 'actor'>;

interface Habit {
  readonly actor: Actor;
  readonly everyMs: number;
  readonly request: (random: Random) => Request;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function leases(name: string, everyMs: number, actor: Actor): Habit[] {
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-system', name };
  const lock = `system::leader-locking-${name}`;
  const reason = namespaceGrant(`${lock}/kube-system`, 'Role', lock, `User "${actor.username}"`);
  return (['get', 'update'] as const).map((verb) => ({
    actor,
    everyMs,
    request: () => ({ ...lease, verb, query: 'timeout=5s', reason }),
  }));
}

/** What goes on all day: the cluster's own work, the deliveries, and people who look after their services. */
function habits(pods: PodDirectory): Habit[] {
  const account = (path: string, prefix: string, agent: string): Actor => {
    const pod = pods.find(path.slice(0, path.indexOf('/')), prefix);
    return accountActor(path, pod.name, pod.node, pod.ip, agent);
  };
  const prometheus = account('monitoring/prometheus', 'prometheus', 'Prometheus/3.0.1');
  const argo = account(
    'ci/argocd-application-controller',
    'argocd-application-controller',
    'argocd-application-controller/v2.13.2',
  );
  const deployer = account('ci/deployer', 'deployer', 'deployer/1.6.0');
  const runner = account('ci/runner', 'runner', 'runner/3.2');
  const metrics = account('monitoring/kube-state-metrics', 'kube-state-metrics', 'kube-state-metrics/v2.14.0');
  const coredns = account('kube-system/coredns', 'coredns', 'coredns/1.12.1');
  const cart = account('shop/cart', 'cart', 'cart/2.9.0 node-fetch');
  const watchOf = (group: string | undefined, resource: string, reason: string) => (): Request => ({
    verb: 'watch',
    ...(group === undefined ? {} : { group }),
    resource,
    query: 'allowWatchBookmarks=true&resourceVersion=1200&timeoutSeconds=420&watch=true',
    reason,
    lastsMs: 7 * MINUTE,
  });
  const argoReason = clusterGrant(
    'argocd-application-controller',
    'argocd-application-controller',
    'ServiceAccount "argocd-application-controller/ci"',
  );
  return [
    ...KUBELETS.flatMap((actor): Habit[] => {
      const name = actor.username.slice('system:node:'.length);
      const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name };
      return [
        { actor, everyMs: 10 * SECOND, request: () => ({ ...lease, verb: 'update', query: 'timeout=10s' }) },
        {
          actor,
          everyMs: MINUTE,
          request: () => ({ verb: 'get', resource: 'nodes', name, query: 'resourceVersion=0&timeout=10s' }),
        },
        {
          actor,
          everyMs: 5 * MINUTE,
          request: () => ({ verb: 'patch', resource: 'nodes', name, subresource: 'status' }),
        },
      ];
    }),
    ...leases('kube-controller-manager', 4 * SECOND, CONTROLLER_MANAGER),
    ...leases('kube-scheduler', 4 * SECOND, SCHEDULER),
    {
      actor: PROBE,
      everyMs: 10 * SECOND,
      request: () => ({
        verb: 'get',
        resource: '',
        path: '/readyz',
        reason: clusterGrant(
          'system:public-info-viewer',
          'system:public-info-viewer',
          'Group "system:unauthenticated"',
        ),
      }),
    },
    {
      actor: controller('replicaset-controller'),
      everyMs: 40 * SECOND,
      request: () => ({
        verb: 'update',
        group: 'apps',
        resource: 'replicasets',
        subresource: 'status',
        namespace: 'shop',
        name: 'search',
        reason: clusterGrant(
          'system:controller:replicaset-controller',
          'system:controller:replicaset-controller',
          'ServiceAccount "replicaset-controller/kube-system"',
        ),
      }),
    },
    {
      actor: prometheus,
      everyMs: 30 * SECOND,
      request: () => ({
        verb: 'list',
        resource: 'pods',
        query: 'limit=500',
        reason: clusterGrant('prometheus', 'prometheus', 'ServiceAccount "prometheus/monitoring"'),
      }),
    },
    {
      actor: coredns,
      everyMs: 7 * MINUTE,
      request: watchOf(
        'discovery.k8s.io',
        'endpointslices',
        clusterGrant('system:coredns', 'system:coredns', 'ServiceAccount "coredns/kube-system"'),
      ),
    },
    {
      actor: metrics,
      everyMs: 8 * MINUTE,
      request: watchOf(
        'apps',
        'deployments',
        clusterGrant('kube-state-metrics', 'kube-state-metrics', 'ServiceAccount "kube-state-metrics/monitoring"'),
      ),
    },
    {
      actor: argo,
      everyMs: 20 * SECOND,
      request: () => ({
        verb: 'patch',
        group: 'argoproj.io',
        resource: 'applications',
        namespace: 'ci',
        name: 'shop',
        path: '/apis/argoproj.io/v1alpha1/namespaces/ci/applications/shop',
        reason: argoReason,
      }),
    },
    {
      actor: argo,
      everyMs: 3 * MINUTE,
      request: () => ({
        verb: 'list',
        group: 'apps',
        resource: 'deployments',
        namespace: 'shop',
        query: 'limit=500',
        reason: argoReason,
      }),
    },
    {
      actor: deployer,
      everyMs: 12 * MINUTE,
      request: () => ({
        verb: 'patch',
        group: 'apps',
        resource: 'deployments',
        namespace: 'shop',
        name: 'web',
        query: 'fieldManager=deployer',
        reason: namespaceGrant('deployer/shop', 'Role', 'deployer', 'ServiceAccount "deployer/ci"'),
      }),
    },
    {
      actor: runner,
      everyMs: 2 * MINUTE,
      request: (random) => ({
        verb: random() < 0.5 ? 'get' : 'list',
        resource: 'pods',
        namespace: 'ci',
        reason: namespaceGrant('runner/ci', 'Role', 'runner', 'ServiceAccount "runner/ci"'),
      }),
    },
    {
      actor: cart,
      everyMs: 5 * MINUTE,
      request: () => ({
        verb: 'get',
        resource: 'secrets',
        namespace: 'shop',
        name: 'cart-db',
        reason: namespaceGrant('cart-read/shop', 'Role', 'cart-read', 'ServiceAccount "cart/shop"'),
      }),
    },
    {
      actor: ALICE,
      everyMs: 4 * MINUTE,
      request: (random) => ({
        verb: 'list',
        resource: random() < 0.7 ? 'pods' : 'services',
        namespace: 'shop',
        query: 'limit=500',
        reason: namespaceGrant('team-admin/shop', 'ClusterRole', 'admin', 'Group "shop-team"'),
      }),
    },
  ];
}

/**
 * The routine requests of a span of time, oldest first; joining spans gives the same as one long span, so the log can
 * be written tick by tick.
 *
 * @param from milliseconds since the epoch, included
 * @param to excluded
 */
export function routineRequests(pods: PodDirectory, from: number, to: number): AuditedRequest[] {
  const requests = habits(pods).flatMap((habit, index) => {
    const found: AuditedRequest[] = [];
    for (let turn = Math.floor(from / habit.everyMs) - 1; turn * habit.everyMs < to; turn += 1) {
      const random = seededRandom(turn * 131 + index);
      const at = turn * habit.everyMs + between(random, 0, habit.everyMs - 1);
      if (at >= from && at < to) found.push({ ...habit.request(random), actor: habit.actor, at });
    }
    return found;
  });
  return requests.sort((a, b) => a.at - b.at);
}
