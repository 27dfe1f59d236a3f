import { afterEach } from 'vitest';
import { startDemoServer, type DemoServer, type DemoServerOptions } from '../../../src/sources/demo/api-server.ts';
import type { KubeObject } from '../../../src/sources/demo/kube-object.ts';

const running: DemoServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A server that is closed after the test. */
export async function serve(options: DemoServerOptions = {}): Promise<DemoServer> {
  const server = await startDemoServer(options);
  running.push(server);
  return server;
}

export function pod(name: string, namespace = 'shop', labels: Record<string, string> = { app: name }): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: 'main', image: 'registry.invalid/main:1' }] },
    status: { phase: 'Running', podIP: '10.0.0.1' },
  };
}

export function secret(name: string, namespace = 'shop', type = 'Opaque'): KubeObject {
  const value = Buffer.from('not-a-real-password').toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data: { a: value, b: value }, type };
}

/** Resolves when the condition holds, looking again at every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
