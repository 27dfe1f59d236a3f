import { describe, expect, test } from 'vitest';
import { allVerdicts } from '../../../src/analyses/rbac/binding-verdict.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { BOOTSTRAP_ROLES } from '../../../src/kube/rbac-bootstrap-policy.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import { legacyToken } from '../../../src/rules/secrets/legacy-token.ts';
import { rawBinding, rawRole, type RawSubject } from './raw-rbac.ts';
import { viewOfObjects, type RawManifest, type RawObject } from './view-of.ts';

const APP: RawSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'app' };
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: 'shop' } };

interface Given {
  /** Rules as `verbs groups resources [names]`. */
  readonly rules: readonly string[];
  /** Namespace of the binding; without one it is a ClusterRoleBinding. */
  readonly in?: string;
  readonly server?: string;
  /** What the cluster holds besides. */
  readonly more?: readonly RawObject[];
  /** Rules that another ClusterRoleBinding gives the same account. */
  readonly also?: readonly string[];
}

/** `permission severity` of what the binding is judged to give. */
function judged({ rules, in: namespace = '', server = '1.36', more = [], also = [] }: Given): readonly string[] {
  const objects = [
    ACCOUNT,
    rawRole('r', rules),
    rawBinding(namespace, 'b', 'r', APP),
    ...(also.length === 0 ? [] : [rawRole('also', also), rawBinding('', 'also', 'also', APP)]),
    ...more,
  ];
  const view = viewOfObjects(objects, { facts: { serverVersion: `v${server}.0` } });
  for (const [binding, { grants }] of allVerdicts(view)) {
    if (binding.name !== 'b') continue;
    return grants.flatMap((one) => one.permissions.map(({ permission, severity }) => `${permission.id} ${severity}`));
  }
  return [];
}

interface Row {
  /** Numbers of the risks of the catalogue that it is a case of. */
  readonly of: readonly number[];
  readonly says: string;
  readonly fires: readonly (Given & { readonly as: readonly string[] })[];
  readonly silent: readonly Given[];
}

const namespace = (name: string, labels: Record<string, string> = {}): RawObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const RBAC = 'rbac.authorization.k8s.io';
const APPROVAL = 'update certificates.k8s.io certificatesigningrequests/approval';
const REQUEST = 'create certificates.k8s.io certificatesigningrequests';

const PARAMETERS = 'write-policy-parameters high';
const LIMITS = { name: 'limits', namespace: 'guard' };
const CUSTOM = { apiVersion: 'rules.example.com/v1', kind: 'ReplicaLimit' };
const LIMIT_CRD: RawManifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'replicalimits.rules.example.com' },
  spec: {
    group: 'rules.example.com',
    names: { kind: 'ReplicaLimit', plural: 'replicalimits' },
    scope: 'Cluster',
    versions: [],
  },
};

/** An admission policy, and the binding that puts it to work with parameters. */
function limits(paramRef: object, paramKind: object = { apiVersion: 'v1', kind: 'ConfigMap' }): readonly RawManifest[] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: 'limits' };
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata, spec: { paramKind } },
    { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata, spec: { policyName: 'limits', paramRef } },
  ];
}

/** One row for each dangerous permission; the severities follow scope and condition. */
const ROWS: readonly Row[] = [
  {
    of: [2],
    says: 'get, list and watch of Secrets each return their values',
    fires: ['get', 'list', 'watch'].flatMap((verb) => [
      { rules: [`${verb} core secrets`], as: ['read-secrets high'] },
      { rules: [`${verb} core secrets`], in: 'shop', as: ['read-secrets medium'] },
      { rules: [`${verb} core secrets`], in: 'kube-system', as: ['read-secrets high'] },
      { rules: [`${verb} * secrets`], as: ['read-secrets high'] },
    ]),
    silent: [
      { rules: ['get core secrets own'] },
      { rules: ['delete core secrets'] },
      { rules: ['get apps secrets'] },
      { rules: ['get core secrets/status'] },
    ],
  },
  {
    of: [3],
    says: 'a Secret that is created and read is a token of any account, also where only one name may be read',
    fires: [
      { rules: ['create,get core secrets'], in: 'shop', as: ['read-secrets medium', 'mint-token-secret medium'] },
      { rules: ['create core secrets', 'get core secrets mine'], in: 'shop', as: ['mint-token-secret medium'] },
      { rules: ['create core secrets'], in: 'shop', also: ['get core secrets'], as: ['mint-token-secret medium'] },
      { rules: ['create core secrets'], in: 'shop', as: ['mint-token-secret low'] },
    ],
    silent: [{ rules: ['create core secrets mine', 'get core secrets mine'], in: 'shop' }],
  },
  {
    of: [4],
    says: 'the token of an account is the account',
    fires: [
      { rules: ['create core serviceaccounts/token'], as: ['request-token high'] },
      { rules: ['create core */token'], as: ['request-token high'] },
      { rules: ['create core serviceaccounts/token ci'], in: 'shop', as: ['request-token low'] },
    ],
    silent: [
      { rules: ['create authentication.k8s.io serviceaccounts/token'] },
      { rules: ['create core serviceaccounts'] },
      { rules: ['create core serviceaccounts/*'] },
      { rules: ['get core serviceaccounts/token'] },
    ],
  },
  {
    of: [5],
    says: 'a bootstrap token joins a node where a binding lets its group',
    fires: [
      {
        rules: ['create core secrets'],
        in: 'kube-system',
        more: [rawBinding('', 'join', 'system:node-bootstrapper', { kind: 'Group', name: 'system:bootstrappers' })],
        as: ['bootstrap-token high', 'mint-token-secret low'],
      },
      {
        rules: ['create core secrets'],
        in: 'kube-system',
        as: ['mint-token-secret low', 'bootstrap-token low'],
      },
    ],
    silent: [{ rules: ['create core secrets tokens'], in: 'kube-system' }],
  },
  {
    of: [6],
    says: 'whoever creates pods takes any account, Secret and volume of the namespace',
    fires: [
      { rules: ['create core pods'], as: ['create-pods high'] },
      { rules: ['create core pods'], in: 'shop', as: ['create-pods medium'] },
    ],
    silent: [
      { rules: ['create core pods p'] },
      { rules: ['create core pods/status'] },
      { rules: ['create apps pods'] },
    ],
  },
  {
    of: [7],
    says: 'a workload of any kind holds a pod template',
    fires: [
      ...['deployments', 'daemonsets', 'statefulsets', 'replicasets'].flatMap((resource) => [
        { rules: [`create apps ${resource}`], as: ['write-pod-controllers high'] },
        { rules: [`patch apps ${resource}`], in: 'shop', as: ['write-pod-controllers medium'] },
        { rules: [`patch apps ${resource} one`], in: 'shop', as: ['write-pod-controllers low'] },
      ]),
      { rules: ['update batch jobs'], as: ['write-jobs high'] },
      { rules: ['create batch cronjobs'], in: 'shop', as: ['write-jobs medium'] },
      { rules: ['create core replicationcontrollers'], as: ['write-replication-controllers high'] },
    ],
    silent: [
      { rules: ['get,list,watch,delete apps deployments'] },
      { rules: ['create core deployments'] },
      { rules: ['patch apps deployments/scale'] },
      { rules: ['create batch jobs one'] },
    ],
  },
  {
    of: [8],
    says: "a pod's image can be replaced in place",
    fires: [
      { rules: ['patch core pods'], as: ['change-pods high'] },
      { rules: ['update core pods'], in: 'shop', as: ['change-pods medium'] },
    ],
    silent: [{ rules: ['get core pods'] }, { rules: ['patch core pods/*'] }],
  },
  {
    of: [9],
    says: 'an ephemeral container is code in the pod',
    fires: [
      { rules: ['patch core pods/ephemeralcontainers'], as: ['ephemeral-containers high'] },
      { rules: ['update core */ephemeralcontainers'], in: 'shop', as: ['ephemeral-containers medium'] },
    ],
    silent: [{ rules: ['create,get core pods/ephemeralcontainers'] }],
  },
  {
    of: [10],
    says: 'exec and attach are code in the pod, by get too before 1.35',
    fires: [
      { rules: ['create core pods/exec'], as: ['exec high'] },
      { rules: ['create core pods/attach'], in: 'shop', as: ['exec medium'] },
      { rules: ['create core pods/exec web-0'], in: 'shop', as: ['exec low'] },
      { rules: ['get core pods/exec'], server: '1.34', as: ['exec-by-get high'] },
    ],
    silent: [
      { rules: ['get core pods/exec'], server: '1.35' },
      { rules: ['create apps pods/exec'] },
      { rules: ['create core pods/*'] },
    ],
  },
  {
    of: [11],
    says: 'port forwarding and proxies pass NetworkPolicies; forwarding by get before 1.35 only',
    fires: [
      { rules: ['create core pods/portforward'], as: ['port-forward medium'] },
      { rules: ['get core pods/portforward'], server: '1.34', as: ['port-forward-by-get medium'] },
      { rules: ['get core pods/proxy'], as: ['proxy medium'] },
      { rules: ['create core services/proxy'], in: 'shop', as: ['proxy low'] },
      { rules: ['delete core services/proxy'], as: ['proxy medium'] },
    ],
    silent: [{ rules: ['get core pods/portforward'], server: '1.35' }, { rules: ['get core services'] }],
  },
  {
    of: [12],
    says: 'get on nodes/proxy is enough to command every kubelet',
    fires: [
      { rules: ['get core nodes/proxy'], as: ['node-proxy critical'] },
      { rules: ['create core nodes/proxy'], as: ['node-proxy critical'] },
      { rules: ['get core nodes/proxy n1'], as: ['node-proxy high'] },
    ],
    silent: [{ rules: ['get core nodes/proxy'], in: 'shop' }, { rules: ['get core nodes'] }],
  },
  {
    of: [13],
    says: 'the fine-grained subresources of nodes disclose; those of 1.33 are asked by newer kubelets only',
    fires: [
      { rules: ['get core nodes/log'], as: ['node-details low'] },
      { rules: ['get core nodes/stats'], as: ['node-statistics info'] },
      { rules: ['get core nodes/configz'], as: ['node-settings low'] },
    ],
    silent: [
      { rules: ['get core nodes/configz'], server: '1.32' },
      { rules: ['get core nodes/log'], in: 'shop' },
      { rules: ['get core nodes/log n1'] },
    ],
  },
  {
    of: [14],
    says: 'bind lifts the guard for whoever may write a binding, and is asked on roles',
    fires: [
      {
        rules: [`bind ${RBAC} clusterroles`, `create ${RBAC} clusterrolebindings`],
        as: ['bind critical', 'write-bindings medium'],
      },
      {
        rules: [`bind ${RBAC} clusterroles`, `create ${RBAC} rolebindings`],
        in: 'shop',
        as: ['bind high', 'write-bindings low'],
      },
      {
        rules: [`bind ${RBAC} clusterroles cluster-admin`, `create ${RBAC} clusterrolebindings`],
        more: [rawRole('cluster-admin', ['* * *'])],
        as: ['bind critical', 'write-bindings medium'],
      },
      {
        rules: [`bind ${RBAC} clusterroles viewer`, `create ${RBAC} clusterrolebindings`],
        more: [rawRole('viewer', ['get core pods'])],
        as: ['write-bindings medium', 'bind low'],
      },
      {
        rules: [`bind ${RBAC} clusterroles reader`, `create ${RBAC} clusterrolebindings`],
        more: [rawRole('reader', ['get core secrets'])],
        as: ['bind high', 'write-bindings medium'],
      },
      {
        rules: [`bind ${RBAC} roles`, `create ${RBAC} rolebindings`],
        in: 'shop',
        as: ['bind-roles high', 'write-bindings low'],
      },
      { rules: [`bind ${RBAC} clusterroles`], as: ['bind low'] },
      // A ClusterRoleBinding cannot name a Role.
      {
        rules: [`bind ${RBAC} roles`, `create ${RBAC} clusterrolebindings`],
        as: ['write-bindings medium', 'bind-roles low'],
      },
    ],
    silent: [{ rules: [`bind ${RBAC} rolebindings,clusterrolebindings`] }, { rules: ['bind core clusterroles'] }],
  },
  {
    of: [15],
    says: 'escalate lifts the guard for whoever may write that kind of role',
    fires: [
      {
        rules: [`escalate,update ${RBAC} clusterroles`],
        as: ['escalate critical', 'write-roles medium'],
      },
      { rules: [`escalate,patch ${RBAC} roles`], in: 'shop', as: ['escalate-roles high', 'write-roles low'] },
      {
        rules: [`escalate ${RBAC} clusterroles`, `update ${RBAC} clusterroles web`],
        as: ['escalate critical'],
      },
      {
        rules: [`escalate,update ${RBAC} clusterroles web`],
        more: [rawRole('web', ['get core pods'])],
        as: ['escalate critical'],
      },
      { rules: [`escalate,update ${RBAC} clusterroles web`], as: ['escalate low'] },
      {
        rules: [`escalate ${RBAC} clusterroles`, `update ${RBAC} roles`],
        as: ['write-roles medium', 'escalate low'],
      },
    ],
    silent: [{ rules: [`escalate ${RBAC} clusterroles`], in: 'shop' }, { rules: [`escalate ${RBAC} rolebindings`] }],
  },
  {
    of: [16, 17],
    says: 'writing bindings or roles alone only passes on what one holds',
    fires: [
      { rules: [`create ${RBAC} clusterrolebindings`], as: ['write-bindings medium'] },
      { rules: [`create ${RBAC} rolebindings`], in: 'shop', as: ['write-bindings low'] },
      { rules: [`create,update ${RBAC} clusterroles`], as: ['write-roles medium'] },
    ],
    silent: [
      { rules: [`delete,get ${RBAC} rolebindings web`], in: 'shop' },
      { rules: [`create,update ${RBAC} clusterroles`], in: 'shop' },
    ],
  },
  {
    of: [18],
    says: 'deleting bindings and roles stops others',
    fires: [
      { rules: [`delete ${RBAC} clusterrolebindings`], as: ['delete-rbac low'] },
      { rules: [`deletecollection ${RBAC} roles`], in: 'shop', as: ['delete-rbac info'] },
    ],
    silent: [{ rules: [`delete ${RBAC} clusterrolebindings`], in: 'shop' }, { rules: [`delete ${RBAC} roles one`] }],
  },
  {
    of: [19],
    says: 'impersonation: users and groups only everywhere, accounts in their namespace',
    fires: [
      { rules: ['impersonate core users,groups'], as: ['impersonate critical'] },
      { rules: ['impersonate core groups system:masters', 'impersonate core users bob'], as: ['impersonate critical'] },
      // The server refuses groups without a user.
      { rules: ['impersonate core groups system:masters'], as: ['impersonate low'] },
      { rules: ['impersonate core users bob'], as: ['impersonate high'] },
      { rules: ['impersonate core serviceaccounts'], as: ['impersonate-accounts critical'] },
      { rules: ['impersonate core serviceaccounts'], in: 'shop', as: ['impersonate-accounts medium'] },
    ],
    silent: [{ rules: ['impersonate core users,groups'], in: 'shop' }, { rules: ['impersonate apps users'] }],
  },
  {
    of: [20],
    says: 'extra attributes are asked as a subresource each',
    fires: [
      { rules: ['impersonate authentication.k8s.io uids'], as: ['impersonate-attributes low'] },
      { rules: ['impersonate authentication.k8s.io userextras/scopes'], as: ['impersonate-attributes low'] },
      { rules: ['impersonate authentication.k8s.io */scopes'], as: ['impersonate-attributes low'] },
    ],
    silent: [
      { rules: ['impersonate authentication.k8s.io userextras'] },
      { rules: ['impersonate core uids'] },
      { rules: ['impersonate authentication.k8s.io uids'], in: 'shop' },
    ],
  },
  {
    of: [21],
    says: 'constrained impersonation needs the mode and a verb to use it on, since 1.36',
    fires: [
      {
        rules: ['impersonate:user-info authentication.k8s.io users', 'impersonate-on:user-info:get core secrets'],
        as: ['impersonate-users-for-verbs medium'],
      },
      { rules: ['impersonate:user-info authentication.k8s.io users'], as: ['impersonate-users-for-verbs low'] },
      {
        rules: ['impersonate:user-info authentication.k8s.io groups', 'impersonate-on:user-info:get core secrets'],
        as: ['impersonate-users-for-verbs low'],
      },
      {
        rules: [
          'impersonate:serviceaccount authentication.k8s.io serviceaccounts',
          'impersonate-on:serviceaccount:* core pods',
        ],
        in: 'shop',
        as: ['impersonate-accounts-for-verbs low'],
      },
      {
        rules: [
          'impersonate:associated-node authentication.k8s.io nodes *',
          'impersonate-on:associated-node:get core pods',
        ],
        as: ['impersonate-nodes-for-verbs medium'],
      },
      // The wrong mode's verb is of no use.
      {
        rules: ['impersonate:user-info authentication.k8s.io users', 'impersonate-on:serviceaccount:get core secrets'],
        as: ['impersonate-users-for-verbs low'],
      },
    ],
    silent: [
      {
        rules: ['impersonate:user-info authentication.k8s.io users', 'impersonate-on:user-info:get core secrets'],
        server: '1.35',
      },
      { rules: ['impersonate:user-info core users', 'impersonate-on:user-info:get core secrets'] },
    ],
  },
  {
    of: [22],
    says: 'an approved request is a certificate of another identity; the signer is named exactly or by domain',
    fires: [
      {
        rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers'],
        as: ['approve-certificates high'],
      },
      {
        rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers kubernetes.io/*'],
        as: ['approve-certificates high'],
      },
      {
        rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client'],
        as: ['approve-certificates high'],
      },
      { rules: [APPROVAL, 'approve certificates.k8s.io signers'], as: ['approve-certificates low'] },
      { rules: [REQUEST, 'approve certificates.k8s.io signers'], as: ['approve-certificates low'] },
    ],
    silent: [
      { rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers *'] },
      { rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers */*'] },
      { rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers example.com/mesh'] },
      { rules: [REQUEST, APPROVAL] },
      { rules: [REQUEST, APPROVAL, 'approve certificates.k8s.io signers'], in: 'shop' },
    ],
  },
  {
    of: [23],
    says: 'sign needs the status',
    fires: [
      {
        rules: ['sign certificates.k8s.io signers', 'patch certificates.k8s.io certificatesigningrequests/status'],
        as: ['sign-certificates high'],
      },
      { rules: ['sign certificates.k8s.io signers'], as: ['sign-certificates low'] },
    ],
    silent: [{ rules: ['patch certificates.k8s.io certificatesigningrequests/status'] }],
  },
  {
    of: [24],
    says: 'attest needs a trust bundle to write',
    fires: [
      {
        rules: ['attest certificates.k8s.io signers', 'update certificates.k8s.io clustertrustbundles'],
        as: ['attest-trust medium'],
      },
      { rules: ['attest certificates.k8s.io signers'], as: ['attest-trust low'] },
    ],
    silent: [{ rules: ['update certificates.k8s.io clustertrustbundles'] }],
  },
  {
    of: [25],
    says: 'webhooks see and change what others write',
    fires: [
      {
        rules: ['create admissionregistration.k8s.io mutatingwebhookconfigurations'],
        as: ['write-webhooks critical'],
      },
      {
        rules: ['patch admissionregistration.k8s.io mutatingwebhookconfigurations own'],
        as: ['write-webhooks high'],
      },
      // A validating one sees and refuses, and changes nothing.
      {
        rules: ['create admissionregistration.k8s.io validatingwebhookconfigurations'],
        as: ['write-validating-webhooks high'],
      },
      {
        rules: ['patch admissionregistration.k8s.io validatingwebhookconfigurations own'],
        as: ['write-validating-webhooks medium'],
      },
      {
        rules: ['delete admissionregistration.k8s.io validatingwebhookconfigurations'],
        as: ['delete-webhooks high'],
      },
      {
        rules: ['delete admissionregistration.k8s.io mutatingwebhookconfigurations own'],
        as: ['delete-webhooks medium'],
      },
    ],
    silent: [
      { rules: ['create admissionregistration.k8s.io mutatingwebhookconfigurations'], in: 'shop' },
      { rules: ['delete admissionregistration.k8s.io validatingwebhookconfigurations'], in: 'shop' },
      { rules: ['get,list admissionregistration.k8s.io mutatingwebhookconfigurations'] },
    ],
  },
  {
    of: [26],
    says: 'admission policies are removed or replaced',
    fires: [
      {
        rules: ['delete admissionregistration.k8s.io validatingadmissionpolicybindings'],
        as: ['write-admission-policies high'],
      },
      {
        rules: ['deletecollection admissionregistration.k8s.io validatingadmissionpolicies'],
        as: ['write-admission-policies high'],
      },
      {
        rules: ['create admissionregistration.k8s.io mutatingadmissionpolicies'],
        as: ['write-admission-policies high'],
      },
    ],
    silent: [
      { rules: ['list admissionregistration.k8s.io validatingadmissionpolicies'] },
      { rules: ['delete admissionregistration.k8s.io validatingadmissionpolicies'], in: 'shop' },
    ],
  },
  {
    of: [26],
    says: 'whoever writes the parameters of an admission policy that is at work decides what it decides',
    fires: [
      { rules: ['update core configmaps'], more: limits(LIMITS), as: ['system-config high', PARAMETERS] },
      {
        rules: ['update core configmaps'],
        in: 'guard',
        more: limits({ name: 'limits', namespace: 'guard' }),
        as: [PARAMETERS],
      },
      { rules: ['patch core configmaps limits'], in: 'guard', more: limits(LIMITS), as: [PARAMETERS] },
      { rules: ['delete core configmaps'], in: 'guard', more: limits(LIMITS), as: [PARAMETERS] },
      {
        rules: ['update core configmaps'],
        in: 'shop',
        more: limits({ selector: {} }),
        as: ['write-policy-parameters medium'],
      },
      {
        rules: ['update rules.example.com replicalimits'],
        more: [LIMIT_CRD, ...limits(LIMITS, CUSTOM)],
        as: [PARAMETERS],
      },
      { rules: ['update rules.example.com replicalimits'], more: limits(LIMITS, CUSTOM), as: [PARAMETERS] },
      {
        rules: ['update core configmaps'],
        in: 'guard',
        more: limits(LIMITS).map((one) => ({ ...one, kind: one.kind.replace('Validating', 'Mutating') })),
        as: [PARAMETERS],
      },
    ],
    silent: [
      { rules: ['update core configmaps'], in: 'guard' },
      { rules: ['update core configmaps'], in: 'guard', more: limits(LIMITS).slice(0, 1) },
      { rules: ['update core configmaps'], in: 'guard', more: limits(LIMITS).slice(1) },
      { rules: ['update core configmaps'], in: 'shop', more: limits(LIMITS) },
      { rules: ['update core configmaps settings'], in: 'guard', more: limits(LIMITS) },
      { rules: ['create core configmaps limits'], in: 'guard', more: limits(LIMITS) },
      { rules: ['get,list core configmaps'], more: limits(LIMITS) },
      { rules: ['update core configmaps'], in: 'guard', more: limits(LIMITS, CUSTOM) },
      {
        rules: ['update rules.example.com replicalimits'],
        in: 'shop',
        more: [LIMIT_CRD, ...limits({ name: 'limits' }, CUSTOM)],
      },
    ],
  },
  {
    of: [27],
    says: 'definitions and aggregated APIs stand between clients and the server',
    fires: [
      { rules: ['update apiextensions.k8s.io customresourcedefinitions'], as: ['write-api-extensions high'] },
      { rules: ['create apiregistration.k8s.io apiservices'], as: ['write-api-extensions high'] },
    ],
    silent: [
      { rules: ['get apiextensions.k8s.io customresourcedefinitions'] },
      { rules: ['update apiextensions.k8s.io customresourcedefinitions'], in: 'shop' },
    ],
  },
  {
    of: [28],
    says: 'a RoleBinding lets a subject label its own namespace, and no other',
    fires: [
      { rules: ['patch core namespaces'], as: ['label-namespaces high'] },
      { rules: ['patch core namespaces'], in: 'shop', as: ['label-namespaces medium'] },
      { rules: ['update core namespaces shop'], in: 'shop', as: ['label-namespaces medium'] },
    ],
    silent: [
      { rules: ['update core namespaces data'], in: 'shop' },
      { rules: ['get core namespaces'], in: 'shop' },
    ],
  },
  {
    of: [29],
    says: 'device administration needs the label of the namespace, or the right to set it',
    fires: [
      {
        rules: ['create resource.k8s.io resourceclaims', 'patch core namespaces'],
        in: 'shop',
        as: ['label-namespaces medium', 'admin-devices low'],
      },
      {
        rules: ['create resource.k8s.io resourceclaimtemplates'],
        more: [namespace('lab', { 'resource.kubernetes.io/admin-access': 'true' })],
        as: ['admin-devices medium'],
      },
    ],
    silent: [
      {
        rules: ['create resource.k8s.io resourceclaims'],
        in: 'shop',
        more: [namespace('shop'), namespace('lab', { 'resource.kubernetes.io/admin-access': 'true' })],
      },
      {
        rules: ['create resource.k8s.io resourceclaims'],
        in: 'lab',
        server: '1.33',
        more: [namespace('lab', { 'resource.kubernetes.io/admin-access': 'true' })],
      },
    ],
  },
  {
    of: [30],
    says: 'a hostPath volume takes a claim and a pod to mount it',
    fires: [
      {
        rules: ['create core persistentvolumes,persistentvolumeclaims,pods'],
        as: ['create-pods high', 'create-volumes high'],
      },
      {
        rules: ['create core persistentvolumes'],
        more: [
          rawRole('edit', ['create core persistentvolumeclaims', 'create batch jobs']),
          rawBinding('data', 'edit', 'edit', APP),
        ],
        as: ['create-volumes high'],
      },
      { rules: ['create core persistentvolumes'], as: ['create-volumes low'] },
    ],
    silent: [{ rules: ['create core persistentvolumes'], in: 'shop' }, { rules: ['get core persistentvolumes'] }],
  },
  {
    of: [31],
    says: 'storage classes and drivers decide what is made on the node',
    fires: [
      { rules: ['create storage.k8s.io storageclasses'], as: ['write-storage medium'] },
      { rules: ['update storage.k8s.io csidrivers,volumeattachments'], as: ['write-storage medium'] },
    ],
    silent: [{ rules: ['get,list storage.k8s.io storageclasses'] }, { rules: ['create storage.k8s.io csinodes'] }],
  },
  {
    of: [32],
    says: 'endpoints written by hand cross namespaces',
    fires: [
      { rules: ['create core endpoints'], as: ['write-endpoints high'] },
      { rules: ['patch discovery.k8s.io endpointslices'], in: 'shop', as: ['write-endpoints medium'] },
    ],
    silent: [{ rules: ['get,list core endpoints'] }, { rules: ['patch core endpoints own'] }],
  },
  {
    of: [33],
    says: 'services open to the outside, their status takes addresses over',
    fires: [
      { rules: ['create core services'], as: ['write-services high'] },
      { rules: ['patch core services/status'], in: 'shop', as: ['write-service-status medium'] },
    ],
    silent: [{ rules: ['get core services'] }, { rules: ['create apps services'] }],
  },
  {
    of: [34],
    says: 'ingresses and routes open services',
    fires: [
      { rules: ['create networking.k8s.io ingresses'], as: ['write-ingresses high'] },
      { rules: ['update networking.k8s.io ingressclasses'], as: ['write-ingresses high'] },
      { rules: ['create gateway.networking.k8s.io httproutes'], in: 'shop', as: ['write-ingresses medium'] },
    ],
    silent: [
      { rules: ['update networking.k8s.io ingresses/status'] },
      { rules: ['update networking.k8s.io ingressclasses'], in: 'shop' },
    ],
  },
  {
    of: [35],
    says: 'removing a NetworkPolicy removes isolation, and so does one that allows everything',
    fires: [
      { rules: ['delete networking.k8s.io networkpolicies'], as: ['alter-network-policies medium'] },
      { rules: ['patch networking.k8s.io networkpolicies'], in: 'shop', as: ['alter-network-policies low'] },
      { rules: ['create networking.k8s.io networkpolicies'], in: 'shop', as: ['alter-network-policies low'] },
      { rules: ['create cilium.io ciliumnetworkpolicies'], as: ['alter-network-policies medium'] },
      { rules: ['update crd.projectcalico.org networkpolicies'], as: ['alter-network-policies medium'] },
      { rules: ['delete projectcalico.org tiers'], as: ['alter-cluster-network-policies medium'] },
      {
        rules: ['create policy.networking.k8s.io adminnetworkpolicies'],
        as: ['alter-cluster-network-policies medium'],
      },
    ],
    silent: [
      { rules: ['get,list networking.k8s.io networkpolicies'] },
      { rules: ['patch networking.k8s.io networkpolicies own'] },
      { rules: ['create policy.networking.k8s.io adminnetworkpolicies'], in: 'shop' },
      { rules: ['update cilium.io ciliumendpoints'] },
    ],
  },
  {
    of: [36],
    says: 'evicting and steering together steal pods',
    fires: [
      { rules: ['patch core nodes'], as: ['alter-nodes medium'] },
      { rules: ['create core pods/eviction', 'patch core nodes'], as: ['evict-pods high', 'alter-nodes medium'] },
      { rules: ['delete core pods', 'update core nodes/status'], as: ['delete-pods high', 'alter-nodes medium'] },
      { rules: ['create core pods/eviction'], as: ['evict-pods low'] },
    ],
    silent: [
      { rules: ['delete core pods'] },
      { rules: ['create policy pods/eviction'] },
      { rules: ['patch core nodes'], in: 'shop' },
    ],
  },
  {
    of: [37],
    says: 'a written pod status moves the pod into endpoints',
    fires: [{ rules: ['patch core pods/status'], as: ['pod-status medium'] }],
    silent: [{ rules: ['get core pods/status'] }, { rules: ['patch core pods/*'] }],
  },
  {
    of: [38],
    says: 'a binding written by hand places pods on any node',
    fires: [
      { rules: ['create core pods/binding,pods'], as: ['create-pods high', 'bind-pods medium'] },
      { rules: ['create core bindings'], as: ['bind-pods low'] },
    ],
    silent: [{ rules: ['get core pods/binding'] }],
  },
  {
    of: [39],
    says: 'some ConfigMaps of kube-system decide who is who, also where only they are named',
    fires: ['aws-auth', 'coredns', 'extension-apiserver-authentication'].map((name) => ({
      rules: [`update core configmaps ${name}`],
      in: 'kube-system',
      as: ['system-config high'],
    })),
    silent: [
      { rules: ['update core configmaps aws-auth'], in: 'shop' },
      { rules: ['update core configmaps settings'], in: 'kube-system' },
      { rules: ['get core configmaps aws-auth'], in: 'kube-system' },
    ],
  },
  {
    of: [40],
    says: 'an object of an operator acts with its rights',
    fires: [
      { rules: ['create kustomize.toolkit.fluxcd.io kustomizations'], as: ['drive-operators high'] },
      { rules: ['patch argoproj.io applications'], in: 'shop', as: ['drive-operators medium'] },
      { rules: ['create cert-manager.io clusterissuers'], as: ['drive-operators high'] },
      { rules: ['update external-secrets.io externalsecrets'], in: 'shop', as: ['drive-operators medium'] },
      { rules: ['create velero.io restores'], in: 'shop', as: ['drive-operators medium'] },
      { rules: ['create kyverno.io clusterpolicies'], as: ['drive-operators high'] },
      { rules: ['create apiextensions.crossplane.io compositions'], as: ['drive-operators high'] },
      { rules: ['create argoproj.io cronworkflows'], in: 'shop', as: ['drive-operators medium'] },
      { rules: ['create argoproj.io rollouts'], as: ['write-custom-workloads high'] },
      { rules: ['patch serving.knative.dev services'], in: 'shop', as: ['write-custom-workloads medium'] },
      { rules: ['update helm.cattle.io helmcharts'], in: 'kube-system', as: ['drive-operators medium'] },
      { rules: ['update apps.kruise.io clonesets web'], in: 'shop', as: ['write-custom-workloads low'] },
    ],
    silent: [
      { rules: ['get,list kustomize.toolkit.fluxcd.io kustomizations'] },
      { rules: ['update argoproj.io applications/status'] },
      { rules: ['delete argoproj.io rollouts'] },
      { rules: ['create keda.sh scaledobjects'] },
      { rules: ['create cert-manager.io clusterissuers'], in: 'shop' },
    ],
  },
  {
    of: [41],
    says: 'events are traces',
    fires: [{ rules: ['deletecollection core events'], as: ['delete-traces low'] }],
    silent: [{ rules: ['create,patch core events'] }],
  },
  {
    of: [42],
    says: 'priorities, leases and quotas starve others',
    fires: [
      { rules: ['update flowcontrol.apiserver.k8s.io flowschemas'], as: ['alter-flow-control low'] },
      { rules: ['create scheduling.k8s.io priorityclasses'], as: ['alter-flow-control low'] },
      { rules: ['delete core resourcequotas'], in: 'shop', as: ['alter-quotas info'] },
      { rules: ['update coordination.k8s.io leases'], in: 'kube-system', as: ['take-leases low'] },
    ],
    silent: [
      { rules: ['update coordination.k8s.io leases'], in: 'shop' },
      { rules: ['update coordination.k8s.io leases own'], in: 'kube-system' },
      { rules: ['create core resourcequotas'], in: 'shop' },
    ],
  },
  {
    of: [43],
    says: 'pods, logs, RBAC and reviews tell where to go next',
    fires: [
      { rules: ['list core pods'], as: ['list-pods info'] },
      { rules: ['watch core pods'], as: ['list-pods info'] },
      { rules: ['get core pods/log'], as: ['read-logs low'] },
      { rules: [`list ${RBAC} clusterrolebindings`], as: ['read-rbac info'] },
      { rules: ['create authorization.k8s.io subjectaccessreviews'], as: ['review-access info'] },
      { rules: ['create authentication.k8s.io tokenreviews'], as: ['review-access info'] },
    ],
    silent: [
      { rules: ['create authorization.k8s.io selfsubjectaccessreviews'] },
      { rules: ['get core pods/log web-0'] },
      { rules: ['list core pods'], in: 'shop' },
      { rules: ['get core pods'] },
      { rules: ['list core pods web-0'] },
      { rules: ['list core pods/status'] },
    ],
  },
];

describe.each(ROWS)('$says', ({ fires, silent }) => {
  test.each(fires.map((one) => [`${one.rules.join(' + ')} ${one.in ?? 'everywhere'}`, one] as const))(
    '%s is dangerous',
    (_name, { as, ...given }) => {
      expect(judged(given)).toEqual(as);
    },
  );

  test.each(silent.map((one) => [`${one.rules.join(' + ')} ${one.in ?? 'everywhere'}`, one] as const))(
    '%s is not',
    (_name, given) => {
      expect(judged(given)).toEqual([]);
    },
  );
});

test('every permission of the catalogue has a case that fires and one that does not', () => {
  const numbered = ROWS.filter(({ fires, silent }) => fires.length > 0 && silent.length > 0).flatMap((row) => row.of);
  const beside = WHOLE.flatMap(({ of }) => (typeof of === 'number' ? [of] : []));
  const found = [...new Set([...numbered, ...beside])].sort((a, b) => a - b);
  expect(found).toEqual(Array.from({ length: 43 }, (_, at) => at + 1));
});

test('so has every kind of subject', () => {
  const found = WHOLE.flatMap(({ of }) => (typeof of === 'string' ? [of] : []));
  expect(found).toEqual(['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7']);
});

/** `rule severity` of every finding of a cluster. */
function findings(objects: readonly RawObject[]): readonly string[] {
  const engine = new Engine(viewOfObjects(objects), [...RBAC_RULES, legacyToken]);
  engine.settle();
  return [...engine.findings.values()].map(({ rule, severity }) => `${rule} ${severity}`).sort();
}

/** Risks that show in a whole cluster only: everything, and who holds a role. `fires` is the finding of the first one. */
interface Whole {
  readonly of: number | `B${number}`;
  readonly says: string;
  readonly fires: readonly RawObject[];
  readonly as: string;
  readonly silent: readonly RawObject[];
}

const PODS = rawRole('pods', ['get core pods']);

const to = (kind: string, name: string, role = 'pods'): RawObject => rawBinding('', 'b', role, { kind, name });

const tokenSecret = (labels: Record<string, string>): RawManifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'old', namespace: 'shop', labels, annotations: { 'kubernetes.io/service-account.name': 'app' } },
  type: 'kubernetes.io/service-account-token',
});

const WHOLE: readonly Whole[] = [
  {
    of: 1,
    says: 'every verb on every resource',
    fires: [ACCOUNT, rawRole('r', ['* * *']), rawBinding('', 'b', 'r', APP)],
    as: 'rbac/cluster-admin critical',
    silent: [ACCOUNT, rawRole('r', ['* * * own']), rawBinding('', 'b', 'r', APP)],
  },
  {
    of: 'B1',
    says: 'requests without credentials',
    fires: [PODS, to('Group', 'system:unauthenticated')],
    as: 'rbac/unauthenticated high',
    silent: [
      rawRole('system:public-info-viewer', BOOTSTRAP_ROLES['/system:public-info-viewer'] ?? []),
      rawBinding(
        '',
        'system:public-info-viewer',
        'system:public-info-viewer',
        { kind: 'Group', name: 'system:authenticated' },
        { kind: 'Group', name: 'system:unauthenticated' },
      ),
    ],
  },
  {
    of: 'B2',
    says: 'all who are authenticated, or all accounts',
    fires: [PODS, to('Group', 'system:serviceaccounts')],
    as: 'rbac/all-authenticated medium',
    silent: [PODS, to('Group', 'devs')],
  },
  {
    of: 'B3',
    says: 'the group that bypasses RBAC',
    fires: [PODS, to('Group', 'system:masters')],
    as: 'rbac/system-masters low',
    silent: [PODS, to('User', 'system:masters')],
  },
  {
    of: 'B4',
    says: 'the account default',
    fires: [PODS, rawBinding('shop', 'b', 'pods', { kind: 'ServiceAccount', name: 'default' })],
    as: 'rbac/default-service-account medium',
    silent: [ACCOUNT, PODS, rawBinding('shop', 'b', 'pods', APP)],
  },
  {
    of: 'B5',
    says: 'a role, or a subject, that is not there',
    fires: [PODS, rawBinding('shop', 'b', 'pods', APP)],
    as: 'rbac/dangling-subject low',
    silent: [ACCOUNT, PODS, rawBinding('shop', 'b', 'pods', APP)],
  },
  {
    of: 'B6',
    says: 'a token that never ends',
    fires: [ACCOUNT, tokenSecret({})],
    as: 'secrets/legacy-token medium',
    silent: [ACCOUNT],
  },
  {
    of: 'B7',
    says: 'an account that is a cloud identity',
    fires: [
      {
        ...ACCOUNT,
        metadata: { ...ACCOUNT.metadata, annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' } },
      },
    ],
    as: 'rbac/cloud-identity info',
    silent: [ACCOUNT],
  },
];

describe.each(WHOLE)('$of: $says', ({ fires, as, silent }) => {
  test('is found', () => {
    expect(findings(fires)).toContain(as);
  });

  test('is not found where it is not so', () => {
    const rule = as.split(' ')[0] ?? '';
    expect(findings(silent).filter((one) => one.startsWith(`${rule} `))).toEqual([]);
  });
});

describe('everything', () => {
  test('every verb on every resource is the cluster, or the namespace', () => {
    const role = rawRole('r', ['* * *']);
    expect(findings([ACCOUNT, role, rawBinding('', 'b', 'r', APP)])).toContain('rbac/cluster-admin critical');
    expect(findings([ACCOUNT, role, rawBinding('shop', 'b', 'r', APP)])).toContain('rbac/namespace-admin high');
  });

  test('every verb on every resource of one name is not', () => {
    const own = [ACCOUNT, rawRole('r', ['* * * own']), rawBinding('', 'b', 'r', APP)];
    expect(findings(own).filter((one) => one.endsWith('critical'))).toEqual([]);
  });

  test('a role that nobody holds gives nothing', () => {
    expect(findings([rawRole('r', ['* * *'])])).toEqual(['rbac/unused-role info']);
  });
});

describe('who holds it', () => {
  const reader = rawRole('r', ['get core secrets']);
  const held = (...subjects: readonly RawSubject[]): readonly string[] =>
    findings([namespace('shop'), ACCOUNT, reader, rawBinding('shop', 'b', 'r', ...subjects)]);

  test.each<readonly [string, RawSubject, readonly string[]]>([
    [
      'requests without credentials',
      { kind: 'User', name: 'system:anonymous' },
      ['rbac/reads-secrets critical', 'rbac/unauthenticated medium'],
    ],
    [
      'the group of requests without credentials',
      { kind: 'Group', name: 'system:unauthenticated' },
      ['rbac/reads-secrets critical', 'rbac/unauthenticated medium'],
    ],
    [
      'everybody with a login',
      { kind: 'Group', name: 'system:authenticated' },
      ['rbac/all-authenticated medium', 'rbac/reads-secrets high'],
    ],
    [
      'every service account',
      { kind: 'Group', name: 'system:serviceaccounts' },
      ['rbac/all-authenticated medium', 'rbac/reads-secrets high'],
    ],
    [
      'every service account of a namespace',
      { kind: 'Group', name: 'system:serviceaccounts:shop' },
      ['rbac/all-authenticated low', 'rbac/reads-secrets medium'],
    ],
    ['a group that bypasses RBAC anyway', { kind: 'Group', name: 'system:masters' }, ['rbac/system-masters low']],
    [
      'the account of pods that name none',
      { kind: 'ServiceAccount', namespace: 'shop', name: 'default' },
      ['rbac/default-service-account medium', 'rbac/reads-secrets medium'],
    ],
    [
      'an account that does not exist',
      { kind: 'ServiceAccount', namespace: 'shop', name: 'gone' },
      ['rbac/dangling-subject medium', 'rbac/reads-secrets low'],
    ],
    ['an account', APP, ['rbac/reads-secrets medium']],
    ['a person', { kind: 'User', name: 'bob' }, ['rbac/reads-secrets medium']],
  ])('%s', (_name, subject, expected) => {
    expect(held(subject)).toEqual(expected);
  });

  test('a role that does not exist is latent', () => {
    expect(findings([ACCOUNT, rawBinding('shop', 'b', 'gone', APP)])).toEqual(['rbac/dangling-role low']);
  });
});
