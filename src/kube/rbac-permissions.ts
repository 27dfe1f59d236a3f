/**
 * The permissions that give more than they seem to, with what else upstream demands before they do.
 * Sources: kubernetes.io/docs/concepts/security/rbac-good-practices (privilege escalation risks), and the upstream code
 * named at an entry. Severities follow scope: everywhere, in kube-system, in one other namespace.
 */
import type { Severity } from '../model/finding.ts';
import { PROXIED } from './accesses.ts';

/** What a dangerous grant is about; each is the rule `rbac/<category>`. */
export type Category =
  | 'cluster-admin'
  | 'namespace-admin'
  | 'wildcard'
  | 'escalates'
  | 'impersonates'
  | 'reads-secrets'
  | 'creates-workloads'
  | 'exec'
  | 'tokens'
  | 'node-proxy'
  | 'certificates'
  | 'webhooks'
  | 'exposes-services'
  | 'alters-policy'
  | 'alters-nodes'
  | 'storage'
  | 'reads-widely';

/** What a permission may demand of the cluster beside other requests. */
export type ClusterFact = 'bootstrap-groups-bound' | 'device-administration-allowed';

/**
 * What else it takes: another request that the subject must be allowed too, in the same scope or wider (one of the verbs
 * on one resource, of any name), a verb that begins so on anything, or a fact of the cluster.
 */
export type Need =
  | {
      readonly verbs: readonly string[];
      readonly groups: readonly string[];
      readonly resources: readonly string[];
      /** Meets it as well. */
      readonly or?: ClusterFact;
    }
  | { readonly verbPrefix: string }
  | { readonly fact: ClusterFact };

export interface Permission {
  readonly id: string;
  readonly category: Category;
  /** Any of these verbs on any of these resources in any of these groups. */
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  /** `resource`, `resource/subresource`, or `resource/*` for every subresource. */
  readonly resources: readonly string[];
  /** Only rules that could ask for one of these names count (unnamed rules do). */
  readonly names?: readonly string[];
  /** Only in these namespaces (or everywhere). */
  readonly namespaces?: readonly string[];
  /** The resource has no namespace: a RoleBinding does not grant it. */
  readonly clusterScoped?: true;
  /** Worth a word only where it is held in all namespaces. */
  readonly wideOnly?: true;
  /**
   * What a rule with resourceNames is worth: nothing (narrow: that is how it should be), one severity less, the same,
   * what the ClusterRoles of these names give, or the same where a ClusterRole of these names exists. Verbs that never
   * carry a name (create, deletecollection) are never granted by such a rule.
   */
  readonly named: 'narrow' | 'less' | 'same' | 'what-the-role-gives' | 'same-if-the-role-exists';
  /** A rule with one of these names is worth as much as one without names. */
  readonly worstNames?: readonly string[];
  /** The object is a namespace, so that a RoleBinding grants it for its own namespace only (requestinfo.go). */
  readonly isOfNamespace?: true;
  /** All of these must be met too, else the grant is `low`: it is bounded without them. */
  readonly needs?: readonly Need[];
  /** Without what it needs it is worth nothing at all. */
  readonly isNothingAlone?: true;
  /** Counts on servers below this minor of v1 only. */
  readonly below?: number;
  /** Counts on servers from this minor of v1 on. */
  readonly since?: number;
  readonly severity: { readonly cluster: Severity; readonly system: Severity; readonly namespace: Severity };
  /** What it allows, to be read after "can": `read every Secret`. */
  readonly allows: string;
  readonly why: string;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch'];
const CHANGE = ['update', 'patch'];
const HIGH = { cluster: 'high', system: 'high', namespace: 'medium' } as const;
const CRITICAL = { cluster: 'critical', system: 'high', namespace: 'medium' } as const;
const MEDIUM = { cluster: 'medium', system: 'medium', namespace: 'low' } as const;
const LOW = { cluster: 'low', system: 'low', namespace: 'info' } as const;
const RBAC = 'rbac.authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

/** Signers whose certificates the API server takes for an identity, exactly or by their domain. */
const CLIENT_SIGNERS = [
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/*',
];

const POD_TEMPLATES = [
  'pods',
  'replicationcontrollers',
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'jobs',
  'cronjobs',
];

/** One mode of constrained impersonation (KEP-5284): it takes the mode, and one verb to use it on. */
function constrained(
  id: string,
  mode: string,
  resources: readonly string[],
  more: Pick<Permission, 'allows' | 'named'> & Partial<Permission>,
): Permission {
  return {
    id,
    category: 'impersonates',
    verbs: [`impersonate:${mode}`],
    groups: ['authentication.k8s.io'],
    resources,
    needs: [{ verbPrefix: `impersonate-on:${mode}:` }],
    since: 36,
    severity: MEDIUM,
    why: 'Constrained impersonation (KEP-5284, on by default since 1.36) reaches what the impersonate-on verbs of the same mode name.',
    ...more,
  };
}

/** The objects that an admission policy takes its parameters from. */
export interface PolicyParameters {
  /** `ValidatingAdmissionPolicy limits`. */
  readonly policy: string;
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Of one name; null: a selector chooses. */
  readonly name: string | null;
  /** In one namespace; null: in that of the object at hand, or nowhere. */
  readonly namespace: string | null;
}

/** Writing the parameters of an admission policy, which differ from cluster to cluster. */
export function writesParameters(one: PolicyParameters): Permission {
  return {
    id: 'write-policy-parameters',
    category: 'webhooks',
    verbs: [...WRITE, 'delete', 'deletecollection'],
    groups: [one.group],
    resources: [one.resource],
    ...(one.name === null ? {} : { names: [one.name] }),
    ...(one.namespace === null ? {} : { namespaces: [one.namespace] }),
    ...(one.namespaced ? {} : { clusterScoped: true }),
    named: 'same',
    // Parameters in a namespace of their own decide for all namespaces, those of each namespace for that one.
    severity: one.namespaced && one.namespace === null ? HIGH : { cluster: 'high', system: 'high', namespace: 'high' },
    allows: `change what ${one.policy} decides by`,
    why: 'An admission policy is only as strict as its parameters: whoever writes them loosens it, or turns it off.',
  };
}

export const PERMISSIONS: readonly Permission[] = [
  {
    id: 'read-secrets',
    category: 'reads-secrets',
    verbs: READ,
    groups: [''],
    resources: ['secrets'],
    named: 'narrow',
    severity: HIGH,
    allows: 'read Secrets',
    why: 'get, list and watch all return the values, tokens of service accounts among them.',
  },
  {
    id: 'mint-token-secret',
    category: 'tokens',
    verbs: ['create'],
    groups: [''],
    resources: ['secrets'],
    named: 'narrow',
    needs: [{ verbs: READ, groups: [''], resources: ['secrets'] }],
    severity: HIGH,
    allows: 'mint tokens of any service account',
    why: 'A Secret of type kubernetes.io/service-account-token is filled with a token of the account that it names.',
  },
  {
    id: 'bootstrap-token',
    category: 'tokens',
    verbs: ['create'],
    groups: [''],
    resources: ['secrets'],
    namespaces: ['kube-system'],
    named: 'narrow',
    needs: [{ fact: 'bootstrap-groups-bound' }],
    severity: HIGH,
    allows: 'create bootstrap tokens',
    why: 'A bootstrap token Secret in kube-system lets its holder join as a node.',
  },
  {
    id: 'request-token',
    category: 'tokens',
    verbs: ['create'],
    groups: [''],
    resources: ['serviceaccounts/token'],
    named: 'less',
    severity: HIGH,
    allows: 'request tokens of service accounts',
    why: 'The TokenRequest API hands out tokens of every account in reach.',
  },
  {
    id: 'create-pods',
    category: 'creates-workloads',
    verbs: ['create'],
    groups: [''],
    resources: ['pods'],
    named: 'narrow',
    severity: HIGH,
    allows: 'create pods',
    why: 'A new pod can run as any service account and mount any Secret of its namespace, and reaches the node where pod security permits.',
  },
  {
    id: 'write-pod-controllers',
    category: 'creates-workloads',
    verbs: WRITE,
    groups: ['apps'],
    resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'],
    named: 'less',
    severity: HIGH,
    allows: 'create or change workloads',
    why: 'A pod template can run as any service account and mount any Secret of its namespace.',
  },
  {
    id: 'write-jobs',
    category: 'creates-workloads',
    verbs: WRITE,
    groups: ['batch'],
    resources: ['jobs', 'cronjobs'],
    named: 'less',
    severity: HIGH,
    allows: 'create or change jobs',
    why: 'A job can run as any service account and mount any Secret of its namespace.',
  },
  {
    id: 'write-replication-controllers',
    category: 'creates-workloads',
    verbs: WRITE,
    groups: [''],
    resources: ['replicationcontrollers'],
    named: 'less',
    severity: HIGH,
    allows: 'create or change replication controllers',
    why: 'A pod template can run as any service account and mount any Secret of its namespace.',
  },
  {
    id: 'change-pods',
    category: 'exec',
    verbs: CHANGE,
    groups: [''],
    resources: ['pods'],
    named: 'less',
    severity: HIGH,
    allows: 'replace the image of running pods',
    why: "A pod's image can be changed in place: other code then runs with its account and mounts.",
  },
  {
    id: 'ephemeral-containers',
    category: 'exec',
    verbs: CHANGE,
    groups: [''],
    resources: ['pods/ephemeralcontainers'],
    named: 'less',
    severity: HIGH,
    allows: 'add containers to running pods',
    why: 'An ephemeral container runs inside the pod, with its account, network and, with shareProcessNamespace, memory.',
  },
  {
    id: 'exec',
    category: 'exec',
    verbs: ['create'],
    groups: [''],
    resources: ['pods/exec', 'pods/attach'],
    named: 'less',
    severity: HIGH,
    allows: 'run commands in pods',
    why: 'A shell in a pod has all that the pod has: its token, Secrets and network.',
  },
  {
    id: 'exec-by-get',
    category: 'exec',
    verbs: ['get'],
    groups: [''],
    resources: ['pods/exec', 'pods/attach'],
    named: 'less',
    // AuthorizePodWebsocketUpgradeCreatePermission (KEP-4006) is on by default since 1.35.
    below: 35,
    severity: HIGH,
    allows: 'run commands in pods',
    why: 'Before Kubernetes 1.35 a WebSocket client execs with the verb get.',
  },
  {
    id: 'port-forward',
    category: 'exec',
    verbs: ['create'],
    groups: [''],
    resources: ['pods/portforward'],
    named: 'narrow',
    severity: MEDIUM,
    allows: 'forward ports into pods',
    why: 'Port forwarding reaches every port of a pod, past NetworkPolicies.',
  },
  {
    id: 'port-forward-by-get',
    category: 'exec',
    verbs: ['get'],
    groups: [''],
    resources: ['pods/portforward'],
    named: 'narrow',
    // The same gate as for exec (KEP-4006).
    below: 35,
    severity: MEDIUM,
    allows: 'forward ports into pods',
    why: 'Before Kubernetes 1.35 a WebSocket client forwards ports with the verb get.',
  },
  {
    id: 'proxy',
    category: 'exec',
    verbs: PROXIED,
    groups: [''],
    resources: ['pods/proxy', 'services/proxy'],
    named: 'narrow',
    severity: MEDIUM,
    allows: 'reach pods through the API server',
    why: 'The API server connects to the pod, past NetworkPolicies.',
  },
  {
    id: 'node-proxy',
    category: 'node-proxy',
    verbs: ['get', 'create'],
    groups: [''],
    resources: ['nodes/proxy'],
    clusterScoped: true,
    named: 'less',
    severity: CRITICAL,
    allows: 'command every kubelet',
    why: 'The kubelet takes commands for every pod of its node under nodes/proxy: no admission, no audit of the command, and get is enough over WebSocket.',
  },
  {
    id: 'node-details',
    category: 'reads-widely',
    verbs: ['get'],
    groups: [''],
    resources: ['nodes/log'],
    clusterScoped: true,
    named: 'narrow',
    severity: LOW,
    allows: 'read node logs',
    why: 'Logs of nodes tell an attacker where to go next.',
  },
  {
    id: 'node-settings',
    category: 'reads-widely',
    verbs: ['get'],
    groups: [''],
    resources: ['nodes/configz', 'nodes/pods'],
    clusterScoped: true,
    named: 'narrow',
    // KubeletFineGrainedAuthz (KEP-2862) is on by default since 1.33; before, kubelets ask for nodes/proxy only.
    since: 33,
    severity: LOW,
    allows: 'read kubelet settings and the pods of nodes',
    why: 'Settings of kubelets tell an attacker where to go next.',
  },
  {
    id: 'node-statistics',
    category: 'reads-widely',
    verbs: ['get'],
    groups: [''],
    resources: ['nodes/stats'],
    clusterScoped: true,
    named: 'narrow',
    severity: { cluster: 'info', system: 'info', namespace: 'info' },
    allows: 'read the statistics of kubelets',
    why: 'They name every pod and volume of a node.',
  },
  {
    id: 'bind',
    category: 'escalates',
    verbs: ['bind'],
    groups: [RBAC],
    resources: ['clusterroles'],
    named: 'what-the-role-gives',
    needs: [{ verbs: WRITE, groups: [RBAC], resources: ['rolebindings', 'clusterrolebindings'] }],
    severity: { cluster: 'critical', system: 'high', namespace: 'high' },
    allows: 'bind roles beyond its own rights',
    why: 'bind lifts the escalation guard: with it, a binding to any role can be made in this scope.',
  },
  {
    id: 'bind-roles',
    category: 'escalates',
    verbs: ['bind'],
    groups: [RBAC],
    resources: ['roles'],
    named: 'less',
    needs: [{ verbs: WRITE, groups: [RBAC], resources: ['rolebindings'] }],
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'bind roles of the namespace beyond its own rights',
    why: 'bind lifts the escalation guard: with it, a RoleBinding to any Role of the namespace can be made.',
  },
  {
    id: 'escalate',
    category: 'escalates',
    verbs: ['escalate'],
    groups: [RBAC],
    resources: ['clusterroles'],
    named: 'same-if-the-role-exists',
    needs: [{ verbs: WRITE, groups: [RBAC], resources: ['clusterroles'] }],
    severity: { cluster: 'critical', system: 'high', namespace: 'high' },
    allows: 'give cluster roles any permission',
    why: 'escalate lifts the escalation guard: a role that is bound already can be given any rule.',
  },
  {
    id: 'escalate-roles',
    category: 'escalates',
    verbs: ['escalate'],
    groups: [RBAC],
    resources: ['roles'],
    named: 'less',
    needs: [{ verbs: WRITE, groups: [RBAC], resources: ['roles'] }],
    severity: { cluster: 'critical', system: 'high', namespace: 'high' },
    allows: 'give roles any permission',
    why: 'escalate lifts the escalation guard: a Role that is bound already can be given any rule of its namespace.',
  },
  {
    id: 'write-bindings',
    category: 'escalates',
    verbs: WRITE,
    groups: [RBAC],
    resources: ['rolebindings', 'clusterrolebindings'],
    named: 'narrow',
    severity: { cluster: 'medium', system: 'low', namespace: 'low' },
    allows: 'pass on its own rights',
    why: 'Without bind or escalate the API server lets a binding only give what its writer holds: rights spread and persist.',
  },
  {
    id: 'write-roles',
    category: 'escalates',
    verbs: WRITE,
    groups: [RBAC],
    resources: ['roles', 'clusterroles'],
    named: 'narrow',
    severity: { cluster: 'medium', system: 'low', namespace: 'low' },
    allows: 'write roles within its own rights',
    why: 'Aggregation labels on a ClusterRole silently widen admin, edit and view.',
  },
  {
    id: 'delete-rbac',
    category: 'alters-policy',
    verbs: ['delete', 'deletecollection'],
    groups: [RBAC],
    resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
    named: 'narrow',
    severity: LOW,
    allows: 'delete roles and bindings',
    why: 'Deleting them stops others from working and removes traces.',
  },
  {
    id: 'impersonate',
    category: 'impersonates',
    verbs: ['impersonate'],
    groups: [''],
    resources: ['users', 'groups'],
    clusterScoped: true,
    named: 'less',
    worstNames: ['system:masters'],
    // Groups are refused without a user (k8s.io/apiserver pkg/endpoints/filters/impersonation).
    needs: [{ verbs: ['impersonate'], groups: [''], resources: ['users', 'serviceaccounts'] }],
    severity: { cluster: 'critical', system: 'high', namespace: 'high' },
    allows: 'act as other users and groups',
    why: 'Impersonating a group such as system:masters gives everything, and the audit log is the only trace.',
  },
  {
    id: 'impersonate-accounts',
    category: 'impersonates',
    verbs: ['impersonate'],
    groups: [''],
    resources: ['serviceaccounts'],
    named: 'less',
    severity: CRITICAL,
    allows: 'act as service accounts',
    why: 'The accounts of kube-system hold everything there is.',
  },
  {
    id: 'impersonate-attributes',
    category: 'impersonates',
    verbs: ['impersonate'],
    groups: ['authentication.k8s.io'],
    resources: ['uids', 'userextras/*'],
    clusterScoped: true,
    named: 'narrow',
    severity: LOW,
    allows: "set other users' attributes",
    why: 'It matters where another authorizer or admission reads them.',
  },
  constrained('impersonate-users-for-verbs', 'user-info', ['users', 'groups', 'uids', 'userextras/*'], {
    clusterScoped: true,
    named: 'less',
    needs: [
      { verbPrefix: 'impersonate-on:user-info:' },
      { verbs: ['impersonate:user-info'], groups: ['authentication.k8s.io'], resources: ['users'] },
    ],
    allows: 'act as other users for some verbs',
  }),
  constrained('impersonate-accounts-for-verbs', 'serviceaccount', ['serviceaccounts'], {
    named: 'less',
    allows: 'act as service accounts for some verbs',
  }),
  constrained('impersonate-any-node-for-verbs', 'arbitrary-node', ['nodes'], {
    clusterScoped: true,
    named: 'less',
    allows: 'act as nodes for some verbs',
  }),
  // The server asks for the name `*` (impersonation/mode.go).
  constrained('impersonate-nodes-for-verbs', 'associated-node', ['nodes'], {
    clusterScoped: true,
    names: ['*'],
    named: 'same',
    allows: 'act as the node of its own pod for some verbs',
  }),
  {
    id: 'approve-certificates',
    category: 'certificates',
    verbs: ['approve'],
    groups: [CERTIFICATES],
    resources: ['signers'],
    names: CLIENT_SIGNERS,
    clusterScoped: true,
    named: 'same',
    needs: [
      { verbs: ['create'], groups: [CERTIFICATES], resources: ['certificatesigningrequests'] },
      { verbs: CHANGE, groups: [CERTIFICATES], resources: ['certificatesigningrequests/approval'] },
    ],
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'approve client certificates of any identity',
    why: 'A certificate for another user or node works until it ends; only system:masters is refused.',
  },
  {
    id: 'sign-certificates',
    category: 'certificates',
    verbs: ['sign'],
    groups: [CERTIFICATES],
    resources: ['signers'],
    names: CLIENT_SIGNERS,
    clusterScoped: true,
    named: 'same',
    needs: [{ verbs: CHANGE, groups: [CERTIFICATES], resources: ['certificatesigningrequests/status'] }],
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'issue certificates without approval',
    why: 'Whoever holds the signing key too needs nobody to approve.',
  },
  {
    id: 'attest-trust',
    category: 'certificates',
    verbs: ['attest'],
    groups: [CERTIFICATES],
    resources: ['signers'],
    clusterScoped: true,
    named: 'same',
    needs: [{ verbs: WRITE, groups: [CERTIFICATES], resources: ['clustertrustbundles'] }],
    severity: { cluster: 'medium', system: 'medium', namespace: 'medium' },
    allows: 'change trust anchors',
    why: 'A certificate authority added to a trust bundle is believed by every pod that mounts it.',
  },
  {
    id: 'write-webhooks',
    category: 'webhooks',
    verbs: WRITE,
    groups: [ADMISSION],
    resources: ['mutatingwebhookconfigurations'],
    clusterScoped: true,
    named: 'less',
    severity: CRITICAL,
    allows: 'read and change every object that is written',
    why: 'A mutating admission webhook is shown every object, Secrets too, and may change it.',
  },
  {
    id: 'write-validating-webhooks',
    category: 'webhooks',
    verbs: WRITE,
    groups: [ADMISSION],
    resources: ['validatingwebhookconfigurations'],
    clusterScoped: true,
    named: 'less',
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'see and refuse every write',
    why: 'An admission webhook is shown every object, Secrets too, and may refuse it.',
  },
  {
    id: 'delete-webhooks',
    category: 'webhooks',
    verbs: ['delete', 'deletecollection'],
    groups: [ADMISSION],
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    clusterScoped: true,
    named: 'less',
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'remove admission webhooks',
    why: 'A webhook that is gone refuses and changes nothing any longer: what Kyverno or Gatekeeper kept out is let in.',
  },
  {
    id: 'write-admission-policies',
    category: 'webhooks',
    verbs: [...WRITE, 'delete', 'deletecollection'],
    groups: [ADMISSION],
    resources: [
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
    ],
    clusterScoped: true,
    named: 'less',
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'change or remove admission policies',
    why: 'Removing a policy opens what it closed; a mutating one changes what others write.',
  },
  {
    id: 'write-api-extensions',
    category: 'webhooks',
    verbs: WRITE,
    groups: ['apiextensions.k8s.io', 'apiregistration.k8s.io'],
    resources: ['customresourcedefinitions', 'apiservices'],
    clusterScoped: true,
    named: 'less',
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'stand between clients and the API',
    why: 'A conversion webhook or an aggregated API sees and answers the requests of others.',
  },
  {
    id: 'label-namespaces',
    category: 'alters-policy',
    verbs: CHANGE,
    groups: [''],
    resources: ['namespaces'],
    named: 'same',
    isOfNamespace: true,
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'lift pod security by labels',
    why: "A namespace's labels decide its pod security level, which NetworkPolicies select it, and device administration.",
  },
  {
    id: 'admin-devices',
    category: 'alters-nodes',
    verbs: ['create'],
    groups: ['resource.k8s.io'],
    resources: ['resourceclaims', 'resourceclaimtemplates'],
    named: 'narrow',
    // DRAAdminAccess (KEP-5018) is on by default since 1.34.
    since: 34,
    needs: [{ verbs: CHANGE, groups: [''], resources: ['namespaces'], or: 'device-administration-allowed' }],
    isNothingAlone: true,
    severity: MEDIUM,
    allows: "use other users' devices",
    why: 'adminAccess needs a namespace label, which is set, or which this subject may set itself.',
  },
  {
    id: 'create-volumes',
    category: 'storage',
    verbs: ['create'],
    groups: [''],
    resources: ['persistentvolumes'],
    clusterScoped: true,
    named: 'narrow',
    needs: [
      { verbs: ['create'], groups: [''], resources: ['persistentvolumeclaims'] },
      { verbs: ['create'], groups: ['', 'apps', 'batch'], resources: POD_TEMPLATES },
    ],
    severity: { cluster: 'high', system: 'high', namespace: 'high' },
    allows: 'mount any folder of a node as a volume',
    why: 'A PersistentVolume of type hostPath is a node folder, and pod security cannot see it behind a claim.',
  },
  {
    id: 'write-storage',
    category: 'storage',
    verbs: WRITE,
    groups: ['storage.k8s.io'],
    resources: ['storageclasses', 'csidrivers', 'volumeattachments'],
    clusterScoped: true,
    named: 'narrow',
    severity: MEDIUM,
    allows: 'change how volumes are made and attached',
    why: 'What a provisioner or driver then does on the node depends on it.',
  },
  {
    id: 'write-endpoints',
    category: 'exposes-services',
    verbs: WRITE,
    groups: ['', 'discovery.k8s.io'],
    resources: ['endpoints', 'endpointslices'],
    named: 'narrow',
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'send the traffic of services elsewhere',
    why: 'Endpoints written by hand reach addresses of other namespaces through ingresses and load balancers (CVE-2021-25740).',
  },
  {
    id: 'write-services',
    category: 'exposes-services',
    verbs: WRITE,
    groups: [''],
    resources: ['services'],
    named: 'narrow',
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'expose services',
    why: 'LoadBalancer, NodePort and externalIPs open workloads to the outside; externalIPs take over addresses (CVE-2020-8554).',
  },
  {
    id: 'write-service-status',
    category: 'exposes-services',
    verbs: CHANGE,
    groups: [''],
    resources: ['services/status'],
    named: 'narrow',
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'take over addresses by service status',
    why: 'A load balancer address written into the status captures its traffic (CVE-2020-8554).',
  },
  {
    id: 'write-ingresses',
    category: 'exposes-services',
    verbs: WRITE,
    groups: ['networking.k8s.io', 'gateway.networking.k8s.io'],
    resources: [
      'ingresses',
      'ingressclasses',
      'gateways',
      'gatewayclasses',
      'httproutes',
      'grpcroutes',
      'tcproutes',
      'tlsroutes',
    ],
    named: 'narrow',
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'expose services through ingresses and gateways',
    why: 'An ingress or route opens a service to the outside, and takes over host names of others.',
  },
  {
    id: 'alter-network-policies',
    category: 'alters-policy',
    verbs: [...WRITE, 'delete', 'deletecollection'],
    groups: ['networking.k8s.io', 'cilium.io', 'crd.projectcalico.org', 'projectcalico.org'],
    resources: ['networkpolicies', 'ciliumnetworkpolicies'],
    named: 'narrow',
    severity: { cluster: 'medium', system: 'medium', namespace: 'low' },
    allows: 'lift network isolation',
    // kubernetes.io/docs/concepts/services-networking/network-policies: policies are additive.
    why: 'What policies allow adds up: one more that allows everything opens a pod as one less does.',
  },
  {
    id: 'alter-cluster-network-policies',
    category: 'alters-policy',
    verbs: [...WRITE, 'delete', 'deletecollection'],
    groups: ['policy.networking.k8s.io', 'cilium.io', 'crd.projectcalico.org', 'projectcalico.org'],
    resources: [
      'adminnetworkpolicies',
      'baselineadminnetworkpolicies',
      'clusternetworkpolicies',
      'ciliumclusterwidenetworkpolicies',
      'globalnetworkpolicies',
      'tiers',
    ],
    clusterScoped: true,
    named: 'narrow',
    severity: { cluster: 'medium', system: 'medium', namespace: 'medium' },
    allows: 'lift network isolation in every namespace',
    why: 'Policies of the whole cluster come before those of namespaces: they open what these close.',
  },
  {
    id: 'alter-nodes',
    category: 'alters-nodes',
    verbs: [...CHANGE, 'delete'],
    groups: [''],
    resources: ['nodes', 'nodes/status'],
    clusterScoped: true,
    named: 'narrow',
    severity: { cluster: 'medium', system: 'medium', namespace: 'medium' },
    allows: 'move pods by changing nodes',
    why: 'Taints, labels and status decide which node runs a powerful pod.',
  },
  {
    id: 'evict-pods',
    category: 'alters-nodes',
    verbs: ['create'],
    groups: [''],
    resources: ['pods/eviction'],
    named: 'narrow',
    needs: [{ verbs: CHANGE, groups: [''], resources: ['nodes', 'nodes/status'] }],
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'steal powerful pods onto a node of its choice',
    why: 'Evicting pods while steering the scheduler moves them, with their tokens, to a node under control.',
  },
  {
    id: 'delete-pods',
    category: 'alters-nodes',
    verbs: ['delete', 'deletecollection'],
    groups: [''],
    resources: ['pods'],
    named: 'narrow',
    needs: [{ verbs: CHANGE, groups: [''], resources: ['nodes', 'nodes/status'] }],
    isNothingAlone: true,
    severity: { cluster: 'high', system: 'high', namespace: 'medium' },
    allows: 'steal powerful pods onto a node of its choice',
    why: 'Deleting pods while steering the scheduler moves them, with their tokens, to a node under control.',
  },
  {
    id: 'pod-status',
    category: 'alters-nodes',
    verbs: CHANGE,
    groups: [''],
    resources: ['pods/status'],
    named: 'narrow',
    severity: MEDIUM,
    allows: 'change pod status',
    why: 'Labels and addresses in a written status move a pod into the endpoints of a service.',
  },
  {
    id: 'bind-pods',
    category: 'alters-nodes',
    verbs: ['create'],
    groups: [''],
    resources: ['pods/binding', 'bindings'],
    named: 'narrow',
    needs: [{ verbs: ['create'], groups: [''], resources: ['pods'] }],
    severity: MEDIUM,
    allows: 'place pods on any node',
    why: 'A binding bypasses the scheduler: the pod lands on a control plane node.',
  },
  {
    id: 'system-config',
    category: 'alters-policy',
    verbs: CHANGE,
    groups: [''],
    resources: ['configmaps'],
    names: ['aws-auth', 'coredns', 'extension-apiserver-authentication'],
    namespaces: ['kube-system'],
    named: 'same',
    severity: { cluster: 'high', system: 'high', namespace: 'low' },
    allows: 'change who is an administrator, or name resolution',
    why: 'aws-auth maps identities to groups, coredns answers every name, extension-apiserver-authentication holds trust.',
  },
  {
    id: 'write-custom-workloads',
    category: 'creates-workloads',
    verbs: WRITE,
    groups: [
      'argoproj.io',
      'apps.kruise.io',
      'apps.openshift.io',
      'batch.volcano.sh',
      'jobset.x-k8s.io',
      'keda.sh',
      'kubeflow.org',
      'kubevirt.io',
      'leaderworkerset.x-k8s.io',
      'ray.io',
      'serving.knative.dev',
      'sparkoperator.k8s.io',
    ],
    resources: [
      'rollouts',
      'clonesets',
      'daemonsets',
      'statefulsets',
      'advancedcronjobs',
      'broadcastjobs',
      'sidecarsets',
      'deploymentconfigs',
      'jobs',
      'jobsets',
      'scaledjobs',
      'notebooks',
      'mpijobs',
      'pytorchjobs',
      'tfjobs',
      'virtualmachines',
      'virtualmachineinstances',
      'leaderworkersets',
      'rayclusters',
      'rayjobs',
      'rayservices',
      'services',
      'configurations',
      'sparkapplications',
      'scheduledsparkapplications',
    ],
    named: 'less',
    severity: { cluster: 'high', system: 'medium', namespace: 'medium' },
    allows: 'create or change workloads of custom kinds',
    why: 'Their controllers make pods from what they say, with any service account and Secret of the namespace.',
  },
  {
    id: 'drive-operators',
    category: 'creates-workloads',
    verbs: WRITE,
    groups: [
      'argoproj.io',
      'kustomize.toolkit.fluxcd.io',
      'helm.toolkit.fluxcd.io',
      'helm.cattle.io',
      'velero.io',
      'kyverno.io',
      'external-secrets.io',
      'cert-manager.io',
      'apiextensions.crossplane.io',
      'kubernetes.crossplane.io',
      'tekton.dev',
    ],
    resources: [
      'applications',
      'applicationsets',
      'workflows',
      'cronworkflows',
      'workflowtemplates',
      'clusterworkflowtemplates',
      'kustomizations',
      'helmreleases',
      'helmcharts',
      'helmchartconfigs',
      'restores',
      'backups',
      'schedules',
      'issuers',
      'clusterissuers',
      'clusterpolicies',
      'policies',
      'externalsecrets',
      'clusterexternalsecrets',
      'pushsecrets',
      'compositions',
      'objects',
      'taskruns',
      'pipelineruns',
    ],
    named: 'narrow',
    severity: { cluster: 'high', system: 'medium', namespace: 'medium' },
    allows: 'let a controller act with its rights',
    why: "The controller does what the object says, with the controller's own rights.",
  },
  {
    id: 'delete-traces',
    category: 'alters-policy',
    verbs: ['delete', 'deletecollection'],
    groups: ['', 'events.k8s.io'],
    resources: ['events'],
    named: 'narrow',
    severity: LOW,
    allows: 'delete events',
    why: 'Events are traces of what happened.',
  },
  {
    id: 'alter-flow-control',
    category: 'alters-policy',
    verbs: [...WRITE, 'delete'],
    groups: ['flowcontrol.apiserver.k8s.io', 'scheduling.k8s.io'],
    resources: ['flowschemas', 'prioritylevelconfigurations', 'priorityclasses'],
    clusterScoped: true,
    named: 'narrow',
    severity: LOW,
    allows: 'starve others of the API or of nodes',
    why: 'Priority and fairness decide whose requests and pods wait.',
  },
  {
    id: 'take-leases',
    category: 'alters-policy',
    verbs: [...CHANGE, 'delete', 'deletecollection'],
    groups: ['coordination.k8s.io'],
    resources: ['leases'],
    namespaces: ['kube-system', 'kube-node-lease'],
    named: 'narrow',
    severity: { cluster: 'info', system: 'low', namespace: 'low' },
    allows: 'stop controllers and nodes by their leases',
    why: 'Whoever holds the lease of a controller leads in its place, and a node whose lease is not renewed counts as lost.',
  },
  {
    id: 'alter-quotas',
    category: 'alters-policy',
    verbs: [...CHANGE, 'delete', 'deletecollection'],
    groups: [''],
    resources: ['resourcequotas', 'limitranges'],
    named: 'narrow',
    severity: LOW,
    allows: 'lift resource limits',
    why: 'Without quotas one namespace can take what all others need.',
  },
  {
    id: 'read-logs',
    category: 'reads-widely',
    verbs: READ,
    groups: [''],
    resources: ['pods/log'],
    named: 'narrow',
    severity: LOW,
    allows: 'read container logs',
    why: 'Logs often hold tokens and personal data.',
  },
  {
    id: 'list-pods',
    category: 'reads-widely',
    verbs: ['list', 'watch'],
    groups: [''],
    resources: ['pods'],
    wideOnly: true,
    named: 'narrow',
    severity: { cluster: 'info', system: 'info', namespace: 'info' },
    allows: 'list every pod',
    why: 'Pods tell an attacker which images, service accounts and nodes there are.',
  },
  {
    id: 'read-rbac',
    category: 'reads-widely',
    verbs: READ,
    groups: [RBAC],
    resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
    named: 'narrow',
    severity: { cluster: 'info', system: 'info', namespace: 'info' },
    allows: 'read who may do what',
    why: 'It tells an attacker which identity is worth stealing.',
  },
  {
    id: 'review-access',
    category: 'reads-widely',
    verbs: ['create'],
    groups: ['authentication.k8s.io', 'authorization.k8s.io'],
    resources: ['tokenreviews', 'subjectaccessreviews'],
    clusterScoped: true,
    named: 'narrow',
    severity: { cluster: 'info', system: 'info', namespace: 'info' },
    allows: 'ask what others may do',
    why: 'It tells an attacker which identity is worth stealing.',
  },
];
