import type { KubeObject } from '../kube-object.ts';
import { BOOTSTRAP_CONTROLLER_ROLES } from './bootstrap-controller-roles.ts';
import { BOOTSTRAP_USER_ROLES } from './bootstrap-user-roles.ts';
import { CLUSTER_BINDINGS, NAMESPACE_BINDINGS, type BindingPlan } from './bindings.ts';
import { daysBefore, metaOf, type MetaExtras } from './metadata.ts';
import { NAMESPACES } from './namespaces.ts';
import { aggregateRoles, rolesFrom } from './role-notation.ts';
import { WORKLOADS } from './workloads.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Roles that the people of the shop wrote, or their charts brought along; the notation is that of `role-notation.ts`. */
const SHOP_ROLES = `
platform-operator
  * * *
tenant-manager
  get,list,watch core namespaces
  create,get,list,update rbac.authorization.k8s.io rolebindings,clusterrolebindings
  escalate,bind rbac.authorization.k8s.io roles,clusterroles
support-impersonator
  impersonate core users,groups
anonymous-debug
  get,list core secrets
prometheus
  get,list,watch core nodes,services,endpoints,pods
  get core nodes/metrics,nodes/proxy
  get url /metrics
kube-state-metrics
  list,watch core pods,nodes,services,secrets,configmaps,namespaces
  list,watch apps deployments,replicasets,statefulsets,daemonsets
promtail
  get,list,watch core nodes,pods
ingress-nginx
  get,list,watch core configmaps,endpoints,nodes,pods,secrets,namespaces
  get,list,watch core services
  get,list,watch networking.k8s.io ingresses,ingressclasses
argocd-application-controller
  * * *
  * url *
argocd-server
  get,patch,delete * *
  list core events
  get core pods,pods/log
argocd-aggregate-to-admin > admin
  create,delete,get,list,patch,update,watch argoproj.io applications
cilium
  get,list,watch networking.k8s.io networkpolicies
  get,list,watch core namespaces,services,pods,endpoints,nodes
  get,list,watch,create,update,delete,patch cilium.io *
cilium-operator
  get,list,watch,update,patch core pods,nodes,services,namespaces
  create,get,list,update,delete,watch,patch cilium.io *
system:coredns
  list,watch core endpoints,services,pods,namespaces
  list,watch discovery.k8s.io endpointslices
system:metrics-server
  get core nodes/metrics
  get,list,watch core pods,nodes
ci-token-minter
  create core serviceaccounts/token
csr-approver
  get,list,watch,update certificates.k8s.io certificatesigningrequests,certificatesigningrequests/approval
  approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client
webhook-admin
  get,list,create,update,patch,delete admissionregistration.k8s.io mutatingwebhookconfigurations,validatingwebhookconfigurations
shop/cart-read
  get core secrets
shop/orders-config
  get,list,watch core configmaps
  get core secrets orders-db
shop/cart-debug
  get,list core pods
  create,get core pods/exec
shop/oncall-exec
  get,list core pods,pods/log
  create,get core pods/exec,pods/portforward
shop/deployer
  create,get,list,patch,update apps deployments,statefulsets
  create,get,list,delete core pods
  create,get,list,patch,update batch cronjobs,jobs
data/backup-operator
  get,list,watch core secrets,persistentvolumeclaims
data/wildcard-dba
  * core,apps *
edge/exposer
  create,get,list,update,patch,delete core services
  create,get,list,update,patch,delete networking.k8s.io ingresses
ci/runner
  create,get,list,watch,delete core pods,pods/log,pods/exec
  create,get,list core secrets,configmaps
staging/workload-editor
  * apps *
payments/ledger-config
  get core configmaps
`;

/** The Roles that every API server creates in kube-system and kube-public. */
const SYSTEM_ROLES = `
kube-system/extension-apiserver-authentication-reader
  get,list,watch core configmaps extension-apiserver-authentication
kube-system/system::leader-locking-kube-controller-manager
  create,get,list,update,watch coordination.k8s.io leases
kube-system/system::leader-locking-kube-scheduler
  create,get,list,update,watch coordination.k8s.io leases
kube-system/system:controller:bootstrap-signer
  get,list,watch core secrets
kube-system/system:controller:token-cleaner
  delete,get,list,watch core secrets
  create,patch,update core,events.k8s.io events
kube-public/system:controller:bootstrap-signer
  get,list,watch core configmaps
  update core configmaps cluster-info
`;

/** Every Role, ClusterRole, binding and ServiceAccount of the demo cluster. */
export function rbacObjects(now: number): KubeObject[] {
  const bootstrap = { createdAt: daysBefore(now, 400), bootstrap: true };
  const roles = aggregateRoles([
    ...rolesFrom(BOOTSTRAP_USER_ROLES, bootstrap),
    ...rolesFrom(BOOTSTRAP_CONTROLLER_ROLES, bootstrap),
    ...rolesFrom(SYSTEM_ROLES, bootstrap),
    ...rolesFrom(SHOP_ROLES, { createdAt: daysBefore(now, 70), bootstrap: false }),
  ]);
  const controllers = roles
    .map((role) => role.metadata.name)
    .filter((name, index, names) => name.startsWith('system:controller:') && names.indexOf(name) === index)
    .filter((name) => roles.some((role) => role.kind === 'ClusterRole' && role.metadata.name === name))
    .map((name): BindingPlan => {
      const account = name.slice('system:controller:'.length);
      return { name, role: name, subjects: [`sa:kube-system/${account}`], bootstrap: true };
    });
  return [
    ...serviceAccounts(now, controllers),
    ...roles,
    ...[...CLUSTER_BINDINGS, ...controllers].map((plan) => bindingObject(plan, now)),
    ...NAMESPACE_BINDINGS.map((plan) => bindingObject(plan, now)),
  ];
}

const BOOTSTRAP_MARKS = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};

/** What Kubernetes, or Helm (Helm docs, "Labels and Annotations"), marks its objects with. */
function marksOf({ bootstrap: isBootstrap, release }: BindingPlan): MetaExtras {
  if (isBootstrap === true) return BOOTSTRAP_MARKS;
  if (release === undefined) return {};
  const [namespace = '', name = ''] = release.split('/');
  return {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
  };
}

/** The object of a binding plan; also what somebody binds while the demo lives. */
export function bindingObject(plan: BindingPlan, now: number): KubeObject {
  const namespace = plan.namespace ?? '';
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const local = plan.roleKind === 'Role';
  const createdAt = daysBefore(now, plan.bootstrap === true ? 400 : (plan.ageDays ?? 60));
  return {
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: metaOf(kind, namespace, plan.name, createdAt, marksOf(plan)),
    ...(plan.subjects.length === 0 ? {} : { subjects: plan.subjects.map(subjectOf) }),
    roleRef: { apiGroup: GROUP, kind: local ? 'Role' : 'ClusterRole', name: plan.role },
  };
}

function subjectOf(text: string): object {
  const kind = text.slice(0, text.indexOf(':'));
  const name = text.slice(kind.length + 1);
  if (kind === 'sa') {
    const [namespace = '', account = ''] = name.split('/');
    return { kind: 'ServiceAccount', name: account, namespace };
  }
  return { apiGroup: GROUP, kind: kind === 'group' ? 'Group' : 'User', name };
}

function serviceAccounts(now: number, controllers: readonly BindingPlan[]): KubeObject[] {
  const wanted = new Set(NAMESPACES.map(({ name }) => `${name}/default`));
  for (const plan of WORKLOADS) {
    if (plan.serviceAccount !== undefined) wanted.add(`${plan.namespace}/${plan.serviceAccount}`);
  }
  for (const { subjects } of controllers) wanted.add((subjects[0] ?? '').slice('sa:'.length));
  return [...wanted].map((path) => {
    const [namespace = '', name = ''] = path.split('/');
    return {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: metaOf('ServiceAccount', namespace, name, daysBefore(now, name === 'default' ? 380 : 70)),
      ...(path === 'ci/runner' ? { secrets: [{ name: 'runner-token-legacy' }] } : {}),
      ...(namespace === 'shop' && name === 'default' ? { imagePullSecrets: [{ name: 'registry-pull' }] } : {}),
      ...(namespace === 'payments' ? { automountServiceAccountToken: false } : {}),
    };
  });
}
