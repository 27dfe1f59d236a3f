/**
 * Remedies of pod security and Secrets on a real API server: it accepts each (dry-run), and a patched pod template reaches
 * exactly the level that the remedy says.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyMinor } from '../../src/analyses/pod-security/policy-minor.ts';
import { evaluatePodSecurity } from '../../src/kube/pod-security.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import type { Change } from '../../src/model/change.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { KubeObject } from '../../src/model/objects.ts';
import { namespaceLabels } from '../../src/remedy/vigilance/namespace-labels.ts';
import { securityContextPatch } from '../../src/remedy/vigilance/security-context-patch.ts';
import { noTokenPatch } from '../../src/remedy/vigilance/no-token-patch.ts';
import { deleteUnused } from '../../src/remedy/secrets/delete-secret.ts';
import { restartConsumers } from '../../src/remedy/secrets/restart-consumers.ts';
import { rotation } from '../../src/remedy/secrets/rotation.ts';
import { removeAnnotation } from '../../src/remedy/secrets/remove-annotation.ts';
import { secretReferencePatch } from '../../src/remedy/secrets/secret-reference-patch.ts';
import type { Remedy, RemedyDraft } from '../../src/remedy/remedy.ts';
import { refOf } from '../../src/kube/object-ref.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { generatedPod } from './generated-pods.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const DEPLOYMENTS = 400;
const SHOP = 'shop';
const STRATEGIC = 'application/strategic-merge-patch+json';
const slimmer = createSlimmer();
let server: ApiServer;

describe.skipIf(findBinaries() === undefined)('remedies on a real API server', () => {
  beforeAll(async () => {
    server = await startApiServer();
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP } };
    await server.request('POST', '/api/v1/namespaces', { body });
  });

  afterAll(async () => {
    await server.stop();
  });

  test('security context patches reach the level that they promise', async () => {
    const pods = fc.sample(generatedPod, { numRuns: DEPLOYMENTS * 2, seed: 20_260_823 });
    let patched = 0;
    let refused = 0;
    const reached = new Map<string, number>();
    const differences: unknown[] = [];
    for (const [index, pod] of pods.entries()) {
      if (patched >= DEPLOYMENTS) break;
      const name = `d-${index}`;
      const created = await server.request('POST', `/apis/apps/v1/namespaces/${SHOP}/deployments`, {
        body: deployment(name, pod),
      });
      if (created.status !== 201) continue;
      const object = slimmer.slim(created.json(), 'Deployment');
      const view = viewOf([object]);
      const built = securityContextPatch.build(finding(object), view);
      if ('refused' in built) {
        refused += 1;
        continue;
      }
      const path = `/apis/apps/v1/namespaces/${SHOP}/deployments/${name}?dryRun=All&fieldValidation=Strict`;
      const answer = await server.request('PATCH', path, { body: built.manifests[0], contentType: STRATEGIC });
      patched += 1;
      if (answer.status !== 200) {
        differences.push({ pod, patch: built.manifests[0], answer: answer.text });
        continue;
      }
      const after = slimmer.slim(answer.json(), 'Deployment').template?.spec;
      const promised = promisedSpec(built);
      if (after === undefined || promised === undefined) throw new Error('no template');
      const actual = evaluatePodSecurity(after, policyMinor(view));
      const expected = evaluatePodSecurity(promised, policyMinor(view));
      if (JSON.stringify(actual) !== JSON.stringify(expected)) differences.push({ pod, actual, expected });
      reached.set(actual.level, (reached.get(actual.level) ?? 0) + 1);
    }
    console.log(`${patched} patched, ${refused} refused, levels after: ${JSON.stringify([...reached])}`);
    expect(differences.slice(0, 2)).toEqual([]);
    expect(patched).toBe(DEPLOYMENTS);
    expect(reached.get('restricted') ?? 0).toBeGreaterThan(DEPLOYMENTS / 2);
  });

  test('namespace labels, annotation removal and secret references are accepted', async () => {
    const namespace = slimmer.slim((await server.request('GET', `/api/v1/namespaces/${SHOP}`)).json(), 'Namespace');
    await accepted(namespaceLabels, namespace, `/api/v1/namespaces/${SHOP}`, {});
    const secretPath = `/api/v1/namespaces/${SHOP}/secrets`;
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"p":"bWFya2Vk"}}' };
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', annotations }, data: { p: 'bWFya2Vk' } };
    const secret = slimmer.slim((await server.request('POST', secretPath, { body })).json(), 'Secret');
    expect(secret.valuesInAnnotation).toBe(true);
    const merge = 'application/merge-patch+json';
    const after = await accepted(removeAnnotation, secret, `${secretPath}/db`, { contentType: merge });
    expect(after).not.toContain('last-applied');
    const env = [{ name: 'DB_PASSWORD', value: 'k7Qz!pW2vX9m' }];
    const literal = deployment('literal', {
      spec: { containers: [{ name: 'app', image: 'registry.example/a:1', env }] },
    });
    const path = `/apis/apps/v1/namespaces/${SHOP}/deployments`;
    const workload = slimmer.slim((await server.request('POST', path, { body: literal })).json(), 'Deployment');
    const data = { container: 'app', key: 'DB_PASSWORD', where: 'env DB_PASSWORD of container app' };
    const referring = await accepted(secretReferencePatch, workload, `${path}/literal`, { data });
    expect(referring).toContain('"secretKeyRef":{"name":"literal-credentials","key":"DB_PASSWORD"}');
    expect(referring).not.toContain('k7Qz');
  });

  test('rotation, restart of the consumers, tokens that are not mounted and deletions are accepted', async () => {
    const secretPath = `/api/v1/namespaces/${SHOP}/secrets`;
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pg' }, data: { p: 'bWFya2Vk' } };
    const secret = slimmer.slim((await server.request('POST', secretPath, { body })).json(), 'Secret');
    const rotated = await accepted(rotation, secret, `${secretPath}/pg`, {});
    expect(rotated).not.toContain('bWFya2Vk');
    const path = `/apis/apps/v1/namespaces/${SHOP}/deployments`;
    const user = deployment('user', {
      spec: { containers: [{ name: 'app', image: 'registry.example/a:1', envFrom: [{ secretRef: { name: 'pg' } }] }] },
    });
    const workload = slimmer.slim((await server.request('POST', path, { body: user })).json(), 'Deployment');
    const restarted = restartConsumers.build(finding(secret), viewOf([secret, workload]));
    if ('refused' in restarted) throw new Error(restarted.refused);
    const patch = { body: restarted.manifests[0], contentType: STRATEGIC };
    const answer = await server.request('PATCH', `${path}/user?dryRun=All&fieldValidation=Strict`, patch);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('kubectl.kubernetes.io/restartedAt');
    expect(await accepted(noTokenPatch, workload, `${path}/user`, {})).toContain(
      '"automountServiceAccountToken":false',
    );
    const deleted = deleteUnused.build(finding(secret), viewOf([secret]));
    expect(deleted).toMatchObject({ use: { commands: [`kubectl -n ${SHOP} delete secret pg`] } });
    expect((await server.request('DELETE', `${secretPath}/pg?dryRun=All`)).status).toBe(200);
  });
});

async function accepted(
  remedy: Remedy,
  object: KubeObject,
  path: string,
  options: { readonly contentType?: string; readonly data?: unknown },
): Promise<string> {
  const built = remedy.build({ ...finding(object), data: options.data }, viewOf([object]));
  if ('refused' in built) throw new Error(built.refused);
  const answer = await server.request('PATCH', `${path}?dryRun=All&fieldValidation=Strict`, {
    body: built.manifests[0],
    contentType: options.contentType ?? STRATEGIC,
  });
  if (answer.status !== 200) throw new Error(`${remedy.id} was refused: ${answer.text}`);
  return answer.text;
}

function deployment(name: string, pod: Record<string, unknown>): Record<string, unknown> {
  const metadata = {
    ...Object(pod['metadata']),
    name: undefined,
    labels: { app: name },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata, spec: pod['spec'] } },
  };
}

function finding(object: KubeObject): Finding {
  return {
    id: 'test',
    rule: 'test',
    pane: 'vigilance',
    severity: 'low',
    title: '',
    why: '',
    evidence: [],
    references: [],
    members: [],
    basis: 'live',
    subject: refOf(object),
  };
}

function viewOf(objects: readonly KubeObject[]): StoreView {
  const view = new StoreView(new ClusterStore(), Date.now());
  view.apply([
    ...ALL_KINDS.map((kind): Change => ({
      type: 'coverage',
      coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
    })),
    { type: 'facts', facts: { source: 'cluster', serverVersion: 'v1.36.3' } },
    ...objects.map((object): Change => ({ type: 'upsert', object })),
  ]);
  return view;
}

function promisedSpec(built: RemedyDraft): Parameters<typeof evaluatePodSecurity>[0] | undefined {
  for (const change of built.changes) {
    if (change.type === 'upsert' && change.object.kind === 'Deployment') return change.object.template?.spec;
  }
  return undefined;
}
