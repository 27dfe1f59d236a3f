/** Requests that a real API server exempts from pod security are counted, with the namespace that would have refused them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConnection } from '../../src/sources/live/kubeconfig.ts';
import { nodeHost } from '../../src/sources/live/host.ts';
import { systemClock } from '../../src/sources/live/clock.ts';
import { fetchMetricFacts } from '../../src/sources/live/probe-endpoints.ts';
import { createTransport } from '../../src/sources/live/transport.ts';
import { findBinaries, startApiServer } from './start-server.ts';

const CONFIGURATION = {
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'AdmissionConfiguration',
  plugins: [
    {
      name: 'PodSecurity',
      configuration: {
        apiVersion: 'pod-security.admission.config.k8s.io/v1',
        kind: 'PodSecurityConfiguration',
        exemptions: { namespaces: ['free'] },
      },
    },
  ],
};

test.skipIf(findBinaries() === undefined)('exempt requests for pods are counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-exempt-'));
  const file = join(folder, 'admission.json');
  await writeFile(file, JSON.stringify(CONFIGURATION));
  const server = await startApiServer({ flags: [`--admission-control-config-file=${file}`] });
  const connection = await loadConnection({ kubeconfig: server.kubeconfig }, nodeHost());
  const transport = createTransport(connection, { clock: systemClock() });
  const counted = async (): Promise<unknown> =>
    (await fetchMetricFacts(transport, AbortSignal.timeout(30_000))).podSecurityExemptions;
  const create = async (namespace: string): Promise<number> => {
    const spec = { hostPID: true, containers: [{ name: 'main', image: 'registry.example/main:1' }] };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'host' }, spec };
    return (await server.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, { body })).status;
  };
  try {
    for (const name of ['free', 'held']) {
      const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
      await server.request('POST', '/api/v1/namespaces', {
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      });
    }
    expect(await counted()).toBe(0);
    expect(await create('held')).toBe(403);
    expect(await counted()).toBe(0);
    expect(await create('free')).toBe(201);
    expect(await create('free')).toBe(201);
    expect(await counted()).toBe(2);
  } finally {
    transport.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
