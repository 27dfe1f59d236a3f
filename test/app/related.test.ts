import { describe, expect, test } from 'vitest';
import { earlierChanges } from '../../src/app/earlier-changes.ts';
import { relatedThings } from '../../src/app/related.ts';
import { refText } from '../../src/kube/object-ref.ts';
import type { ObjectRef } from '../../src/model/finding.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart, namespace: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: pg, namespace: shop}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      containers: [{name: cart, image: cart, envFrom: [{secretRef: {name: pg}}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart-in, namespace: shop}
spec: {podSelector: {matchLabels: {app: cart}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: other, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all-but-web, namespace: shop}
spec: {selector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart-read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all-view}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:serviceaccounts:shop'}]
`;

// Workloads of files stand for the pods of their templates.
const view = viewOf(SHOP, { facts: { source: 'files' } });

function related(kind: string, name: string, namespace: string | null = 'shop'): Record<string, readonly string[]> {
  const object: ObjectRef = { apiVersion: '', kind, namespace, name };
  return Object.fromEntries(
    relatedThings(view, object).map(({ title, things }) => [title, things.map((one) => refText(one.object))]),
  );
}

describe('what an object has to do with', () => {
  test('a workload: its policies, Services, account, the rights of that, its Secrets', () => {
    expect(related('Deployment', 'cart')).toEqual({
      'policies that select it': ['NetworkPolicy shop/cart-in'],
      'Services before it': ['Service shop/cart'],
      'runs as': ['ServiceAccount shop/cart'],
      'rights of shop/cart by': ['RoleBinding shop/cart-read', 'ClusterRoleBinding all-view'],
      'Secrets that it uses': ['Secret shop/pg'],
      'others that select it by label': ['PodDisruptionBudget shop/all-but-web'],
      'labels of its pods': ['Label shop/app=cart'],
    });
  });

  test.each([
    ['NetworkPolicy', 'cart-in', 'shop', { 'pods that it selects': ['Deployment shop/cart'] }],
    ['Service', 'cart', 'shop', { 'sends traffic to': ['Deployment shop/cart'] }],
    [
      'Secret',
      'pg',
      'shop',
      { 'used by': ['Deployment shop/cart'], 'may read it': [], 'read it, by the audit log': [] },
    ],
    [
      'ServiceAccount',
      'cart',
      'shop',
      {
        'used by': ['Deployment shop/cart'],
        'rights of shop/cart by': ['RoleBinding shop/cart-read', 'ClusterRoleBinding all-view'],
      },
    ],
    ['RoleBinding', 'cart-read', 'shop', { gives: ['Role shop/reader'], to: ['ServiceAccount shop/cart'] }],
    ['Role', 'reader', 'shop', { 'given by': ['RoleBinding shop/cart-read'] }],
    ['Group', 'system:serviceaccounts:shop', null, { 'rights by': ['ClusterRoleBinding all-view'] }],
    [
      'Label',
      'app=cart',
      'shop',
      {
        selects: ['Deployment shop/cart'],
        'relied on by': ['Service shop/cart', 'NetworkPolicy shop/cart-in', 'Deployment shop/cart'],
        'without it': ['Service shop/cart', 'NetworkPolicy shop/cart-in', 'Deployment shop/cart'],
      },
    ],
    [
      'Label',
      'app=web',
      'shop',
      { 'relied on by': ['NetworkPolicy shop/other', 'PodDisruptionBudget shop/all-but-web'] },
    ],
    ['Label', 'no selector', 'shop', {}],
    [
      'PodDisruptionBudget',
      'all-but-web',
      'shop',
      { 'spec.selector app notin (web) selects': ['Deployment shop/cart'] },
    ],
    ['NetworkPolicy', 'other', 'shop', {}],
    ['Deployment', 'gone', 'shop', {}],
  ])('%s %s', (kind, name, namespace, expected) => {
    expect(related(kind, name, namespace)).toEqual(expected);
  });
});

test('a selector that looks into other namespaces: what it selects there', () => {
  const elsewhere = viewOf(
    `${SHOP}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: cart, namespace: monitoring}
spec: {selector: {matchLabels: {app: cart}}, namespaceSelector: {matchNames: [shop]}, podMetricsEndpoints: [{port: http}]}
`,
    { facts: { source: 'files' } },
  );
  const monitor: ObjectRef = { apiVersion: '', kind: 'PodMonitor', namespace: 'monitoring', name: 'cart' };
  expect(relatedThings(elsewhere, monitor)).toEqual([
    {
      title: 'spec.selector app=cart selects',
      things: [{ object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }, note: '' }],
    },
  ]);
});

test('an account and a group: which Secrets they may read, all of a namespace or one by name', () => {
  const policy = viewOf(`${SHOP}
---
apiVersion: v1
kind: Secret
metadata: {name: mail, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: one-secret, namespace: shop}
rules: [{apiGroups: [''], resources: [secrets], resourceNames: [pg], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart-pg, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one-secret}
subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all-secrets}
rules: [{apiGroups: [''], resources: [secrets], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: audit}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all-secrets}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: auditors}]
`);
  const readable = (kind: string, namespace: string | null, name: string) =>
    relatedThings(policy, { apiVersion: '', kind, namespace, name })
      .find(({ title }) => title === 'Secrets that it may read')
      ?.things.map(({ object, note }) => `${refText(object)}: ${note}`);
  expect(readable('ServiceAccount', 'shop', 'cart')).toEqual(['Secret shop/pg: by RoleBinding shop/cart-pg']);
  expect(readable('Group', null, 'auditors')).toEqual([
    'Namespace shop: all of its Secrets (2), by ClusterRoleBinding audit',
  ]);
  expect(readable('User', null, 'nobody')).toBeUndefined();
});

describe('changes before the session', () => {
  const WRITTEN = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: changed
  namespace: shop
  creationTimestamp: '2026-11-01T10:00:00Z'
  managedFields:
    - {manager: helm, operation: Update, time: '2026-11-01T10:00:00Z'}
    - {manager: kubectl-edit, operation: Update, time: '2026-11-20T10:00:00Z'}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: created
  namespace: shop
  creationTimestamp: '2026-11-10T10:00:00Z'
  managedFields:
    - {manager: helm, operation: Update, time: '2026-11-10T10:00:00Z'}
    - {manager: kube-controller-manager, operation: Update, time: '2026-11-22T10:00:00Z', subresource: status}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: of-a-cron-job
  namespace: shop
  creationTimestamp: '2026-11-22T10:00:00Z'
  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: u, controller: true}]
`;

  test('are told by creation and the newest writer, without controllers, the newest first', () => {
    expect(earlierChanges(viewOf(WRITTEN))).toEqual([
      {
        time: Date.parse('2026-11-20T10:00:00Z'),
        text: 'Role shop/changed changed with kubectl-edit',
        object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace: 'shop', name: 'changed' },
      },
      {
        time: Date.parse('2026-11-10T10:00:00Z'),
        text: 'Deployment shop/created created with helm',
        object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'created' },
      },
    ]);
  });

  test('objects of files have no time, so that nothing of them is told', () => {
    expect(earlierChanges(view)).toEqual([]);
  });
});
