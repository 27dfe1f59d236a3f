import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { buildRemedies } from '../../src/remedy/build.ts';
import { compliance } from '../../src/report/compliance.ts';
import { engineOf } from '../remedy/case-engine.ts';
import { judged, ONLY_PRIVILEGED, privileged, written } from '../report/judged.ts';

/**
 * The catalogue of signals and of what goes wrong with them: what can be told of a Secret without its value (2.2), and what
 * of the cluster's upkeep (5). By section and place in its table.
 */
const ROWS = {
  '2.2.1': 'age of the data',
  '2.2.2': 'names of keys',
  '2.2.3': 'who renews it',
  '2.2.4': 'end of a certificate',
  '2.2.5': 'tokens of service accounts',
  '2.2.6': 'who mounts it',
  '2.2.7': 'nothing refers to it',
  '2.2.8': 'environment or file',
  '2.2.9': 'written and not picked up',
  '2.2.10': 'copied into an annotation',
  '2.2.11': 'encryption at rest',
  '5.1': 'end of support',
  '5.2': 'versions that go together',
  '5.3': 'deprecated APIs that are asked for',
  '5.4': 'deprecated APIs by object',
  '5.5': 'known vulnerabilities',
  '5.6': 'requests without credentials',
  '5.7': 'the default service account',
  '5.8': 'what is exposed',
  '5.9': 'admission webhooks',
  '5.10': 'retired add-ons',
  '5.11': 'drift',
} as const;

type Row = keyof typeof ROWS;

/** The rows that a case stands for. */
const covered = new Set<Row>();

function covers(...rows: readonly Row[]): void {
  for (const row of rows) covered.add(row);
}

/** Where tools of this kind go wrong: what has to be found, and its twin about which nothing may be said. */
interface Trap {
  /** The row of the catalogue that it is a case of; none for what stands elsewhere. */
  readonly of?: Row;
  readonly trap: string;
  readonly rule: string;
  readonly found: readonly object[];
  /** Titles of the findings of the rule, in order of subject. */
  readonly says: readonly string[];
  /** What the reason of the first one says. */
  readonly why?: string | RegExp;
  readonly silent: readonly object[];
}

type Fields = Readonly<Record<string, unknown>>;

const OLD = '2024-01-01T00:00:00Z';
const RECENT = '2026-11-20T00:00:00Z';
const STALE = 'Not rotated for over a year';
const UNUSED = 'No reference to this Secret was found';

function kube(apiVersion: string, kind: string, name: string, fields: Fields = {}, metadata: Fields = {}): object {
  return { apiVersion, kind, metadata: { name, namespace: 'shop', uid: `${kind}-${name}`, ...metadata }, ...fields };
}

function settings(spec: Fields): object {
  return { apiVersion: 'test/v1', kind: 'Case', spec };
}

function secret(metadata: Fields = {}, fields: Fields = {}): object {
  return kube('v1', 'Secret', 'pg', { type: 'Opaque', ...fields }, { creationTimestamp: OLD, ...metadata });
}

function writer(time: string, field: 'f:data' | 'f:metadata' = 'f:data'): object {
  return { manager: 'kubectl', operation: 'Update', time, fieldsV1: { [field]: { 'f:password': {} } } };
}

function pod(name: string, spec: Fields, metadata: Fields = {}, status: Fields = { phase: 'Running' }): object {
  const containers = [{ name: 'main', image: 'registry.example/main:1' }];
  return kube('v1', 'Pod', name, { spec: { containers, ...spec }, status }, metadata);
}

function template(spec: Fields): Fields {
  const labels = { app: 'main' };
  const containers = [{ name: 'main', image: 'registry.example/main:1' }];
  return { metadata: { labels }, spec: { containers, ...spec } };
}

function deployment(spec: Fields, fields: Fields = {}): object {
  const selector = { matchLabels: { app: 'main' } };
  return kube('apps/v1', 'Deployment', 'main', { spec: { selector, template: template(spec), ...fields } });
}

function main(fields: Fields): Fields {
  return { containers: [{ name: 'main', image: 'registry.example/main:1', ...fields }] };
}

function mounted(volume: Fields, mount: Fields = {}): Fields {
  return {
    ...main({ volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] }),
    volumes: [{ name: 'v', ...volume }],
  };
}

function findings(rule: string, documents: readonly object[]): { readonly title: string; readonly why: string }[] {
  const engine = engineOf(documents.map((one) => stringify(one)).join('---\n'));
  expect(engine.failures()).toEqual([]);
  return [...engine.findings.values()]
    .filter((one) => one.rule === rule)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ title, why }) => ({ title, why }));
}

function check(traps: readonly Trap[]): void {
  covers(...traps.flatMap(({ of }) => of ?? []));
  it.each(traps.map((one) => [one.trap, one] as const))('%s', (_name, { rule, found, says, why = '', silent }) => {
    const loud = findings(rule, found);
    expect(loud.map((one) => one.title)).toEqual(says);
    expect(loud[0]?.why).toMatch(why);
    expect(findings(rule, silent)).toEqual([]);
  });
}

describe('the age of a Secret', () => {
  check([
    {
      of: '2.2.1',
      trap: 'only writers of data count, whoever touched labels since',
      rule: 'secrets/stale',
      found: [secret({ managedFields: [writer(OLD), writer(RECENT, 'f:metadata')] })],
      says: [STALE],
      why: 'at least 1057 days old',
      silent: [secret({ managedFields: [writer(OLD, 'f:metadata'), writer(RECENT)] })],
    },
    {
      of: '2.2.1',
      trap: 'the newest of several writers counts',
      rule: 'secrets/stale',
      found: [secret({ managedFields: [writer(OLD), writer('2024-06-01T00:00:00Z')] })],
      says: [STALE],
      why: 'at least 905 days old',
      silent: [secret({ managedFields: [writer(OLD), writer(RECENT)] })],
    },
    {
      of: '2.2.1',
      trap: 'without writers the age of the object says nothing of its data',
      rule: 'secrets/stale',
      found: [secret()],
      says: ['Age of the data is unknown'],
      silent: [secret({ creationTimestamp: RECENT })],
    },
    {
      of: '2.2.1',
      trap: 'what is immutable is exactly as old as the object, whatever its last writer did',
      rule: 'secrets/stale',
      found: [secret({ managedFields: [writer(RECENT)] }, { immutable: true })],
      says: [STALE],
      why: 'exactly 1057 days old',
      silent: [secret({ managedFields: [writer(RECENT)] })],
    },
    {
      of: '2.2.1',
      trap: 'releases of Helm are nobody’s to rotate',
      rule: 'secrets/stale',
      found: [secret({ managedFields: [writer(OLD)] })],
      says: [STALE],
      silent: [secret({ managedFields: [writer(OLD)] }, { type: 'helm.sh/release.v1' })],
    },
  ]);
});

describe('who renews a Secret', () => {
  covers('2.2.3');
  const marks: readonly (readonly [tool: string, metadata: Fields, without: Fields])[] = [
    [
      'External Secrets',
      { labels: { 'reconcile.external-secrets.io/managed': 'true' } },
      { labels: { managed: 'true' } },
    ],
    [
      'External Secrets',
      { annotations: { 'reconcile.external-secrets.io/data-hash': 'a1' } },
      { annotations: { 'data-hash': 'a1' } },
    ],
    [
      'Secrets Store CSI',
      { labels: { 'secrets-store.csi.k8s.io/managed': 'true' } },
      { labels: { 'secrets-store.csi.k8s.io/used': 'true' } },
    ],
    ['Sealed Secrets', owner('bitnami.com/v1alpha1', 'SealedSecret'), owner('example.com/v1', 'Sealed')],
    [
      'Vault',
      { labels: { 'secrets.hashicorp.com/vso-ownerRefUID': 'u1' } },
      { labels: { 'app.kubernetes.io/managed-by': 'hashicorp' } },
    ],
    ['Vault', owner('secrets.hashicorp.com/v1beta1', 'VaultDynamicSecret'), owner('example.com/v1', 'Vault')],
    [
      'cert-manager',
      { annotations: { 'cert-manager.io/certificate-name': 'pg' } },
      { annotations: { 'cert-manager.io/issuer-kind': 'Issuer' } },
    ],
  ];

  function owner(apiVersion: string, kind: string): Fields {
    return { ownerReferences: [{ apiVersion, kind, name: 'pg', uid: 'o1', controller: true }] };
  }

  it.each(marks)('%s, by %j and not by %j', (tool, metadata, without) => {
    const managedFields = [writer(OLD)];
    expect(findings('secrets/stale', [secret({ managedFields, ...metadata })])[0]?.why).toMatch(
      `${tool} manages it, but has not changed it`,
    );
    expect(findings('secrets/stale', [secret({ managedFields, ...without })])[0]?.why).toMatch(
      'No tool is known to rotate it',
    );
  });
});

describe('certificates and tokens', () => {
  const type = 'kubernetes.io/service-account-token';
  const annotations = { 'kubernetes.io/service-account.name': 'ci' };
  const account = kube('v1', 'ServiceAccount', 'ci', { secrets: [{ name: 'pg' }] });
  check([
    {
      of: '2.2.4',
      trap: 'the end of a certificate is what cert-manager says of it, not an annotation that nobody writes',
      rule: 'secrets/certificate-expiring',
      found: [
        kube('cert-manager.io/v1', 'Certificate', 'pg', {
          spec: { secretName: 'pg' },
          status: { notAfter: OLD, renewalTime: OLD },
        }),
      ],
      says: ['The certificate has expired'],
      silent: [secret({ annotations: { 'cert-manager.io/not-after': OLD } }, { type: 'kubernetes.io/tls' })],
    },
    {
      of: '2.2.5',
      trap: 'a token made by hand is removed by no cleaner',
      rule: 'secrets/legacy-token',
      found: [secret({ annotations }, { type })],
      says: ['A service account token that never expires'],
      why: 'made by hand, so that no cleaner removes it',
      silent: [secret({ annotations })],
    },
    {
      of: '2.2.5',
      trap: 'a generated token is told apart, and when it was last used',
      rule: 'secrets/legacy-token',
      found: [
        secret({ annotations, labels: { 'kubernetes.io/legacy-token-last-used': '2026-11-13' } }, { type }),
        account,
      ],
      says: ['A service account token that never expires'],
      why: /generated for the account; last used on 2026-11-13 \(10 days ago\)/,
      silent: [secret({ annotations, labels: { 'kubernetes.io/legacy-token-last-used': '2026-11-13' } }), account],
    },
    {
      of: '2.2.5',
      trap: 'an invalidated token is valid again without its label',
      rule: 'secrets/legacy-token',
      found: [secret({ annotations, labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } }, { type })],
      says: ['An invalidated service account token is still there'],
      silent: [secret({ labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } })],
    },
    {
      of: '2.2.5',
      trap: 'tracking without a use is told with its beginning',
      rule: 'secrets/legacy-token',
      found: [
        secret({ annotations }, { type }),
        kube(
          'v1',
          'ConfigMap',
          'kube-apiserver-legacy-service-account-token-tracking',
          { data: { since: '2025-01-01' } },
          { namespace: 'kube-system' },
        ),
      ],
      says: ['A service account token that never expires'],
      why: 'not used since tracking began on 2025-01-01',
      silent: [],
    },
  ]);
});

describe('what uses a Secret', () => {
  covers('2.2.6');
  const key = (name: string): Fields => ({ valueFrom: { secretKeyRef: { name, key: 'p' } } });
  const uses: Readonly<Record<string, (name: string) => object>> = {
    'an env variable': (name) => pod('one', main({ env: [{ name: 'P', ...key(name) }] })),
    envFrom: (name) => pod('one', main({ envFrom: [{ secretRef: { name } }] })),
    'a volume': (name) => pod('one', mounted({ secret: { secretName: name } })),
    'a projected volume': (name) => pod('one', mounted({ projected: { sources: [{ secret: { name } }] } })),
    'a pull secret': (name) => pod('one', { imagePullSecrets: [{ name }] }),
    'an init container': (name) =>
      pod('one', {
        initContainers: [{ name: 'init', image: 'registry.example/i:1', envFrom: [{ secretRef: { name } }] }],
      }),
    'an ephemeral container': (name) =>
      pod('one', {
        ephemeralContainers: [{ name: 'debug', image: 'registry.example/d:1', envFrom: [{ secretRef: { name } }] }],
      }),
    'a Deployment scaled to zero': (name) => deployment(main({ envFrom: [{ secretRef: { name } }] }), { replicas: 0 }),
    'a suspended CronJob': (name) =>
      kube('batch/v1', 'CronJob', 'night', {
        spec: {
          suspend: true,
          schedule: '0 0 * * *',
          jobTemplate: { spec: { template: template(main({ envFrom: [{ secretRef: { name } }] })) } },
        },
      }),
    'a PodTemplate': (name) => kube('v1', 'PodTemplate', 't', { template: template({ imagePullSecrets: [{ name }] }) }),
    'a pull secret of a service account': (name) =>
      kube('v1', 'ServiceAccount', 'ci', { imagePullSecrets: [{ name }] }),
    'TLS of an Ingress': (name) =>
      kube('networking.k8s.io/v1', 'Ingress', 'web', { spec: { tls: [{ hosts: ['a.example'], secretName: name }] } }),
    'basic auth of an Ingress': (name) =>
      kube(
        'networking.k8s.io/v1',
        'Ingress',
        'web',
        {},
        { annotations: { 'nginx.ingress.kubernetes.io/auth-secret': name } },
      ),
    'client certificates of an Ingress elsewhere': (name) =>
      kube(
        'networking.k8s.io/v1',
        'Ingress',
        'web',
        {},
        { namespace: 'edge', annotations: { 'nginx.ingress.kubernetes.io/auth-tls-secret': `shop/${name}` } },
      ),
    'TLS of a Gateway elsewhere': (name) =>
      kube(
        'gateway.networking.k8s.io/v1',
        'Gateway',
        'edge',
        {
          spec: {
            gatewayClassName: 'g',
            listeners: [
              { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name, namespace: 'shop' }] } },
            ],
          },
        },
        { namespace: 'edge' },
      ),
    'an argument of a controller elsewhere': (name) =>
      kube(
        'v1',
        'Pod',
        'controller',
        { spec: main({ args: [`--default-ssl-certificate=shop/${name}`] }) },
        { namespace: 'edge' },
      ),
    'an argument of a controller, as a word of its own': (name) =>
      pod('one', main({ args: ['--tls-secret-name', name] })),
    'a certificate authority of a webhook': (name) =>
      kube(
        'admissionregistration.k8s.io/v1',
        'ValidatingWebhookConfiguration',
        'hook',
        { webhooks: [] },
        { namespace: undefined, annotations: { 'cert-manager.io/inject-ca-from-secret': `shop/${name}` } },
      ),
    'a certificate authority of a resource definition': (name) =>
      kube(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        'things.example.com',
        {
          spec: { group: 'example.com', names: { plural: 'things', kind: 'Thing' }, scope: 'Namespaced', versions: [] },
        },
        { namespace: undefined, annotations: { 'cert-manager.io/inject-ca-from-secret': `shop/${name}` } },
      ),
    'a driver of a PersistentVolume': (name) =>
      kube(
        'v1',
        'PersistentVolume',
        'disk',
        { spec: { csi: { driver: 'd', nodeStageSecretRef: { name, namespace: 'shop' } } } },
        { namespace: undefined },
      ),
    'a driver of a StorageClass': (name) =>
      kube(
        'storage.k8s.io/v1',
        'StorageClass',
        'fast',
        {
          provisioner: 'd',
          parameters: {
            'csi.storage.k8s.io/provisioner-secret-name': name,
            'csi.storage.k8s.io/provisioner-secret-namespace': 'shop',
          },
        },
        { namespace: undefined },
      ),
    'a driver of a VolumeSnapshotClass, in the namespace of each claim': (name) =>
      kube(
        'snapshot.storage.k8s.io/v1',
        'VolumeSnapshotClass',
        'nightly',
        {
          driver: 'd',
          parameters: {
            'csi.storage.k8s.io/snapshotter-secret-name': name,
            'csi.storage.k8s.io/snapshotter-secret-namespace': '${volumesnapshot.namespace}',
          },
        },
        { namespace: undefined },
      ),
    'a secretName of a custom resource': (name) =>
      kube('traefik.io/v1alpha1', 'IngressRoute', 'web', { spec: { tls: { secretName: name } } }),
    'a SecretRef of a custom resource': (name) =>
      kube('cert-manager.io/v1', 'Issuer', 'acme', { spec: { acme: { privateKeySecretRef: { name } } } }),
  };

  it.each(Object.entries(uses))('%s, by its name alone', (_name, user) => {
    expect(findings('secrets/unused', [secret(), user('pg')])).toEqual([]);
    expect(findings('secrets/unused', [secret(), user('other')]).map((one) => one.title)).toEqual([UNUSED]);
  });

  check([
    {
      of: '2.2.7',
      trap: 'releases, pull secrets and tokens are not called unused',
      rule: 'secrets/unused',
      found: [secret()],
      says: [UNUSED],
      silent: [
        'helm.sh/release.v1',
        'kubernetes.io/dockerconfigjson',
        'kubernetes.io/service-account-token',
        'bootstrap.kubernetes.io/token',
      ].map((type) => kube('v1', 'Secret', type.replaceAll('/', '-'), { type })),
    },
    {
      of: '2.2.8',
      trap: 'a Secret in the environment is no literal credential',
      rule: 'secrets/credential-in-configuration',
      found: [deployment(main({ env: [{ name: 'DB_PASSWORD', value: 'Tr0ub4dor&3xyz' }] }))],
      says: ['A credential stands in env DB_PASSWORD of container main'],
      silent: [
        deployment(main({ env: [{ name: 'DB_PASSWORD', ...key('pg') }], envFrom: [{ secretRef: { name: 'pg' } }] })),
      ],
    },
    {
      of: '2.2.9',
      trap: 'a file follows a rotation, a part of a volume and the environment do not',
      rule: 'secrets/rotated-not-picked-up',
      found: [
        secret({ managedFields: [writer(RECENT)] }),
        pod(
          'one',
          mounted({ secret: { secretName: 'pg' } }, { subPath: 'p' }),
          {},
          { phase: 'Running', startTime: OLD },
        ),
      ],
      says: ['Written since its pods started'],
      silent: [
        secret({ managedFields: [writer(RECENT)] }),
        pod('one', mounted({ secret: { secretName: 'pg' } }), {}, { phase: 'Running', startTime: OLD }),
      ],
    },
    ...['kubectl.kubernetes.io/last-applied-configuration', 'kapp.k14s.io/original', 'example.com/last-applied'].map(
      (annotation): Trap => ({
        of: '2.2.10',
        trap: `values copied into ${annotation}`,
        rule: 'secrets/values-in-annotation',
        found: [secret({ annotations: { [annotation]: '{"data":{"p":"eA=="}}' } })],
        says: ['Its values stand in an annotation too'],
        silent: [secret({ annotations: { [annotation]: '{"metadata":{"name":"pg"}}' } })],
      }),
    ),
  ]);
});

describe('encryption at rest', () => {
  const apiServer = (words: Fields): object =>
    kube('v1', 'Pod', 'kube-apiserver-a', { spec: main(words) }, { namespace: 'kube-system' });
  const denied = settings({ facts: { secretTransformers: null, metricsReason: 'forbidden' } });
  const counted = (secretTransformers: readonly string[]): object => settings({ facts: { secretTransformers } });
  const flag = '--encryption-provider-config=/etc/e.yaml';
  const rule = 'secrets/not-encrypted';
  const encrypted = [counted(['k8s:enc:kms:v2:key:']), secret()];
  check([
    {
      of: '2.2.11',
      trap: 'the flag alone does not say that anything is encrypted',
      rule,
      found: [denied, apiServer({ command: ['kube-apiserver', flag] })],
      says: ['Whether Secrets are encrypted at rest is unknown'],
      silent: encrypted,
    },
    {
      of: '2.2.11',
      trap: 'the flag counts among the arguments as well as in the command',
      rule,
      found: [denied, apiServer({ command: ['kube-apiserver'], args: [flag] })],
      says: ['Whether Secrets are encrypted at rest is unknown'],
      silent: encrypted,
    },
    {
      of: '2.2.11',
      trap: 'no flag is a no',
      rule,
      found: [denied, apiServer({ command: ['kube-apiserver'] })],
      says: ['Secrets are not encrypted at rest'],
      silent: encrypted,
    },
    {
      of: '2.2.11',
      trap: 'identity as the first provider is a no, although there is a configuration',
      rule,
      found: [counted(['']), secret()],
      says: ['Secrets are not encrypted at rest'],
      silent: encrypted,
    },
    {
      of: '2.2.11',
      trap: 'plain and encrypted writes together prove nothing',
      rule,
      found: [counted(['', 'k8s:enc:aescbc:v1:key1:']), secret()],
      says: ['Whether Secrets are encrypted at rest is unknown'],
      silent: encrypted,
    },
    {
      of: '2.2.11',
      trap: 'counters that nobody may read prove nothing',
      rule,
      found: [denied, secret()],
      says: ['Whether Secrets are encrypted at rest is unknown'],
      silent: encrypted,
    },
  ]);
});

describe('credentials in configuration', () => {
  const literal = 'Tr0ub4dor3xyz';
  const pairs: readonly (readonly [name: string, value: string, harmless: readonly (readonly [string, string])[]])[] = [
    [
      'DB_PASSWORD',
      literal,
      [
        ['DB_PASSWORD_FILE', '/run/secrets/db'],
        ['DB_PASSWORD_NAME', literal],
        ['DB_PASSWORD', '${DB_PASSWORD}'],
        ['DB_PASSWORD', '$(DB_PASSWORD)'],
        ['DB_PASSWORD', '{{ .Values.password }}'],
        ['DB_PASSWORD', 'required'],
        ['DB_PASSWORD', '1234567890'],
        ['DB_PASSWORD', 'vault:secret/data/db#password'],
      ],
    ],
    [
      'API_TOKEN',
      'q8Zr2vTx91Lm4Kpe',
      [
        ['TOKEN_URL', 'https://login.example/oauth/token'],
        ['TOKEN_TTL', '24h'],
        ['SERVER_TOKENS', 'off'],
      ],
    ],
    [
      'AWS_SECRET_ACCESS_KEY',
      'wJalrXUtnFEMIK7MDENGbPxRfiCYzq8Zr2vTx91L',
      [
        ['AWS_ACCESS_KEY_ID', 'AKIAQ3EGRN5T7XWPL2ZB'],
        ['TLS_KEY_PATH', '/etc/tls/tls.key'],
        ['KMS_KEY_ID', 'q8Zr2vTx91Lm4Kpe'],
        ['SECRET_REF', 'pg-credentials'],
      ],
    ],
    ['DATABASE_URL', `postgres://app:${literal}@db/shop`, [['DATABASE_URL', 'postgres://app@db/shop']]],
  ];
  const inEnv = (name: string, value: string): object[] => [deployment(main({ env: [{ name, value }] }))];
  const inMap = (name: string, value: string): object[] => [
    kube('v1', 'ConfigMap', 'settings', { data: { [name]: value } }),
  ];

  it.each(pairs)('%s', (name, value, harmless) => {
    expect(findings('secrets/credential-in-configuration', inEnv(name, value))).toHaveLength(1);
    expect(findings('secrets/credential-in-config-map', inMap(name, value))).toHaveLength(1);
    for (const [other, text] of harmless) {
      expect(findings('secrets/credential-in-configuration', inEnv(other, text))).toEqual([]);
      expect(findings('secrets/credential-in-config-map', inMap(other, text))).toEqual([]);
    }
  });

  check([
    {
      trap: 'a flag with its value',
      rule: 'secrets/credential-in-configuration',
      found: [deployment(main({ args: [`--password=${literal}`] }))],
      says: ['A credential stands in args of container main'],
      silent: [deployment(main({ args: ['--password=$(PASSWORD)', '--password-file=/run/p', '--tokens=off'] }))],
    },
  ]);
});

describe('tokens of service accounts', () => {
  const rule = 'vigilance/token-automounted';
  const account = (automountServiceAccountToken?: boolean): object =>
    kube('v1', 'ServiceAccount', 'app', { automountServiceAccountToken });
  const user = (automountServiceAccountToken?: boolean): object =>
    deployment({ serviceAccountName: 'app', automountServiceAccountToken });
  const says = ['Mounts an API token that is granted nothing'];
  check([
    {
      trap: 'the pod counts before the account',
      rule,
      found: [account(false), user(true)],
      says,
      silent: [account(true), user(false)],
    },
    {
      trap: 'the account counts before the default',
      rule,
      found: [account(true), user()],
      says,
      silent: [account(false), user()],
    },
    { trap: 'the default is yes', rule, found: [account(), user()], says, silent: [account(), user(false)] },
    {
      of: '5.7',
      trap: 'a pod without an account of its own mounts the token of the default one',
      rule,
      found: [deployment({})],
      says,
      silent: [deployment({ automountServiceAccountToken: false })],
    },
    {
      of: '5.7',
      trap: 'the default account with rights',
      rule: 'rbac/default-service-account',
      found: [role, binding({ kind: 'ServiceAccount', name: 'default', namespace: 'shop' }, 'auditor')],
      says: ['Every pod of shop without its own service account holds ClusterRole auditor in all namespaces'],
      silent: [role, binding({ kind: 'ServiceAccount', name: 'app', namespace: 'shop' }, 'auditor'), account()],
    },
  ]);
});

const role = kube(
  'rbac.authorization.k8s.io/v1',
  'ClusterRole',
  'auditor',
  { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
  { namespace: undefined },
);

function binding(subject: Fields, role: string, metadata: Fields = {}): object {
  return kube(
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    `bind-${role.replaceAll(':', '-')}`,
    { subjects: [subject], roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role } },
    { namespace: undefined, ...metadata },
  );
}

describe('the way to the node', () => {
  const claim = kube('v1', 'PersistentVolumeClaim', 'logs', { spec: { volumeName: 'disk' } });
  const volume = (source: Fields): object =>
    kube('v1', 'PersistentVolume', 'disk', { spec: source }, { namespace: undefined });
  const user = deployment(mounted({ persistentVolumeClaim: { claimName: 'logs' } }));
  const socket = (path: string): object[] => [deployment(mounted({ hostPath: { path } }))];
  check([
    {
      trap: 'a host path behind a claim, which pod security cannot see',
      rule: 'vigilance/host-path',
      found: [user, claim, volume({ hostPath: { path: '/etc' } })],
      says: ['Mounts sensitive paths of its node: /etc'],
      silent: [user, claim, volume({ nfs: { server: 'nfs', path: '/etc' } })],
    },
    ...[
      '/var/run/docker.sock',
      '/run/containerd/containerd.sock',
      '/run/crio/crio.sock',
      '/run/k3s/containerd',
      '/var/run/cri-dockerd.sock',
      '/run',
    ].map((path): Trap => ({
      trap: `the socket of a container runtime at or under ${path}`,
      rule: 'vigilance/runtime-socket',
      found: socket(path),
      says: ["Mounts the container runtime's socket"],
      silent: socket('/run/app/app.sock'),
    })),
  ]);
});

describe('versions', () => {
  const server = (serverVersion: string, facts: Fields = {}): object => settings({ serverVersion, facts });
  const node = (kubeletVersion: string, kubeProxyVersion = kubeletVersion): object =>
    kube('v1', 'Node', 'a', { status: { nodeInfo: { kubeletVersion, kubeProxyVersion } } }, { namespace: undefined });
  const apiServer = (name: string, version: string): object =>
    kube(
      'v1',
      'Pod',
      name,
      { spec: main({ command: ['kube-apiserver'], image: `registry.k8s.io/kube-apiserver:${version}` }) },
      { namespace: 'kube-system' },
    );
  const eol = 'vigilance/server-out-of-support';
  const skew = 'vigilance/kubelet-skew';
  const both = ['kubelet versions outside the skew policy', 'kube-proxy versions outside the skew policy'].sort();
  const api = (group: string, version: string, resource: string, removedRelease: string): Fields => ({
    group,
    version,
    resource,
    removedRelease,
  });
  check([
    {
      of: '5.1',
      trap: 'the day after the last',
      rule: eol,
      found: [server('v1.34.5')],
      says: ['The API server is out of support'],
      silent: [server('v1.35.0')],
    },
    {
      of: '5.1',
      trap: 'a minor newer than the table is neither supported nor not',
      rule: eol,
      found: [server('v1.99.0')],
      says: ['Support of the server version is unknown'],
      silent: [server('v1.36.3')],
    },
    {
      of: '5.2',
      trap: 'a kubelet newer than the server',
      rule: skew,
      found: [server('v1.35.0'), node('v1.36.0')],
      says: both,
      silent: [server('v1.36.0'), node('v1.36.3')],
    },
    {
      of: '5.2',
      trap: 'four minors behind',
      rule: skew,
      found: [server('v1.36.0'), node('v1.32.0')],
      says: both,
      silent: [server('v1.36.0'), node('v1.33.0')],
    },
    {
      of: '5.2',
      trap: 'before 1.25 two minors are the limit',
      rule: skew,
      found: [server('v1.27.0'), node('v1.24.0')],
      says: both,
      silent: [server('v1.26.0'), node('v1.24.0')],
    },
    {
      of: '5.2',
      trap: 'kube-proxy apart from the kubelet',
      rule: skew,
      found: [server('v1.36.0'), node('v1.36.0', 'v1.31.0')],
      says: ['kube-proxy versions outside the skew policy'],
      // From 1.33 on nodes no longer say which kube-proxy they run.
      silent: [server('v1.36.0'), node('v1.36.0', '')],
    },
    {
      of: '5.2',
      trap: 'API servers beside each other more than one minor apart',
      rule: 'vigilance/control-plane-skew',
      found: [server('v1.36.0'), apiServer('kube-apiserver-a', 'v1.36.3'), apiServer('kube-apiserver-b', 'v1.34.1')],
      says: ['API servers are more than one minor apart'],
      silent: [server('v1.36.0'), apiServer('kube-apiserver-a', 'v1.36.3'), apiServer('kube-apiserver-b', 'v1.35.1')],
    },
    {
      of: '5.3',
      trap: 'a deprecated version that is asked for, not one that an annotation remembers',
      rule: 'vigilance/removed-api-in-use',
      found: [
        server('v1.31.0', { deprecatedApis: [api('flowcontrol.apiserver.k8s.io', 'v1beta3', 'flowschemas', '1.32')] }),
      ],
      says: ['Deprecated API of flowschemas.flowcontrol.apiserver.k8s.io is in use'],
      why: 'The next upgrade breaks',
      silent: [
        server('v1.21.0', { deprecatedApis: [] }),
        kube(
          'networking.k8s.io/v1',
          'Ingress',
          'web',
          {},
          {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration':
                '{"apiVersion":"extensions/v1beta1","kind":"Ingress"}',
            },
          },
        ),
      ],
    },
  ]);
});

describe('old API versions of objects', () => {
  const lastWritten = (apiVersion: string, metadata: Fields = {}): object =>
    kube(
      'networking.k8s.io/v1',
      'Ingress',
      'web',
      {},
      { managedFields: [{ manager: 'helm', operation: 'Update', time: OLD, apiVersion, fieldsV1: {} }], ...metadata },
    );
  check([
    {
      of: '5.4',
      trap: 'managed fields are a hint and no more, and an annotation is none',
      rule: 'vigilance/written-in-removed-api',
      found: [lastWritten('extensions/v1beta1')],
      says: ['A hint: helm last wrote it in extensions/v1beta1'],
      silent: [
        lastWritten('networking.k8s.io/v1', {
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"apiVersion":"extensions/v1beta1"}' },
        }),
      ],
    },
  ]);
});

describe('names of keys', () => {
  covers('2.2.2');
  const keysOf = (metadata: Fields): unknown => {
    const engine = engineOf(stringify(secret(metadata)));
    const finding = [...engine.findings.values()].find((one) => one.rule === 'secrets/stale');
    if (finding === undefined) throw new Error('not stale');
    const [built] = buildRemedies(engine, finding);
    return { data: built?.manifests[0]?.['stringData'], note: built?.note };
  };

  it('are those that a manager owns, and not known where none tells', () => {
    expect(keysOf({ managedFields: [writer(OLD)] })).toMatchObject({
      data: { password: 'REPLACE-WITH-THE-NEW-VALUE' },
      note: expect.not.stringContaining('not known') as string,
    });
    const anonymous = { manager: 'kubectl', operation: 'Update', time: OLD, fieldsV1: { 'f:data': {} } };
    expect(keysOf({ managedFields: [anonymous] })).toMatchObject({
      data: {},
      note: expect.stringContaining('Its keys are not known') as string,
    });
  });
});

describe('known vulnerabilities', () => {
  covers('5.5');

  it('are not looked up, so that no version passes for being without', () => {
    const { items } = compliance(judged([])).find(({ benchmark }) => benchmark === 'owasp-kubernetes-top-ten') ?? {};
    expect(items?.find(({ id }) => id === 'K07')).toMatchObject({
      failing: 0,
      status: 'not-visible',
      reason: 'nothing found fails it, but k8sec does not see all of it',
    });
  });
});

describe('drift', () => {
  covers('5.11');
  const scope = ONLY_PRIVILEGED;
  const before = written(judged([...privileged('agent'), ...privileged('gone')], { scope }), 'json');

  it('is resolved only where it could be read again', () => {
    const { baseline } = judged(privileged('agent'), { scope, baseline: before });
    expect(baseline).toMatchObject({ resolved: [expect.stringContaining('/ gone /')], incomparable: [] });
    const denied = judged([], { scope, baseline: before, coverage: [{ kind: 'Pod', status: 'denied' }] });
    expect(denied.baseline?.resolved).toEqual([]);
    expect(denied.baseline?.incomparable).toHaveLength(2);
  });

  it('of what is still there is unchanged, whatever its pods are called now', () => {
    const { findings } = judged([...privileged('agent'), ...privileged('fresh')], { scope, baseline: before });
    expect(findings.map(({ finding, baseline }) => [finding.subject.name, baseline])).toEqual([
      ['agent', 'unchanged'],
      ['fresh', 'new'],
    ]);
  });
});

describe('open doors', () => {
  const group = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:unauthenticated' };
  const service = (spec: Fields): object[] => [
    kube('v1', 'Service', 'web', { spec: { selector: { app: 'main' }, ports: [{ port: 5432 }], ...spec } }),
    pod('main', {}, { labels: { app: 'main' } }),
  ];
  const inside = service({ type: 'ClusterIP' });
  const rule = 'vigilance/exposed-service';
  const web = (name: string, spec: Fields, annotations: Fields = {}): object =>
    kube('networking.k8s.io/v1', 'Ingress', name, { spec }, { annotations });
  const to = { http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 80 } } } }] } };
  const gateway = (protocol: string, port: number): object[] => [
    kube('gateway.networking.k8s.io/v1', 'Gateway', 'edge', {
      spec: { gatewayClassName: 'g', listeners: [{ name: 'one', port, protocol }] },
    }),
    kube('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', {
      spec: {
        parentRefs: [{ name: 'edge' }],
        hostnames: ['shop.example'],
        rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
      },
    }),
  ];
  const closed = web('web', {
    tls: [{ hosts: ['a.example'], secretName: 'tls' }],
    rules: [{ host: 'a.example', ...to }],
  });
  check([
    {
      of: '5.6',
      trap: 'a binding of everybody, but for what upstream binds',
      rule: 'rbac/unauthenticated',
      found: [role, binding(group, 'auditor')],
      says: ['Requests without credentials hold ClusterRole auditor in all namespaces'],
      silent: [
        kube(
          'rbac.authorization.k8s.io/v1',
          'ClusterRoleBinding',
          'system:public-info-viewer',
          {
            subjects: [group, { ...group, name: 'system:authenticated' }],
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:public-info-viewer' },
          },
          { namespace: undefined, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
        ),
        kube(
          'rbac.authorization.k8s.io/v1',
          'ClusterRole',
          'system:public-info-viewer',
          { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] }] },
          { namespace: undefined, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
        ),
      ],
    },
    {
      of: '5.8',
      trap: 'a load balancer',
      rule,
      found: service({ type: 'LoadBalancer' }),
      says: ['Behind a load balancer on 5432/TCP, address not known'],
      silent: inside,
    },
    {
      of: '5.8',
      trap: 'a load balancer for some addresses',
      rule,
      found: service({
        type: 'LoadBalancer',
        loadBalancerSourceRanges: ['198.51.100.0/24'],
        ports: [{ port: 5432, nodePort: 30_432 }],
      }),
      says: ['Behind a load balancer on 5432/TCP, address not known, limited to 198.51.100.0/24'],
      silent: inside,
    },
    {
      of: '5.8',
      trap: 'a port of every node',
      rule,
      found: service({ type: 'NodePort' }),
      says: ["Open on every node's address on 5432/TCP"],
      silent: inside,
    },
    {
      of: '5.8',
      trap: 'an external address of any type of Service',
      rule,
      found: service({ externalIPs: ['198.51.100.1'] }),
      says: ['Claims external addresses on 5432/TCP'],
      silent: inside,
    },
    {
      of: '5.8',
      trap: 'an Ingress without TLS for one of its hosts',
      rule: 'vigilance/ingress-without-tls',
      found: [
        web('web', {
          tls: [{ hosts: ['a.example'] }],
          rules: [
            { host: 'a.example', ...to },
            { host: 'b.example', ...to },
          ],
        }),
      ],
      says: ['Serves b.example without TLS'],
      silent: [closed],
    },
    {
      of: '5.8',
      trap: 'an Ingress for every host',
      rule: 'vigilance/ingress-for-every-host',
      found: [web('all', { rules: [to] }), web('star', { rules: [{ host: '*.example', ...to }] })],
      says: ['Takes requests for every host', 'Takes requests for every host under *.example'],
      silent: [closed],
    },
    {
      of: '5.8',
      trap: 'configuration of the controller in an annotation',
      rule: 'vigilance/ingress-snippet',
      found: [web('web', {}, { 'nginx.ingress.kubernetes.io/configuration-snippet': 'return 200;' })],
      says: ['Writes into the configuration of the ingress controller'],
      silent: [web('web', {}, { 'nginx.ingress.kubernetes.io/rewrite-target': '/' })],
    },
    {
      of: '5.8',
      trap: 'a Gateway that takes routes in plain text',
      rule: 'vigilance/gateway-without-tls',
      found: gateway('HTTP', 80),
      says: ['Serves HTTPRoute shop/shop without TLS'],
      silent: gateway('HTTPS', 443),
    },
    {
      of: '5.8',
      trap: 'a port of the node',
      rule: 'vigilance/host-port',
      found: [deployment(main({ ports: [{ containerPort: 80, hostPort: 80 }] }))],
      says: ['Binds ports of its node: 80/TCP'],
      silent: [deployment(main({ ports: [{ containerPort: 80 }] }))],
    },
  ]);
});

describe('admission', () => {
  const hook = (fields: Fields): object =>
    kube(
      'admissionregistration.k8s.io/v1',
      'ValidatingWebhookConfiguration',
      'policy',
      { webhooks: [{ name: 'policy.example.com', rules: [{ resources: ['pods'] }], ...fields }] },
      { namespace: undefined },
    );
  const except = (key: string, values: readonly string[]): Fields => ({
    matchExpressions: [{ key, operator: 'NotIn', values }],
  });
  const open = 'vigilance/validating-webhook-fails-open';
  const skips = 'vigilance/validating-webhook-skips-objects';
  check([
    {
      of: '5.9',
      trap: 'a webhook on pods that fails open, and Fail as the default',
      rule: open,
      found: [hook({ failurePolicy: 'Ignore' })],
      says: ['Admission fails open'],
      silent: [hook({}), hook({ failurePolicy: 'Ignore', rules: [{ resources: ['events'] }] })],
    },
    {
      of: '5.9',
      trap: 'a label by which whoever writes a pod takes it out',
      rule: skips,
      found: [hook({ objectSelector: except('policy.example.com/skip', ['true']) })],
      says: ['A label takes objects out of admission'],
      silent: [hook({ objectSelector: {} })],
    },
    {
      of: '5.9',
      trap: 'system namespaces that admission does not see',
      rule: skips,
      found: [hook({ namespaceSelector: except('kubernetes.io/metadata.name', ['kube-system', 'policy']) })],
      says: ['Admission does not see kube-system'],
      silent: [hook({ namespaceSelector: except('kubernetes.io/metadata.name', ['policy']) })],
    },
    {
      of: '5.10',
      trap: 'an ingress controller that gets no fixes, and another one with a like name',
      rule: 'vigilance/retired-addon',
      found: [deployment(main({ image: 'registry.k8s.io/ingress-nginx/controller:v1.12.0' }))],
      says: ['Runs ingress-nginx, which is retired'],
      silent: [deployment(main({ image: 'docker.io/nginx/nginx-ingress:4.0' }))],
    },
  ]);
});

describe('the catalogue', () => {
  it('has a case for each of its rows', () => {
    expect(Object.keys(ROWS).filter((row) => !covered.has(row as Row))).toEqual([]);
    expect(Object.keys(ROWS)).toEqual([
      ...Array.from({ length: 11 }, (_, at) => `2.2.${at + 1}`),
      ...Array.from({ length: 11 }, (_, at) => `5.${at + 1}`),
    ]);
  });
});
