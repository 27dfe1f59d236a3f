import type { KubeObject } from '../kube-object.ts';
import { daysBefore, metaOf, uidOf } from './metadata.ts';
import { managedEntry } from './managed-fields.ts';

interface SecretPlan {
  readonly namespace: string;
  readonly name: string;
  readonly type?: string;
  readonly keys: readonly string[];
  readonly ageDays: number;
  /** When the data was last written, where it was after the creation. */
  readonly rotatedDays?: number;
  readonly manager?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  /** Applied by kubectl: its last-applied annotation repeats the values. */
  readonly lastApplied?: boolean;
}

const TLS = {
  type: 'kubernetes.io/tls',
  keys: ['tls.crt', 'tls.key'],
  manager: 'cert-manager-certificates-issuing',
} as const;

function certificate(namespace: string, name: string, host: string, rotatedDays: number): SecretPlan {
  const annotations = {
    'cert-manager.io/certificate-name': name,
    'cert-manager.io/common-name': host,
    'cert-manager.io/issuer-name': 'letsencrypt',
  };
  return { namespace, name, ...TLS, ageDays: 300, rotatedDays, annotations };
}

function helmRelease(namespace: string, release: string, revision: number, ageDays: number): SecretPlan {
  return {
    namespace,
    name: `sh.helm.release.v1.${release}.v${revision}`,
    type: 'helm.sh/release.v1',
    keys: ['release'],
    ageDays,
    manager: 'helm',
    labels: { owner: 'helm', name: release, status: 'deployed', version: String(revision) },
  };
}

function legacyToken(
  namespace: string,
  account: string,
  name: string,
  ageDays: number,
  labels: Record<string, string>,
): SecretPlan {
  return {
    namespace,
    name,
    type: 'kubernetes.io/service-account-token',
    keys: ['ca.crt', 'namespace', 'token'],
    ageDays,
    manager: 'kube-controller-manager',
    labels,
    annotations: {
      'kubernetes.io/service-account.name': account,
      'kubernetes.io/service-account.uid': uidOf('ServiceAccount', namespace, account),
    },
  };
}

const DOCKER = { type: 'kubernetes.io/dockerconfigjson', keys: ['.dockerconfigjson'] } as const;

function secrets(now: number): readonly SecretPlan[] {
  return [
    // Applied from a file, never rotated, and its annotation holds the password in plain sight.
    {
      namespace: 'data',
      name: 'pg-admin',
      keys: ['password', 'username'],
      ageDays: 700,
      manager: 'kubectl-client-side-apply',
      lastApplied: true,
    },
    { namespace: 'data', name: 'pg-replication', keys: ['password'], ageDays: 410 },
    { namespace: 'shop', name: 'cart-db', keys: ['password'], ageDays: 400, rotatedDays: 25 },
    { namespace: 'shop', name: 'orders-db', keys: ['password'], ageDays: 400, rotatedDays: 25 },
    { namespace: 'shop', name: 'catalog-db', keys: ['password', 'user'], ageDays: 390 },
    { namespace: 'shop', name: 'registry-pull', ...DOCKER, ageDays: 380 },
    { namespace: 'payments', name: 'registry-pull', ...DOCKER, ageDays: 380 },
    certificate('shop', 'shop-tls', 'shop.invalid', 20),
    certificate('shop', 'checkout-tls', 'checkout.shop.invalid', 20),
    certificate('payments', 'payments-tls', 'pay.shop.invalid', 33),
    { namespace: 'payments', name: 'psp-credentials', keys: ['api-key', 'merchant-id'], ageDays: 380, immutable: true },
    {
      namespace: 'payments',
      name: 'ledger-db',
      keys: ['password'],
      ageDays: 120,
      rotatedDays: 2,
      manager: 'external-secrets',
      labels: { 'reconcile.external-secrets.io/managed': 'true' },
    },
    { namespace: 'edge', name: 'oauth2-proxy', keys: ['cookie-secret', 'client-secret'], ageDays: 88, manager: 'helm' },
    { namespace: 'edge', name: 'cdn-token', keys: ['token'], ageDays: 20 },
    { namespace: 'monitoring', name: 'grafana', keys: ['admin-user', 'admin-password'], ageDays: 180, manager: 'helm' },
    { namespace: 'ci', name: 'runner-token', keys: ['token'], ageDays: 70 },
    { namespace: 'ci', name: 'git-token', keys: ['token'], ageDays: 520 },
    // Nothing refers to these.
    { namespace: 'shop', name: 'old-payment-keys', keys: ['live-key', 'test-key'], ageDays: 640 },
    { namespace: 'shop', name: 'mailer-backup', keys: ['smtp'], ageDays: 222 },
    {
      namespace: 'staging',
      name: 'prod-db-copy',
      keys: ['password', 'url'],
      ageDays: 97,
      lastApplied: true,
      manager: 'kubectl-client-side-apply',
    },
    { namespace: 'default', name: 'test', keys: ['a'], ageDays: 355 },
    // Tokens that never expire: one still in use, one forgotten.
    legacyToken('ci', 'runner', 'runner-token-legacy', 500, {
      'kubernetes.io/legacy-token-last-used': daysBefore(now, 1).slice(0, 10),
    }),
    legacyToken('data', 'default', 'backup-token-v7x2k', 800, {}),
    helmRelease('shop', 'cache', 3, 12),
    helmRelease('monitoring', 'monitoring', 14, 40),
    helmRelease('ci', 'argocd', 5, 60),
    helmRelease('payments', 'ledger', 9, 30),
  ];
}

/** Values that nobody can take for real ones. */
function fakeValue(key: string): string {
  const text = `not-a-real-value-for-${key}`;
  const shaped =
    key === '.dockerconfigjson' ? JSON.stringify({ auths: { 'registry.shop.invalid': { auth: text } } }) : text;
  return Buffer.from(shaped).toString('base64');
}

/** The Secrets of the demo cluster; every value says that it is not real. */
export function secretObjects(now: number): KubeObject[] {
  return secrets(now).map((plan) => {
    const createdAt = daysBefore(now, plan.ageDays);
    const writtenAt = daysBefore(now, plan.rotatedDays ?? plan.ageDays);
    const data = Object.fromEntries(plan.keys.map((key) => [key, fakeValue(key)]));
    const type = plan.type ?? 'Opaque';
    const annotations = {
      ...plan.annotations,
      ...(plan.lastApplied === true
        ? { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied(plan, data, type) }
        : {}),
    };
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metaOf('Secret', plan.namespace, plan.name, createdAt, {
        ...(plan.labels === undefined ? {} : { labels: plan.labels }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        managedFields: [
          managedEntry(plan.manager ?? 'kubectl-create', 'v1', writtenAt, {
            data,
            ...(plan.immutable === true ? { immutable: true } : {}),
            ...(Object.keys(annotations).length === 0 ? {} : { metadata: { annotations } }),
            type,
          }),
        ],
      }),
      ...(plan.immutable === true ? { immutable: true } : {}),
      data,
      type,
    };
  });
}

function lastApplied(plan: SecretPlan, data: Record<string, string>, type: string): string {
  const metadata = { annotations: {}, name: plan.name, namespace: plan.namespace };
  return `${JSON.stringify({ apiVersion: 'v1', data, kind: 'Secret', metadata, type })}\n`;
}
