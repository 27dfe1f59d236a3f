import type { JsonRecord } from '../json-value.ts';
import type { KubeObject } from '../kube-object.ts';
import { daysBefore, metaOf } from './metadata.ts';

interface PolicyPlan {
  readonly namespace: string;
  readonly name: string;
  readonly spec: JsonRecord;
}

const app = (name: string): JsonRecord => ({ matchLabels: { app: name } });
const appName = (name: string): JsonRecord => ({ matchLabels: { 'app.kubernetes.io/name': name } });
const namespace = (name: string): JsonRecord => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
const tcp = (port: number): JsonRecord => ({ protocol: 'TCP', port });

const DNS = {
  to: [{ namespaceSelector: namespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
  ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
};

function ingress(podSelector: JsonRecord, from: readonly JsonRecord[], port: number): JsonRecord {
  return { podSelector, policyTypes: ['Ingress'], ingress: [{ from, ports: [tcp(port)] }] };
}

function egress(podSelector: JsonRecord, rules: readonly JsonRecord[]): JsonRecord {
  return { podSelector, policyTypes: ['Egress'], egress: [DNS, ...rules] };
}

const POLICIES: readonly PolicyPlan[] = [
  // payments: closed in both directions, opened where needed. This is how it should look.
  { namespace: 'payments', name: 'default-deny', spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
  { namespace: 'payments', name: 'dns', spec: egress({}, []) },
  {
    namespace: 'payments',
    name: 'payments-api',
    spec: ingress(
      appName('payments-api'),
      ['orders', 'checkout'].map((name) => ({ namespaceSelector: namespace('shop'), podSelector: app(name) })),
      8443,
    ),
  },
  { namespace: 'payments', name: 'ledger', spec: ingress(appName('ledger'), [{ podSelector: {} }], 8443) },
  {
    namespace: 'payments',
    name: 'ledger-database',
    spec: egress(appName('ledger'), [
      { to: [{ namespaceSelector: namespace('data'), podSelector: app('postgres') }], ports: [tcp(5432)] },
    ]),
  },
  {
    namespace: 'payments',
    name: 'psp',
    spec: egress(appName('psp-gateway'), [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [tcp(443)] }]),
  },

  // shop: single services are closed, most are open.
  { namespace: 'shop', name: 'web', spec: ingress(app('web'), [{ namespaceSelector: namespace('edge') }], 8080) },
  {
    namespace: 'shop',
    name: 'orders',
    spec: ingress(app('orders'), [{ podSelector: app('checkout') }, { podSelector: app('web') }], 8080),
  },
  // The pods say checkout: with this typo the policy selects nothing.
  { namespace: 'shop', name: 'checkout', spec: ingress(app('chekout'), [{ podSelector: app('web') }], 8080) },
  // Cart may only send to its database and cache, but everybody may send to cart.
  {
    namespace: 'shop',
    name: 'cart-egress',
    spec: egress(app('cart'), [
      { to: [{ namespaceSelector: namespace('data'), podSelector: app('postgres') }], ports: [tcp(5432)] },
      { to: [{ podSelector: appName('redis') }], ports: [tcp(6379)] },
    ]),
  },
  {
    namespace: 'shop',
    name: 'cache',
    spec: ingress(appName('redis'), [{ podSelector: app('cart') }, { podSelector: app('web') }], 6379),
  },
  // Isolated by name only: the one rule lets everyone in.
  {
    namespace: 'shop',
    name: 'images-allow-all',
    spec: { podSelector: app('images'), policyTypes: ['Ingress'], ingress: [{}] },
  },

  // data: only the message broker was thought of; its peer selects a label that no namespace has.
  {
    namespace: 'data',
    name: 'kafka',
    spec: ingress(
      appName('kafka'),
      [{ namespaceSelector: { matchLabels: { team: 'shop' } } }, { podSelector: appName('kafka') }],
      9092,
    ),
  },
  {
    namespace: 'data',
    name: 'elasticsearch',
    spec: ingress(app('elasticsearch'), [{ namespaceSelector: { matchLabels: { team: 'shpo' } } }], 9200),
  },
  { namespace: 'data', name: 'pgbouncer', spec: ingress(app('pgbouncer'), [{ ipBlock: { cidr: '0.0.0.0/0' } }], 6432) },

  // monitoring: closed against the outside, open to itself.
  {
    namespace: 'monitoring',
    name: 'same-namespace',
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
  },
  {
    namespace: 'ci',
    name: 'argocd-repo-server',
    spec: ingress(
      appName('argocd-repo-server'),
      [{ podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'argocd' } } }],
      8080,
    ),
  },
];

/** The NetworkPolicies of the demo cluster. */
export function networkPolicyObjects(now: number): KubeObject[] {
  return POLICIES.map((plan, index) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metaOf('NetworkPolicy', plan.namespace, plan.name, daysBefore(now, 30 + index), {
      labels: { 'app.kubernetes.io/part-of': plan.namespace },
    }),
    spec: plan.spec,
  }));
}
