import { uidFor } from '../object-store.ts';
import { uidOf } from '../shop/metadata.ts';
import { NODES } from '../shop/nodes.ts';
import type { Actor } from './audit-record.ts';

const KUBECTL = 'kubectl/v1.34.2 (linux/amd64) kubernetes/8cc511e';

function person(username: string, address: string, groups: readonly string[], userAgent = KUBECTL): Actor {
  const credential = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${uidFor(username)}`] };
  return { username, groups: [...groups, 'system:authenticated'], address, userAgent, extra: credential };
}

/**
 * A service account's pod as the API server knows it from its bound token.
 *
 * @param account `namespace/name`
 * @param pod the name of the pod that holds the token
 */
export function accountActor(account: string, pod: string, node: string, address: string, userAgent: string): Actor {
  const [namespace = '', name = ''] = account.split('/');
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    uid: uidOf('ServiceAccount', namespace, name),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    address,
    userAgent,
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${uidFor(`token/${account}/${pod}`)}`],
      'authentication.kubernetes.io/node-name': [node],
      'authentication.kubernetes.io/node-uid': [uidOf('Node', '', node)],
      'authentication.kubernetes.io/pod-name': [pod],
      'authentication.kubernetes.io/pod-uid': [uidOf('Pod', namespace, pod)],
    },
  };
}

export const BOB = person('bob', '198.51.100.4', ['developers']);
export const ALICE = person('alice', '198.51.100.7', ['shop-team', 'oncall']);

export const ANONYMOUS_STRANGER: Actor = {
  username: 'system:anonymous',
  groups: ['system:unauthenticated'],
  address: '203.0.113.9',
  userAgent: 'python-requests/2.32.3',
};

export const PROBE: Actor = {
  username: 'system:anonymous',
  groups: ['system:unauthenticated'],
  address: '10.0.1.5',
  userAgent: 'kube-probe/1.34',
};

export const CONTROLLER_MANAGER: Actor = {
  username: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
  address: '10.0.1.10',
  userAgent: 'kube-controller-manager/v1.34.2 (linux/amd64) kubernetes/8cc511e/leader-election',
};

export const SCHEDULER: Actor = {
  username: 'system:kube-scheduler',
  groups: ['system:authenticated'],
  address: '10.0.1.10',
  userAgent: 'kube-scheduler/v1.34.2 (linux/amd64) kubernetes/8cc511e/leader-election',
};

/** A controller of kube-controller-manager, with its own account. */
export function controller(name: string): Actor {
  return {
    username: `system:serviceaccount:kube-system:${name}`,
    uid: uidOf('ServiceAccount', 'kube-system', name),
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
    address: '10.0.1.10',
    userAgent: `kube-controller-manager/v1.34.2 (linux/amd64) kubernetes/8cc511e/system:serviceaccount:kube-system:${name}`,
  };
}

/** The kubelets, one a node. */
export const KUBELETS: readonly Actor[] = NODES.map((node) => ({
  username: `system:node:${node.name}`,
  groups: ['system:nodes', 'system:authenticated'],
  address: node.ip,
  userAgent: 'kubelet/v1.34.2 (linux/amd64) kubernetes/8cc511e',
}));
