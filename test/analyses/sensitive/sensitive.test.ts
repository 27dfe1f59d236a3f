import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../bin/fake-world.ts';
import { lines, rawEvent } from '../../sources/audit/raw-events.ts';

interface Told {
  readonly rule: string;
  readonly severity: string;
  readonly subject: { readonly kind: string; readonly namespace: string | null; readonly name: string };
  readonly evidence: readonly { readonly text: string }[];
}

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-sensitive-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const RBAC = 'rbac.authorization.k8s.io';
const container = (name: string, more: object = {}): object => ({
  name,
  image: `registry.example/${name}:1`,
  securityContext: { privileged: true },
  ...more,
});
const workload = (kind: string, namespace: string, name: string, spec: object): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec } },
});
const secretReader = (namespace: string): readonly object[] => [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: 'reader', namespace },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'reader', namespace },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'reader' },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: 'ann' }],
  },
];
const service = (namespace: string, name: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'NodePort', selector: { app: name }, ports: [{ port: 5432 }] },
});
const secret = (namespace: string, name: string): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type: 'Opaque',
  data: {},
});

/** The same twice: in `data` with the Secret that the config names, in `shop` with another. */
const STATE = ['data', 'shop'].flatMap((namespace) => {
  const env = [{ name: 'P', valueFrom: { secretKeyRef: { name: 'pg', key: 'password' } } }];
  const spec = {
    containers: [container('pg', { env })],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'pgdata' } }],
  };
  return [
    workload('StatefulSet', namespace, 'pg', spec),
    workload('Deployment', namespace, 'web', { containers: [container('web')] }),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'pg-0',
        namespace,
        labels: { app: 'pg' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'pg', uid: 'u', controller: true }],
      },
      spec,
    },
    service(namespace, 'pg'),
    service(namespace, 'web'),
    secret(namespace, 'pg'),
    secret(namespace, 'other'),
    ...secretReader(namespace),
  ];
});

const LOG = lines(
  ['data', 'shop'].map((namespace) =>
    rawEvent({
      verb: 'get',
      stage: 'ResponseStarted',
      user: { username: `of-${namespace}` },
      requestURI: `/api/v1/namespaces/${namespace}/pods/pg-0/exec?command=sh`,
      objectRef: { resource: 'pods', subresource: 'exec', namespace, name: 'pg-0' },
      responseStatus: { code: 101 },
    }),
  ),
);

async function findings(config: string): Promise<readonly Told[]> {
  const path = (name: string): string => join(folder, name);
  await writeFile(path('state.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: STATE }));
  await writeFile(path('audit.log'), LOG);
  await writeFile(path('k8sec.yaml'), `apiVersion: k8sec/v1\n${config}`);
  const argv = ['--report', '-f', path('state.json'), '--complete', '--audit-log', path('audit.log'), '-o', 'json'];
  const { out, err } = await run([...argv, '--config', path('k8sec.yaml')]);
  if (out === '') throw new Error(err);
  return (JSON.parse(out) as { findings: Told[] }).findings;
}

function keyOf({ rule, subject: { kind, namespace, name } }: Told): string {
  return `${rule} ${kind} ${namespace ?? ''}/${name}`;
}

/** `rule subject: before > after` for the findings whose severity the config changes. */
async function raisedBy(config: string): Promise<readonly string[]> {
  const before = new Map((await findings('')).map((one) => [keyOf(one), one.severity]));
  const after = await findings(config);
  expect(after.map(keyOf).sort()).toEqual([...before.keys()].sort());
  return after
    .filter((one) => before.get(keyOf(one)) !== one.severity)
    .map((one) => `${keyOf(one)}: ${before.get(keyOf(one)) ?? ''} > ${one.severity}`)
    .sort();
}

describe('what the config file calls sensitive', () => {
  it('weighs one level more in every pane, and nothing else does', async () => {
    expect(await raisedBy('sensitive: {secrets: [data/pg]}\n')).toEqual([
      'audit/exec-into-pod Actor /of-data: info > low',
      'labels/missing-recommended Service data/pg: info > low',
      'labels/missing-recommended StatefulSet data/pg: info > low',
      'network/no-egress-isolation StatefulSet data/pg: high > critical',
      'network/no-ingress-isolation StatefulSet data/pg: high > critical',
      'rbac/reads-secrets RoleBinding data/reader: medium > high',
      'secrets/mounted-as-env StatefulSet data/pg: info > low',
      'vigilance/exposed-service Service data/pg: medium > high',
      'vigilance/privileged-workload StatefulSet data/pg: high > critical',
      'vigilance/token-automounted StatefulSet data/pg: low > medium',
      'vigilance/weak-security-context StatefulSet data/pg: low > medium',
    ]);
  });

  it.each(['sensitive: {volumes: ["data/pg*"]}\n', 'sensitive: {labels: [app=pg]}\n'])(
    'is found by %j',
    async (config) => {
      const raised = await raisedBy(config);
      expect(raised).toContain('vigilance/privileged-workload StatefulSet data/pg: high > critical');
      expect(raised.some((one) => one.includes('StatefulSet shop/pg'))).toBe(config.includes('app=pg'));
      expect(raised.some((one) => one.includes('web'))).toBe(false);
    },
  );

  it('says why', async () => {
    const binding = (await findings('sensitive: {secrets: [data/pg]}\n')).find(
      (one) => one.subject.kind === 'RoleBinding' && one.subject.namespace === 'data',
    );
    expect(binding?.evidence.at(-1)?.text).toBe(
      'high, not medium: StatefulSet data/pg holds Secret pg, which the config file calls sensitive',
    );
  });
});
