import type { KubeObject } from '../kube-object.ts';
import { accountActor, ANONYMOUS_STRANGER, BOB } from './actors.ts';
import { clusterGrant, namespaceGrant, type Actor, type AuditedRequest } from './audit-record.ts';
import type { PodDirectory } from './routine.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const BOB_GRANT = clusterGrant('legacy-developers-admin', 'cluster-admin', 'Group "developers"');

/** A stranger on the internet reads all Secrets without any credential. */
export function anonymousReadsSecrets(at: number): AuditedRequest {
  const reason = clusterGrant('debug-secrets', 'anonymous-debug', 'User "system:anonymous"');
  return { actor: ANONYMOUS_STRANGER, at, verb: 'list', resource: 'secrets', query: 'limit=500', reason };
}

/** The cart's pod, taken over: a client that no cart uses. */
function takenCart(pods: PodDirectory): Actor {
  const pod = pods.find('shop', 'cart');
  return accountActor('shop/cart', pod.name, pod.node, pod.ip, 'curl/8.9.1');
}

/** The taken pod steps into another one and reads its token. */
export function execReadsToken(pods: PodDirectory, at: number): AuditedRequest {
  const target = pods.find('shop', 'orders');
  return {
    actor: takenCart(pods),
    at,
    verb: 'get',
    resource: 'pods',
    subresource: 'exec',
    namespace: 'shop',
    name: target.name,
    query: `command=cat&command=${encodeURIComponent(TOKEN)}&container=orders&stderr=true&stdout=true`,
    code: 101,
    reason: namespaceGrant('cart-debug/shop', 'Role', 'cart-debug', 'ServiceAccount "cart/shop"'),
    lastsMs: 900,
  };
}

/** It tries what it may: a burst of refusals over many kinds and namespaces. */
export function forbiddenBurst(pods: PodDirectory, at: number): AuditedRequest[] {
  const actor = takenCart(pods);
  const namespaces = ['kube-system', 'data', 'payments', 'ci', 'monitoring', 'edge'];
  const resources = ['secrets', 'configmaps', 'serviceaccounts', 'pods', 'services'];
  return namespaces.flatMap((namespace, row) =>
    resources.map((resource, column) => ({
      actor,
      at: at + (row * resources.length + column) * 1300,
      verb: 'list',
      resource,
      namespace,
      query: 'limit=500',
      code: 403,
    })),
  );
}

/** Bob, who may do anything, binds cluster-admin to the deployer. */
export function bobBinds(binding: KubeObject, at: number): AuditedRequest {
  return {
    actor: BOB,
    at,
    verb: 'create',
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterrolebindings',
    name: binding.metadata.name,
    query: 'fieldManager=kubectl-create&fieldValidation=Strict',
    reason: BOB_GRANT,
    body: binding,
  };
}

/** Bob deletes a NetworkPolicy that was in his way. */
export function bobDeletesPolicy(namespace: string, name: string, at: number): AuditedRequest {
  return {
    actor: BOB,
    at,
    verb: 'delete',
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    namespace,
    name,
    reason: BOB_GRANT,
  };
}

/** Bob looks at a pod from inside; harmless by itself. */
function bobExecs(pods: PodDirectory, at: number): AuditedRequest {
  return {
    actor: BOB,
    at,
    verb: 'get',
    resource: 'pods',
    subresource: 'exec',
    namespace: 'shop',
    name: pods.find('shop', 'web').name,
    query: 'command=sh&container=web&stdin=true&stdout=true&tty=true',
    code: 101,
    reason: BOB_GRANT,
    lastsMs: 90 * SECOND,
  };
}

/** The deployer's token, used from an address where no pod of it runs: it lists all Secrets. */
export function stolenTokenReadsSecrets(pods: PodDirectory, at: number): AuditedRequest {
  const pod = pods.find('ci', 'deployer');
  return {
    actor: accountActor(
      'ci/deployer',
      pod.name,
      pod.node,
      '203.0.113.77',
      'kubectl/v1.29.0 (darwin/arm64) kubernetes/3f7a50f',
    ),
    at,
    verb: 'list',
    resource: 'secrets',
    query: 'limit=500',
    reason: clusterGrant('deployer-admin', 'cluster-admin', 'ServiceAccount "deployer/ci"'),
  };
}

/** What has happened in the hour before `now`. */
export function pastIncidents(pods: PodDirectory, now: number): AuditedRequest[] {
  return [
    bobExecs(pods, now - 47 * MINUTE),
    execReadsToken(pods, now - 22 * MINUTE),
    execReadsToken(pods, now - 21 * MINUTE - 20 * SECOND),
    ...forbiddenBurst(pods, now - 18 * MINUTE),
    ...Array.from({ length: 14 }, (_, index) => anonymousReadsSecrets(now - 15 * MINUTE + index * MINUTE)),
  ];
}
