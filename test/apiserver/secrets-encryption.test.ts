/** Whether Secrets are encrypted at rest: yes, no and unknown, as real API servers' metrics tell it. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encryption, type Encryption } from '../../src/analyses/secrets/encryption.ts';
import type { Finding } from '../../src/model/finding.ts';
import { encryptionConfiguration } from '../../src/remedy/secrets/encryption-configuration.ts';
import { loadConnection } from '../../src/sources/live/kubeconfig.ts';
import { nodeHost } from '../../src/sources/live/host.ts';
import { systemClock } from '../../src/sources/live/clock.ts';
import { fetchMetricFacts } from '../../src/sources/live/probe-endpoints.ts';
import { createTransport } from '../../src/sources/live/transport.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const KEY = randomBytes(32).toString('base64');

function configuration(...providers: readonly string[]): string {
  const known: Record<string, unknown> = {
    identity: { identity: {} },
    aescbc: { aescbc: { keys: [{ name: 'key1', secret: KEY }] } },
    secretbox: { secretbox: { keys: [{ name: 'key1', secret: KEY }] } },
  };
  return JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [{ resources: ['secrets'], providers: providers.map((name) => known[name]) }],
  });
}

describe.skipIf(findBinaries() === undefined)('encryption at rest', () => {
  test('no, without a configuration; unknown, where metrics are denied', async () => {
    await withServer(undefined, async (server) => {
      await createSecret(server);
      expect((await verdict(server, server.kubeconfig)).status).toBe('no');
      const denied = await verdict(server, await server.kubeconfigFor('bob'));
      expect(denied.status).toBe('unknown');
      expect(denied.reason).toContain('forbidden');
    });
  });

  test.each(['aescbc', 'secretbox'])('yes, with %s first', async (provider) => {
    await withServer(configuration(provider, 'identity'), async (server) => {
      await createSecret(server);
      const found = await verdict(server, server.kubeconfig);
      expect(found).toMatchObject({ status: 'yes', providers: [provider] });
    });
  });

  test('yes, with what the remedy writes once a key stands in it', async () => {
    const built = encryptionConfiguration.build({} as Finding, new StoreView(new ClusterStore(), 0));
    if ('refused' in built) throw new Error(built.refused);
    const file = JSON.stringify(built.manifests[0]);
    const filled = file.replace('REPLACE-WITH-32-RANDOM-BYTES-IN-BASE64', KEY);
    expect(filled).not.toBe(file);
    await withServer(filled, async (server) => {
      await createSecret(server);
      expect(await verdict(server, server.kubeconfig)).toMatchObject({ status: 'yes', providers: ['secretbox'] });
    });
  });

  test('no, where identity comes first', async () => {
    await withServer(configuration('identity', 'aescbc'), async (server) => {
      await createSecret(server);
      expect((await verdict(server, server.kubeconfig)).status).toBe('no');
    });
  });
});

async function withServer(
  encryptionFile: string | undefined,
  use: (server: ApiServer) => Promise<void>,
): Promise<void> {
  const server = await startApiServer(encryptionFile === undefined ? {} : { encryption: encryptionFile });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

async function createSecret(server: ApiServer): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, data: { password: 'bWFya2Vk' } };
  expect((await server.request('POST', '/api/v1/namespaces/default/secrets', { body })).status).toBe(201);
}

async function verdict(server: ApiServer, kubeconfig: string): Promise<Encryption> {
  const connection = await loadConnection({ kubeconfig }, nodeHost());
  const transport = createTransport(connection, { clock: systemClock() });
  try {
    const facts = await fetchMetricFacts(transport, AbortSignal.timeout(30_000));
    const secret = await server.request('GET', '/api/v1/namespaces/default/secrets/db');
    const view = new StoreView(new ClusterStore(), Date.now());
    view.apply([
      { type: 'facts', facts: { source: 'cluster', ...facts } },
      { type: 'upsert', object: createSlimmer().slim(secret.json(), 'Secret') },
    ]);
    return encryption(view);
  } finally {
    transport.close();
  }
}
