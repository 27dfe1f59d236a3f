import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isClean } from '../../../src/kube/sanitise.ts';
import { ALL_KINDS } from '../../../src/model/kind.ts';
import { CUT_MARK } from '../../../src/sources/slim/annotations.ts';
import { shapeProblem } from '../../../src/sources/slim/slim-shape.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { validateObject } from '../../../src/sources/slim/validity/validate-object.ts';

const MARKER = 'MARKERhunter2MARKER9x';

function pod(suffix: string, env = 'postgres://postgres.data/app'): unknown {
  return {
    metadata: {
      name: `cart-7d9f-${suffix}`,
      namespace: 'shop',
      uid: `uid-${suffix}`,
      labels: { app: 'cart', 'pod-template-hash': '7d9f' },
      annotations: { 'cni.projectcalico.org/podIP': '10.0.0.1', 'prometheus.io/port': '9090' },
      creationTimestamp: '2026-11-20T10:00:00Z',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', uid: 'rs', controller: true }],
      managedFields: [{ manager: 'kubelet', operation: 'Update' }],
    },
    spec: {
      nodeName: `node-${suffix}`,
      serviceAccountName: 'cart',
      containers: [
        {
          name: 'app',
          image: 'cart:1',
          ports: [{ containerPort: 8080 }],
          env: [
            { name: 'DATABASE_URL', value: env },
            { name: 'PW', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
          ],
          securityContext: { capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: `kube-api-access-${suffix}`, mountPath: '/var/run/secrets', readOnly: true }],
          livenessProbe: { httpGet: { port: 8080, host: 'evil\u001b[0m' } },
        },
      ],
      volumes: [
        {
          name: `kube-api-access-${suffix}`,
          projected: { sources: [{ serviceAccountToken: {} }, { configMap: { name: 'kube-root-ca.crt' } }] },
        },
      ],
    },
    status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], startTime: '2026-11-20T10:00:05Z' },
  };
}

const TOKEN = { name: 'kube-api-access-abcde', projected: { sources: [{ serviceAccountToken: {} }] } };
const container = (more: Record<string, unknown>): unknown => ({ name: 'app', image: 'cart:1', ...more });

/** Names that somebody chose, which are no random end of the API server's. */
const ONLY_LOOK_ALIKE: readonly (readonly [what: string, specOf: (name: string) => Record<string, unknown>])[] = [
  ['a service account', (name) => ({ serviceAccountName: name, containers: [container({})] })],
  ['a Secret', (name) => ({ containers: [container({ envFrom: [{ secretRef: { name } }] })], volumes: [TOKEN] })],
  [
    'the Secret of a volume',
    (name) => ({ containers: [container({})], volumes: [TOKEN, { name: 'x', secret: { secretName: name } }] }),
  ],
  ['a pull secret', (name) => ({ containers: [container({})], imagePullSecrets: [{ name }] })],
  ['a container', (name) => ({ containers: [{ name, image: 'cart:1' }], volumes: [TOKEN] })],
  [
    'a path of the node',
    (name) => ({
      containers: [container({ volumeMounts: [{ name, mountPath: '/x' }] })],
      volumes: [TOKEN, { name, hostPath: { path: '/' } }],
    }),
  ],
  [
    'the mounted one of two volumes',
    (name) => ({
      containers: [container({ volumeMounts: [{ name, mountPath: '/x' }] })],
      volumes: [
        { name: 'kube-api-access-first', projected: { sources: [{ serviceAccountToken: {} }] } },
        { name: 'kube-api-access-other', projected: { sources: [{ secret: { name: 'db' } }] } },
      ],
    }),
  ],
];

describe('a pod', () => {
  test('keeps what rules read, and nothing else', () => {
    const slim = createSlimmer().slim(pod('abcde'), 'Pod');
    expect(slim).toEqual({
      kind: 'Pod',
      namespace: 'shop',
      name: 'cart-7d9f-abcde',
      uid: 'uid-abcde',
      labels: { app: 'cart', 'pod-template-hash': '7d9f' },
      annotations: { 'prometheus.io/port': '9090' },
      created: Date.UTC(2026, 10, 20, 10),
      owners: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', controller: true }],
      deleting: false,
      managers: [],
      location: null,
      nodeName: 'node-abcde',
      phase: 'Running',
      podIPs: ['10.0.0.1'],
      started: Date.UTC(2026, 10, 20, 10, 0, 5),
      mirror: false,
      spec: {
        serviceAccountName: 'cart',
        automountServiceAccountToken: null,
        hostNetwork: false,
        hostPID: false,
        hostIPC: false,
        hostUsers: null,
        shareProcessNamespace: false,
        os: null,
        runtimeClassName: null,
        priorityClassName: null,
        securityContext: {},
        containers: [
          {
            name: 'app',
            role: 'container',
            image: 'cart:1',
            imagePullPolicy: null,
            sidecar: false,
            ports: [{ name: null, containerPort: 8080, hostPort: null, protocol: 'TCP' }],
            securityContext: { capabilities: { drop: ['ALL'] } },
            volumeMounts: [
              { name: 'kube-api-access-*', mountPath: '/var/run/secrets', subPath: false, readOnly: true },
            ],
            envSources: [{ kind: 'Secret', name: 'db', key: 'password', optional: false }],
            handlerHosts: [{ path: 'livenessProbe.httpGet.host', host: 'evil\\u001b[0m' }],
            hasProbes: true,
          },
        ],
        volumes: [
          {
            name: 'kube-api-access-*',
            type: 'projected',
            hostPath: null,
            claimName: null,
            csiDriver: null,
            sources: [{ kind: 'ConfigMap', name: 'kube-root-ca.crt', optional: false }],
            serviceAccountToken: true,
          },
        ],
        imagePullSecrets: [],
        placementTerms: [],
        references: [{ host: 'postgres.data', port: 5432, from: 'env DATABASE_URL of container app' }],
        credentials: [],
        securityAnnotations: {},
      },
    });
  });

  test.each(ONLY_LOOK_ALIKE)('is what it says where %s is only named like a token volume', (_what, specOf) => {
    const slimmer = createSlimmer();
    const raw = ['first', 'other', 'first'].map((name) => ({
      metadata: { name, namespace: 'shop' },
      spec: specOf(`kube-api-access-${name}`),
      status: {},
    }));
    const specs = raw.map((one) => slimmer.slim(one, 'Pod').spec);
    expect(specs).toEqual(raw.map((one) => createSlimmer().slim(one, 'Pod').spec));
    expect(JSON.stringify(specs[0])).toContain('kube-api-access-first');
    expect(JSON.stringify(specs[1])).toContain('kube-api-access-other');
    expect(specs[1]).not.toEqual(specs[0]);
  });

  test('equal specifications are one object, also when other pods came between', () => {
    const slimmer = createSlimmer();
    const [one, other, again] = [pod('aaaaa'), pod('bbbbb', 'http://x.y'), pod('ccccc')].map((raw) =>
      slimmer.slim(raw, 'Pod'),
    );
    expect(again?.spec).toBe(one?.spec);
    expect(other?.spec).not.toBe(one?.spec);
    expect(other?.spec.volumes).toBe(one?.spec.volumes);
    expect(again?.labels).toBe(one?.labels);
    expect(again?.owners).toBe(one?.owners);
  });

  test('a specification is its own in every field that a rule reads', () => {
    const slimmer = createSlimmer();
    const specs = [
      {},
      { hostNetwork: true },
      { hostPID: true },
      { serviceAccountName: 'x' },
      { automountServiceAccountToken: false },
      { containers: [{ name: 'a', args: ['--x=http://a.b'] }] },
      { containers: [{ name: 'a', securityContext: { privileged: true } }] },
      { initContainers: [{ name: 'a', securityContext: { privileged: true } }] },
      { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    ].map((spec) => slimmer.slim({ metadata: { name: 'a' }, spec }, 'Pod').spec);
    expect(new Set(specs).size).toBe(specs.length);
  });

  test('on the host network its ports are host ports, a template\u2019s are not', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'a', ports: [{ containerPort: 80 }] }] };
    const slimmer = createSlimmer();
    expect(slimmer.slim({ spec }, 'Pod').spec.containers[0]?.ports[0]?.hostPort).toBe(80);
    const template = slimmer.slim({ spec: { template: { spec } } }, 'Deployment').template;
    expect(template?.spec.containers[0]?.ports[0]?.hostPort).toBeNull();
  });
});

test('no secret value is in a slim object, wherever it stood', () => {
  const slimmer = createSlimmer();
  const container = {
    name: 'app',
    env: [
      { name: 'DB_PASSWORD', value: MARKER },
      { name: 'URL', value: `postgres://app:${MARKER}@db.data/x` },
      // Shaped like an address, so no suspect; but under this key it is no host either.
      { name: 'HOST_PASSWORD', value: `${MARKER}:5432` },
    ],
    command: ['sh', '-c', `PGPASSWORD=${MARKER} psql -h db.data`],
    args: [`--password=${MARKER}`, '--token', MARKER],
    livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: `Bearer ${MARKER}` }] } },
  };
  const template = { metadata: { annotations: { 'x/api-password': MARKER } }, spec: { containers: [container] } };
  const secret = {
    metadata: {
      name: 's',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"a":"${MARKER}"}}` },
      managedFields: [{ manager: 'm', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:data': { '.': {}, 'f:old': {} } } }],
    },
    data: { password: MARKER },
    stringData: { token: MARKER },
  };
  const config = { metadata: { name: 'c' }, data: { 'app.properties': `db.password=${MARKER}\ndb.host=db.data\n` } };
  const application = { spec: { source: { repoURL: `https://u:${MARKER}@git.example.com/x` } } };
  const slim = [
    slimmer.slim({ metadata: { name: 'd' }, spec: { template } }, 'Deployment'),
    slimmer.slim(secret, 'Secret', { file: 'x', line: 1 }),
    slimmer.slim(config, 'ConfigMap'),
    slimmer.slim(application, 'ArgoApplication'),
  ];
  expect(JSON.stringify(slim)).not.toContain('hunter2');
  const deployment = slim[0]?.kind === 'Deployment' ? slim[0] : null;
  expect(deployment?.template?.spec.credentials.map(({ key, rule, container }) => [key, rule, container])).toEqual([
    ['DB_PASSWORD', 'named-password', 'app'],
    ['URL', 'url-password', 'app'],
    ['PGPASSWORD', 'named-password', 'app'],
    ['password', 'named-password', 'app'],
    ['token', 'named-secret', 'app'],
    ['Authorization', 'authorization-header', 'app'],
    ['x/api-password', 'named-password', null],
  ]);
  expect(slim[1]).toMatchObject({
    type: 'Opaque',
    keyCount: 2,
    keys: ['password', 'token'],
    immutable: false,
    valuesInAnnotation: true,
    managers: [{ manager: 'm', ownsData: true, dataKeys: ['old'], time: Date.UTC(2026, 0, 1) }],
  });
  expect(slim[2]).toMatchObject({
    keys: ['app.properties'],
    references: [{ host: 'db.data', port: null, from: 'key app.properties' }],
    credentials: [{ where: 'key app.properties (db.password, line 1)', key: 'app.properties', rule: 'named-password' }],
  });
  expect(slim[3]).toMatchObject({ repoURL: 'https://git.example.com/x' });
});

test('messages about invalid objects hold no values', () => {
  const broken = { metadata: { name: 's' }, data: { password: [MARKER] }, stringData: { a: { b: MARKER } } };
  const problems = validateObject(broken, 'Secret');
  expect(problems.map(({ field }) => field)).toEqual(['data.password', 'stringData.a']);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});

test('a Secret of which only metadata came says so', () => {
  const metadata = { name: 's', managedFields: [{ manager: 'm', fieldsV1: { 'f:data': { 'f:pw': {} } } }] };
  expect(createSlimmer().slim({ kind: 'PartialObjectMetadata', metadata }, 'Secret')).toMatchObject({
    type: null,
    keyCount: null,
    keys: ['pw'],
    immutable: null,
    valuesInAnnotation: false,
  });
});

test('labels that are named like members of objects are labels', () => {
  const slim = createSlimmer().slim({ metadata: { labels: { constructor: 'x', a: 'b', n: 1 } } }, 'Pod');
  expect(Object.keys(slim.labels)).toEqual(['constructor', 'a']);
  expect(slim.labels['toString']).toBeUndefined();
});

test('known entries of ConfigMaps that decide about enforcement', () => {
  const slim = createSlimmer().slim(
    { metadata: { name: 'cilium-config' }, data: { 'enable-policy': 'never', other: 'x' } },
    'ConfigMap',
  );
  expect(slim.known).toEqual({ 'enable-policy': 'never' });
});

test('an object nested too deeply for the stack keeps its name', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
  const slim = createSlimmer().slim({ metadata: { name: 'a', labels: { deep } }, spec: { volumes: deep } }, 'Pod');
  expect(slim.name).toBe('a');
});

/** Every key and text of a value that would not be safe to show. */
function uncleanIn(value: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(value, (key, inner: unknown) => {
    for (const one of [key, inner]) if (typeof one === 'string' && !isClean(one)) found.push(one);
    return inner;
  });
  return found;
}

describe('hostile shapes', () => {
  const scalar = fc.constantFrom(null, 0, -1, 1.5, '', 'x', '\u001b[0m', true, false, 'TCP', 'In', '10.0.0.0/8');
  const field = fc.constantFrom(
    ...'metadata name namespace labels annotations ownerReferences managedFields fieldsV1 f:data spec status template jobTemplate'.split(
      ' ',
    ),
    ...'containers initContainers env value valueFrom secretKeyRef ports volumes projected sources securityContext selector'.split(
      ' ',
    ),
    ...'matchLabels matchExpressions podSelector ingress egress from to ipBlock cidr rules subjects roleRef data webhooks'.split(
      ' ',
    ),
    ...'subsets endpoints listeners tls aggregationRule clusterRoleSelectors affinity lifecycle httpGet __proto__'.split(
      ' ',
    ),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(field, tie('value'), { maxKeys: 6 }),
    ),
  })).value;

  test.each(ALL_KINDS)('%s: neither slimming nor validating throws, and nothing unclean comes out', (kind) => {
    const slimmer = createSlimmer({ defaultNamespace: 'default' });
    fc.assert(
      fc.property(json, json, json, (metadata, spec, data) => {
        const raw = { metadata, spec, data, status: spec, rules: data, subjects: data, roleRef: spec, webhooks: data };
        const slim = slimmer.slim(raw, kind);
        expect(slim.kind).toBe(kind);
        expect(typeof slim.name).toBe('string');
        expect(uncleanIn(slim)).toEqual([]);
        expect(shapeProblem(slim)).toBeNull();
        expect(Array.isArray(validateObject(raw, kind))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

test('a Secret of a Table keeps its type and key count, and a cut copy of its values counts', () => {
  const row = {
    metadata: { name: 's', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': CUT_MARK } },
    type: 'Opaque',
    keyCount: 3,
  };
  expect(createSlimmer().slim(row, 'Secret')).toMatchObject({
    type: 'Opaque',
    keyCount: 3,
    keys: null,
    immutable: null,
    valuesInAnnotation: true,
  });
  const names = { metadata: { name: 's', namespace: 'n' }, type: 'Opaque', keyCount: 0 };
  expect(createSlimmer().slim(names, 'Secret')).toMatchObject({ keyCount: 0, valuesInAnnotation: false });
});
