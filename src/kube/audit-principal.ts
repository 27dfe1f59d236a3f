import type { AuditEvent, AuditUser } from '../model/audit-event.ts';
import type { AuditActor } from '../model/audit-group.ts';
import { SERVICE_ACCOUNT_PREFIX } from './rbac-user.ts';

/**
 * What a caller is expected to do, by its name. `workload` is a service account of an ordinary namespace, `system` one of
 * a system namespace, `plane` the control plane's own identities.
 */
export type PrincipalRole = 'human' | 'deployer' | 'workload' | 'system' | 'node' | 'plane' | 'anonymous';

export interface Principal {
  readonly actor: AuditActor;
  readonly role: PrincipalRole;
  /** Of a service account; '' for others. */
  readonly namespace: string;
  /** Named in the config's `deployers`, rather than known by a well-known name. */
  readonly isConfigured: boolean;
  /** In system:masters: outside of RBAC. */
  readonly isMaster: boolean;
  /** `JTI=…` or `X509SHA256=…` (KEP-4193); '' where the server does not say. */
  readonly credential: string;
  readonly podName: string;
  readonly nodeName: string;
}

const EXTRA = 'authentication.kubernetes.io/';

/** Usernames of components that run beside or for the API server. Sources: kubeadm, kube-up, EKS, AKS and GKE docs. */
const PLANE_USERS = new Set([
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  'system:cloud-controller-manager',
  'system:addon-manager',
  'system:volume-scheduler',
  'system:aggregator',
  'aksService',
]);
const PLANE_PREFIXES = ['eks:', 'system:gke-', 'system:gcp-'];

/**
 * Service accounts in kube-system that kube-controller-manager runs its controllers as. Source: kubernetes/kubernetes
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go.
 */
export const CONTROLLER_ACCOUNTS: ReadonlySet<string> = new Set([
  'attachdetach-controller',
  'bootstrap-signer',
  'certificate-controller',
  'cloud-provider',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'device-taint-eviction-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'node-lifecycle-controller',
  'persistent-volume-binder',
  'podcertificaterequestcleaner-controller',
  'podgroup-protection-controller',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'route-controller',
  'selinux-warning-controller',
  'service-account-controller',
  'service-cidrs-controller',
  'service-controller',
  'statefulset-controller',
  'storage-version-garbage-collector',
  'storage-version-migrator-controller',
  'taint-eviction-controller',
  'token-cleaner',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
  'vac-protection-controller',
]);

/** Deployment controllers under the names of their own install manifests. */
const KNOWN_DEPLOYERS = new Set([
  'system:serviceaccount:argocd:argocd-application-controller',
  'system:serviceaccount:argo-cd:argocd-application-controller',
  'system:serviceaccount:openshift-gitops:openshift-gitops-argocd-application-controller',
  'system:serviceaccount:flux-system:kustomize-controller',
  'system:serviceaccount:flux-system:helm-controller',
  'system:serviceaccount:openshift-operator-lifecycle-manager:olm-operator-serviceaccount',
  'system:serviceaccount:olm:olm-operator-serviceaccount',
]);

/** Namespaces that belong to the cluster itself. */
export function isSystemNamespace(namespace: string): boolean {
  return (
    namespace.startsWith('kube-') &&
    (namespace === 'kube-system' || namespace === 'kube-public' || namespace === 'kube-node-lease')
  );
}

/** The only address that the client cannot set: the last one. Behind a cloud front end it is the proxy's. */
export function certainAddress(event: AuditEvent): string {
  return event.sourceIPs.at(-1) ?? '';
}

/**
 * @param isDeployer whether the config names this user as an expected writer
 */
export function createPrincipals(isDeployer: (username: string) => boolean): (event: AuditEvent) => Principal {
  const known = new WeakMap<AuditUser, Principal>();
  let lastUser: AuditUser | null = null;
  let last: Principal | null = null;
  return (event) => {
    const { user } = event;
    if (user.username === '') return unauthenticated(certainAddress(event));
    if (user === lastUser && last !== null) return last;
    let principal = known.get(user);
    if (principal === undefined) {
      principal = principalOf(user, isDeployer);
      known.set(user, principal);
    }
    lastUser = user;
    last = principal;
    return principal;
  };
}

function principalOf(user: AuditUser, isDeployer: (username: string) => boolean): Principal {
  const { username, groups, extra } = user;
  const namespace = username.startsWith(SERVICE_ACCOUNT_PREFIX) ? (username.split(':')[2] ?? '') : '';
  const isConfigured = isDeployer(username);
  const role = isConfigured || KNOWN_DEPLOYERS.has(username) ? 'deployer' : roleOf(user, namespace);
  return {
    actor: {
      kind: kindOf(role, namespace !== ''),
      username,
      groups,
      name: username,
      deployer: role === 'deployer',
    },
    role,
    namespace,
    isConfigured,
    isMaster: groups.includes('system:masters'),
    credential: extra[`${EXTRA}credential-id`]?.[0] ?? '',
    podName: extra[`${EXTRA}pod-name`]?.[0] ?? '',
    nodeName: extra[`${EXTRA}node-name`]?.[0] ?? '',
  };
}

function roleOf({ username, groups }: AuditUser, namespace: string): PrincipalRole {
  if (username === 'system:anonymous') return 'anonymous';
  if (username.startsWith('system:node:') || username.startsWith('system:bootstrap:')) return 'node';
  if (groups.includes('system:bootstrappers') || groups.includes('system:nodes')) return 'node';
  if (namespace !== '') {
    const name = username.slice(SERVICE_ACCOUNT_PREFIX.length + namespace.length + 1);
    if (namespace === 'kube-system' && CONTROLLER_ACCOUNTS.has(name)) return 'plane';
    return isSystemNamespace(namespace) ? 'system' : 'workload';
  }
  if (PLANE_USERS.has(username) || PLANE_PREFIXES.some((prefix) => username.startsWith(prefix))) return 'plane';
  return 'human';
}

function kindOf(role: PrincipalRole, isAccount: boolean): AuditActor['kind'] {
  switch (role) {
    case 'human':
      return 'human';
    case 'deployer':
      return isAccount ? 'service-account' : 'human';
    case 'workload':
    case 'system':
      return 'service-account';
    case 'node':
      return 'node';
    case 'plane':
      return 'control-plane';
    case 'anonymous':
      return 'anonymous';
  }
}

function unauthenticated(address: string): Principal {
  return {
    actor: {
      kind: 'anonymous',
      username: '',
      groups: [],
      name: `unauthenticated ${address}`.trimEnd(),
      deployer: false,
    },
    role: 'anonymous',
    namespace: '',
    isConfigured: false,
    isMaster: false,
    credential: '',
    podName: '',
    nodeName: '',
  };
}
