/**
 * The whole way on a real API server: the demo's objects loaded into it and its own audit log beside, then the report, the
 * session's model, a policy applied while it watches, a user who may read one namespace, and every remedy in a dry run.
 */
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ClusterSource } from '../../bin/cluster-source.ts';
import { main } from '../../bin/main.ts';
import { settingsOf } from '../../bin/settings.ts';
import { processWorld } from '../../bin/world.ts';
import { LiveModel } from '../../src/app/live-model.ts';
import { SYSTEM_CLOCK } from '../../src/app/session-source.ts';
import { DEFAULT_CONFIG } from '../../src/config/config.ts';
import { apiVersionOf, kindInfo, kindOf } from '../../src/model/kind.ts';
import { PANE_LIST } from '../../src/panes/index.ts';
import { RULES } from '../../src/rules/index.ts';
import type { KubeObject } from '../../src/sources/demo/kube-object.ts';
import { shopObjects } from '../../src/sources/demo/shop/shop-cluster.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

/** What a server without controllers and custom resources cannot take, or brings itself. */
const LEFT_OUT = new Set([
  'EndpointSlice',
  'CustomResourceDefinition',
  'APIService',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
]);

interface ReportJson {
  readonly findings: readonly { readonly id: string; readonly rule: string; readonly severity: string }[];
  readonly coverage: readonly { readonly kind: string; readonly status: string; readonly namespaces: unknown }[];
  readonly network: { readonly pods: readonly { readonly namespace: string; readonly ingress: string }[] };
}

let server: ApiServer;
let folder: string;
/** The server's audit log of the loading, which binds cluster-admin; afterwards it grows with every request of the tests. */
let auditLog: string;

const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] }, { level: 'Request' }],
});

describe.skipIf(findBinaries() === undefined)('k8sec on a real API server', () => {
  beforeAll(async () => {
    server = await startApiServer({ auditPolicy: AUDIT_POLICY });
    folder = await mkdtemp(join(tmpdir(), 'k8sec-whole-'));
    for (const object of shopObjects(Date.parse('2026-11-23T10:00:00Z'))) await create(object);
    auditLog = join(folder, 'audit.log');
    await copyFile(join(server.folder, 'audit.log'), auditLog);
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the report reads everything and judges every pod', async () => {
    const { code, report } = await run(server.kubeconfig);
    expect(code).toBe(2);
    expect(report.coverage.filter((line) => line.status !== 'live' && line.status !== 'absent')).toEqual([]);
    const namespaces = new Set(report.network.pods.map((pod) => pod.namespace));
    expect([...namespaces].sort()).toEqual(expect.arrayContaining(['data', 'edge', 'shop']));
    expect(report.findings.map((finding) => finding.rule)).toEqual(
      expect.arrayContaining(['network/no-ingress-isolation', 'rbac/cluster-admin', 'labels/missing-recommended']),
    );
  });

  test('the session shows the findings of the report, those of the audit log too, and a policy closes its own within a second', async () => {
    const { report } = await run(server.kubeconfig, '--audit-log', auditLog);
    const audited = new Set(report.findings.map(({ id }) => id).filter((id) => id.startsWith('audit/')));
    expect(audited).toContain('audit/cluster-admin-bound / Actor.k8sec /  / admin / ');
    const model = openModel({ kubeconfig: server.kubeconfig, 'audit-log': [auditLog] });
    try {
      const ids = (): string[] => [...model.snapshot().findings.keys()].sort();
      const expected = report.findings.map((finding) => finding.id).sort();
      await until(model, () => JSON.stringify(ids()) === JSON.stringify(expected));
      expect(ids()).toEqual(expected);

      const open = expected.filter((id) => id.startsWith('network/no-ingress-isolation / ') && id.includes(' / ci / '));
      expect(open.length).toBeGreaterThan(2);
      const applied = performance.now();
      await server.request('POST', '/apis/networking.k8s.io/v1/namespaces/ci/networkpolicies', {
        body: {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'deny', namespace: 'ci' },
          spec: { podSelector: {}, policyTypes: ['Ingress'] },
        },
      });
      await until(model, () => open.every((id) => !model.snapshot().findings.has(id)));
      expect(performance.now() - applied).toBeLessThan(1_000);
    } finally {
      await model.stop();
      await server.request('DELETE', '/apis/networking.k8s.io/v1/namespaces/ci/networkpolicies/deny');
    }
  });

  test('a user of one namespace gets that namespace judged, the rest is denied, exit code 3', async () => {
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }];
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/staging';
    const metadata = { name: 'one-namespace', namespace: 'staging' };
    await server.request('POST', `${rbac}/roles`, {
      body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    });
    await server.request('POST', `${rbac}/rolebindings`, {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one-namespace' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'tess' }],
      },
    });
    const kubeconfig = await server.kubeconfigFor('tess');
    const { code, report } = await run(kubeconfig, '-n', 'staging', '--fail-on', 'never');
    expect(code).toBe(3);
    expect(new Set(report.network.pods.map((pod) => pod.namespace))).toEqual(new Set(['staging']));
    const status = (kind: string): unknown => report.coverage.find((line) => line.kind === kind);
    expect(status('Pod')).toMatchObject({ status: 'live', namespaces: ['staging'] });
    expect(status('Node')).toMatchObject({ status: 'denied' });
    expect(status('ClusterRoleBinding')).toMatchObject({ status: 'denied' });
  });

  test('every remedy is accepted by the server in a dry run', async () => {
    const remedies = join(folder, 'remedies');
    await run(server.kubeconfig, '--remediate', remedies, '--no-progress');
    const files = (await readdir(remedies, { recursive: true })).filter((file) => file.endsWith('.yaml')).sort();
    expect(files.length).toBeGreaterThan(50);
    const refused: string[] = [];
    for (const file of files) {
      for (const document of parseAllDocuments(await readFile(join(remedies, file), 'utf8'))) {
        const manifest = document.toJS() as Partial<KubeObject> | null;
        // The body of a patch says itself neither kind nor name; `posture-remedies.test.ts` tries those.
        if (manifest === null || manifest.kind === undefined) continue;
        const problem = await dryRun(manifest as KubeObject);
        if (problem !== undefined) refused.push(`${file}: ${problem}`);
      }
    }
    expect(refused).toEqual([]);
  });
});

async function create(object: KubeObject): Promise<void> {
  if (LEFT_OUT.has(object.kind) || kindOf(object.apiVersion, object.kind) === undefined) return;
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    managedFields: _fields,
    ...metadata
  } = object.metadata;
  const spec = object['spec'] as Record<string, unknown> | undefined;
  const { clusterIP: _ip, clusterIPs: _ips, ...kept } = spec ?? {};
  const isHeadless = object.kind === 'Service' && spec?.['clusterIP'] === 'None';
  const body = {
    ...object,
    metadata,
    ...(spec === undefined ? {} : { spec: object.kind === 'Service' && !isHeadless ? kept : spec }),
  };
  await server.request('POST', pathOf(object), { body });
  const { status } = object;
  if (object.kind !== 'Pod' || status === undefined) return;
  await server.request('PATCH', `${pathOf(object)}/${object.metadata.name}/status`, {
    body: { status },
    contentType: 'application/merge-patch+json',
  });
}

/** undefined where the server accepts it; files for the server itself and for kustomize are not its to judge. */
async function dryRun(manifest: KubeObject): Promise<string | undefined> {
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  if (/^(?:apiserver|kustomize)\.config\.k8s\.io\//.test(manifest.apiVersion)) return undefined;
  if (kind === undefined) return `unknown kind ${manifest.apiVersion} ${manifest.kind}`;
  const path = `${pathOf(manifest)}/${manifest.metadata.name}`;
  const answer = await server.request(
    'PATCH',
    `${path}?dryRun=All&fieldManager=k8sec&force=true&fieldValidation=Strict`,
    {
      body: manifest,
      contentType: 'application/apply-patch+yaml',
    },
  );
  return answer.status < 300 ? undefined : answer.json<{ readonly message: string }>().message;
}

function pathOf(object: KubeObject): string {
  const kind = kindOf(object.apiVersion, object.kind);
  if (kind === undefined) throw new Error(`unknown kind ${object.kind}`);
  const { resource, namespaced } = kindInfo(kind);
  const version = apiVersionOf(kind);
  const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
  return `${root}${namespaced ? `/namespaces/${object.metadata.namespace ?? 'default'}` : ''}/${resource}`;
}

async function run(kubeconfig: string, ...more: readonly string[]): Promise<{ code: number; report: ReportJson }> {
  const printed: string[] = [];
  const code = await main({
    ...processWorld(),
    argv: ['--report', '-o', 'json', '--kubeconfig', kubeconfig, '-q', ...more],
    print: (text) => void printed.push(text),
    warn: (text) => void process.stderr.write(text),
  });
  return { code, report: JSON.parse(printed.join('')) as ReportJson };
}

function openModel(flags: Parameters<typeof settingsOf>[0]): LiveModel {
  const settings = settingsOf(flags, Date.now());
  return new LiveModel({
    open: () => new ClusterSource(settings, DEFAULT_CONFIG),
    rules: RULES,
    panes: PANE_LIST,
    buildRemedies: () => [],
    refusalsOf: () => new Map(),
    joinRemedies: () => undefined,
    evaluate: async (_engine, remedy) => Promise.resolve(remedy),
    ask: () => Promise.resolve(''),
    listContexts: () => Promise.resolve([]),
    clock: SYSTEM_CLOCK,
  });
}

/** Waits for the model to say so; the test's own timeout ends it otherwise. */
function until(model: LiveModel, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = model.subscribe(() => {
      if (!isTrue()) return;
      end();
      resolve();
    });
    if (isTrue()) {
      end();
      resolve();
    }
  });
}
