/** A binding, with its subjects written `user:name`, `group:name` or `sa:namespace/name`. */
export interface BindingPlan {
  readonly name: string;
  /** Empty or absent: a ClusterRoleBinding. */
  readonly namespace?: string;
  /** ClusterRole where absent. */
  readonly roleKind?: 'Role' | 'ClusterRole';
  readonly role: string;
  readonly subjects: readonly string[];
  readonly bootstrap?: boolean;
  readonly ageDays?: number;
  /** The Helm release that it comes from, as `namespace/release`. */
  readonly release?: string;
}

function bootstrap(name: string, ...subjects: readonly string[]): BindingPlan {
  return { name, role: name, subjects, bootstrap: true };
}

/** The defaults of every cluster, and then what the shop's people added: one fault of every kind. */
export const CLUSTER_BINDINGS: readonly BindingPlan[] = [
  bootstrap('cluster-admin', 'group:system:masters'),
  bootstrap('system:basic-user', 'group:system:authenticated'),
  bootstrap('system:discovery', 'group:system:authenticated'),
  bootstrap('system:kube-controller-manager', 'user:system:kube-controller-manager'),
  bootstrap('system:kube-dns', 'sa:kube-system/kube-dns'),
  bootstrap('system:kube-scheduler', 'user:system:kube-scheduler'),
  bootstrap('system:monitoring', 'group:system:monitoring'),
  bootstrap('system:node'),
  bootstrap('system:node-proxier', 'user:system:kube-proxy', 'sa:kube-system/kube-proxy'),
  bootstrap('system:public-info-viewer', 'group:system:authenticated', 'group:system:unauthenticated'),
  bootstrap('system:service-account-issuer-discovery', 'group:system:serviceaccounts'),
  bootstrap('system:volume-scheduler', 'user:system:kube-scheduler'),
  { name: 'kubeadm:cluster-admins', role: 'cluster-admin', subjects: ['group:kubeadm:cluster-admins'], ageDays: 400 },
  { name: 'system:coredns', role: 'system:coredns', subjects: ['sa:kube-system/coredns'] },
  { name: 'system:metrics-server', role: 'system:metrics-server', subjects: ['sa:kube-system/metrics-server'] },
  { name: 'cilium', role: 'cilium', subjects: ['sa:kube-system/cilium'] },
  { name: 'cilium-operator', role: 'cilium-operator', subjects: ['sa:kube-system/cilium-operator'] },
  {
    name: 'ingress-nginx',
    role: 'ingress-nginx',
    subjects: ['sa:edge/ingress-nginx'],
    release: 'edge/ingress-nginx',
  },
  { name: 'prometheus', role: 'prometheus', subjects: ['sa:monitoring/prometheus'] },
  { name: 'kube-state-metrics', role: 'kube-state-metrics', subjects: ['sa:monitoring/kube-state-metrics'] },
  { name: 'promtail', role: 'promtail', subjects: ['sa:monitoring/promtail'] },
  {
    name: 'argocd-application-controller',
    role: 'argocd-application-controller',
    subjects: ['sa:ci/argocd-application-controller'],
  },
  { name: 'argocd-server', role: 'argocd-server', subjects: ['sa:ci/argocd-server'] },

  { name: 'legacy-developers-admin', role: 'cluster-admin', subjects: ['group:developers'], ageDays: 365 },
  { name: 'dashboard-admin', role: 'cluster-admin', subjects: ['sa:monitoring/grafana'], ageDays: 180 },
  { name: 'carol-platform', role: 'platform-operator', subjects: ['user:carol'] },
  // Two steps to cluster-admin: it may bind whatever it likes.
  { name: 'ci-deploy', role: 'tenant-manager', subjects: ['sa:ci/deployer'] },
  { name: 'support-impersonate', role: 'support-impersonator', subjects: ['group:support'] },
  {
    name: 'debug-secrets',
    role: 'anonymous-debug',
    subjects: ['user:system:anonymous', 'group:system:unauthenticated'],
    ageDays: 19,
  },
  { name: 'everyone-views', role: 'view', subjects: ['group:system:authenticated'] },
  { name: 'all-accounts-edit', role: 'edit', subjects: ['group:system:serviceaccounts:staging'] },
  { name: 'ci-tokens', role: 'ci-token-minter', subjects: ['sa:ci/runner'] },
  { name: 'csr-bot', role: 'csr-approver', subjects: ['user:csr-bot'] },
  { name: 'policy-team', role: 'webhook-admin', subjects: ['group:policy'] },
  // Its role was deleted a year ago; whoever creates one of that name hands it out.
  { name: 'old-auditor', role: 'auditor', subjects: ['user:dave'], ageDays: 400 },
];

export const NAMESPACE_BINDINGS: readonly BindingPlan[] = [
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    roleKind: 'Role',
    role: 'extension-apiserver-authentication-reader',
    subjects: ['user:system:kube-controller-manager', 'user:system:kube-scheduler'],
    bootstrap: true,
  },
  ...(['kube-controller-manager', 'kube-scheduler'] as const).map((name): BindingPlan => ({
    namespace: 'kube-system',
    name: `system::leader-locking-${name}`,
    roleKind: 'Role',
    role: `system::leader-locking-${name}`,
    subjects: [`user:system:${name}`, `sa:kube-system/${name}`],
    bootstrap: true,
  })),
  ...(['bootstrap-signer', 'token-cleaner'] as const).map((name): BindingPlan => ({
    namespace: 'kube-system',
    name: `system:controller:${name}`,
    roleKind: 'Role',
    role: `system:controller:${name}`,
    subjects: [`sa:kube-system/${name}`],
    bootstrap: true,
  })),
  { namespace: 'shop', name: 'cart-read', roleKind: 'Role', role: 'cart-read', subjects: ['sa:shop/cart'] },
  // Granted for one night of debugging.
  {
    namespace: 'shop',
    name: 'cart-debug',
    roleKind: 'Role',
    role: 'cart-debug',
    subjects: ['sa:shop/cart'],
    ageDays: 9,
  },
  { namespace: 'shop', name: 'orders-config', roleKind: 'Role', role: 'orders-config', subjects: ['sa:shop/orders'] },
  { namespace: 'shop', name: 'oncall-exec', roleKind: 'Role', role: 'oncall-exec', subjects: ['group:oncall'] },
  { namespace: 'shop', name: 'deployer', roleKind: 'Role', role: 'deployer', subjects: ['sa:ci/deployer'] },
  { namespace: 'shop', name: 'team-admin', role: 'admin', subjects: ['group:shop-team'] },
  { namespace: 'data', name: 'backup', roleKind: 'Role', role: 'backup-operator', subjects: ['sa:data/default'] },
  { namespace: 'data', name: 'dba', roleKind: 'Role', role: 'wildcard-dba', subjects: ['user:bob', 'group:dba'] },
  // An account of another namespace reads secrets here.
  {
    namespace: 'data',
    name: 'staging-read',
    roleKind: 'Role',
    role: 'backup-operator',
    subjects: ['sa:staging/default'],
  },
  { namespace: 'edge', name: 'exposer', roleKind: 'Role', role: 'exposer', subjects: ['group:web-team'] },
  { namespace: 'ci', name: 'runner', roleKind: 'Role', role: 'runner', subjects: ['sa:ci/runner'] },
  { namespace: 'staging', name: 'everyone-edits', role: 'edit', subjects: ['group:system:authenticated'] },
  {
    namespace: 'staging',
    name: 'workload-editor',
    roleKind: 'Role',
    role: 'workload-editor',
    subjects: ['user:intern'],
  },
  {
    namespace: 'payments',
    name: 'ledger-config',
    roleKind: 'Role',
    role: 'ledger-config',
    subjects: ['sa:payments/ledger'],
  },
  { namespace: 'payments', name: 'auditors', role: 'view', subjects: ['group:auditors'] },
  // Neither the role nor the account exists.
  {
    namespace: 'monitoring',
    name: 'old-exporter',
    roleKind: 'Role',
    role: 'old-exporter',
    subjects: ['sa:monitoring/old-exporter'],
    ageDays: 250,
  },
];
