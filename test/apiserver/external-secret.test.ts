/** The skeletons of ExternalSecrets on a real API server with the operator's own definitions: nothing is refused. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/model/objects.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import type { Manifest } from '../../src/remedy/remedy.ts';
import { object } from '../objects.ts';
import { judged } from '../report/judged.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const DEFINITIONS = process.env['EXTERNAL_SECRETS_DEFINITIONS'];
const VALUE = 'k7Qz!pW2vX9m';

let server: ApiServer;

describe.skipIf(findBinaries() === undefined || DEFINITIONS === undefined)('ExternalSecrets', () => {
  beforeAll(async () => {
    server = await startApiServer();
    const file = join(DEFINITIONS ?? '', 'external-secrets.io_externalsecrets.yaml');
    const definition = parse(await readFile(file, 'utf8')) as { spec: { conversion?: unknown } };
    // Nobody answers for the operator's conversion webhook here, and both versions are alike.
    delete definition.spec.conversion;
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await server.request('POST', path, { body: definition });
    await server.request('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    });
    await vi.waitFor(
      async () => {
        const { status } = await server.request('GET', '/apis/external-secrets.io/v1beta1/externalsecrets');
        if (status !== 200) throw new Error('not served yet');
      },
      { timeout: 60_000, interval: 100 },
    );
  }, 240_000);

  afterAll(async () => server.stop());

  test.each(['v1', 'v1beta1'])('of every kind of finding are taken as %s', async (version) => {
    const manifests = skeletons(version);
    expect(manifests.map(({ metadata }) => (metadata as { name: string }).name).sort()).toEqual([
      `${'a'.repeat(241)}-credentials`,
      'odd-credentials',
      'pg',
      'registry',
      'settings-credentials',
    ]);
    for (const manifest of manifests) {
      const { status, text } = await create(version, manifest);
      expect({ status, reason: status === 201 ? '' : text }).toEqual({ status: 201, reason: '' });
      expect(text).not.toContain(VALUE);
    }
  });

  test('with a name or key that a server does not take are refused, so that the other test can fail', async () => {
    const [manifest = {}] = skeletons('v1');
    const wrong = (from: string, to: string): Manifest =>
      JSON.parse(JSON.stringify(manifest).replace(from, to)) as Manifest;
    expect((await create('v1', wrong('replace-with-the-store', 'REPLACE'))).status).toBe(422);
    expect((await create('v1', wrong('"refreshInterval"', '"refreshIntervall"'))).status).toBe(400);
  });
});

function create(version: string, body: Manifest): ReturnType<ApiServer['request']> {
  const path = `/apis/external-secrets.io/${version}/namespaces/shop/externalsecrets`;
  return server.request('POST', `${path}?dryRun=All&fieldValidation=Strict`, { body });
}

/** The skeletons for a cluster with a finding of each kind, with names that are hard to write. */
function skeletons(version: string): readonly Manifest[] {
  const env = [
    { name: 'DB_PASSWORD', value: VALUE },
    { name: 'ODD KEY/PASSWORD', value: VALUE },
  ];
  const objects: readonly KubeObject[] = [
    workload('odd', env, [`--api-token=${VALUE}`]),
    workload('a'.repeat(250), env, []),
    object('ConfigMap', { metadata: { ...meta('settings') }, data: { DB_PASSWORD: VALUE } }),
    secret('pg', { 'f:password': {}, 'f:user.name': {} }),
    secret('registry', {}),
  ];
  const coverage = [{ kind: 'ExternalSecret', apiVersion: `external-secrets.io/${version}` }] as const;
  const { engine } = judged(objects, { coverage });
  const byName = new Map<string, Manifest>();
  for (const finding of engine.findings.values()) {
    for (const built of buildRemedies(engine, finding)) {
      if (built.id !== 'secrets/external-secret') continue;
      for (const one of built.manifests) byName.set((one['metadata'] as { name: string }).name, one);
    }
  }
  return [...byName.values()];
}

function meta(name: string): Record<string, unknown> {
  return { name, namespace: 'shop', uid: name };
}

function workload(name: string, env: readonly object[], args: readonly string[]): KubeObject {
  const containers = [{ name: 'main', image: 'registry.example/main:1', env, args }];
  const template = { metadata: { labels: { app: 'main' } }, spec: { containers } };
  return object('Deployment', { metadata: meta(name), spec: { selector: { matchLabels: { app: 'main' } }, template } });
}

function secret(name: string, data: object): KubeObject {
  const fieldsV1 = { 'f:data': data };
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: '2024-01-01T00:00:00Z', fieldsV1 }];
  return object('Secret', { metadata: { ...meta(name), managedFields }, type: 'Opaque' });
}
