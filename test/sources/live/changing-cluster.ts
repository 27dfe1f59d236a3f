import { afterEach } from 'vitest';
import type { Kind } from '../../../src/model/kind.ts';
import type { DemoServer } from '../../../src/sources/demo/api-server.ts';
import type { FaultRule } from '../../../src/sources/demo/faults.ts';
import { plainConnection } from '../../../src/sources/live/connection.ts';
import { fixedCredential, NOBODY } from '../../../src/sources/live/credential.ts';
import { startLiveSource, type LiveSource } from '../../../src/sources/live/live-source.ts';
import type { LiveSink } from '../../../src/sources/live/sink.ts';
import { quickClock } from './quick-clock.ts';

export const KINDS: readonly Kind[] = ['Pod', 'Secret', 'ReplicaSet', 'Namespace', 'NetworkPolicy'];
export const API: Readonly<Record<string, readonly [string, string]>> = {
  Pod: ['v1', 'Pod'],
  Secret: ['v1', 'Secret'],
  ReplicaSet: ['apps/v1', 'ReplicaSet'],
  Namespace: ['v1', 'Namespace'],
  NetworkPolicy: ['networking.k8s.io/v1', 'NetworkPolicy'],
};
/** More than two pages. */
export const PODS = 1100;
const running: { server: DemoServer; stop: AbortController; source: LiveSource }[] = [];

afterEach(async () => {
  for (const { server, stop, source } of running.splice(0)) {
    stop.abort();
    await source.done;
    await server.close();
  }
});

/** Every fault now and then. */
export const EVERYTHING: readonly FaultRule[] = [
  { fault: 'reset', probability: 0.08 },
  { fault: 'truncated', probability: 0.08, at: ['list', 'continue', 'watch'] },
  { fault: 'gone', probability: 0.15 },
  { fault: 'too-many-requests', retryAfterSeconds: 1, probability: 0.08, at: ['list', 'continue', 'watch'] },
  { fault: 'server-error', probability: 0.08, at: ['list', 'continue', 'watch'] },
  { fault: 'stall', probability: 0.05, at: ['list', 'continue', 'watch'] },
  { fault: 'short-watch', afterMs: 10, probability: 0.1 },
];

export function pod(index: number, generation: number) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${index}`, namespace: `ns-${index % 7}`, labels: { generation: String(generation) } },
    spec: { containers: [{ name: 'main', image: `registry.example/app:${generation}` }] },
  };
}

/** A server with more than a page of pods. */
export function fill(server: DemoServer): void {
  const { store } = server;
  for (let index = 0; index < 7; index += 1) {
    store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `ns-${index}` } });
  }
  for (let index = 0; index < PODS; index += 1) store.apply(pod(index, 0));
  for (let index = 0; index < 30; index += 1) {
    store.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `secret-${index}`,
        namespace: `ns-${index % 7}`,
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}' },
      },
      type: 'Opaque',
      data: { password: 'aHVudGVyMg==' },
    });
    store.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `rs-${index}`, namespace: `ns-${index % 7}` },
      spec: { replicas: 1 },
    });
  }
}

/** A change somewhere: most often of a pod, sometimes a deletion, a re-creation, or the history is forgotten. */
export function change(server: DemoServer, random: () => number, step: number): void {
  const { store } = server;
  const index = Math.floor(random() * PODS);
  const dice = random();
  if (dice < 0.2) store.delete('v1', 'Pod', `ns-${index % 7}`, `pod-${index}`);
  else if (dice < 0.25) store.delete('v1', 'Secret', `ns-${index % 7}`, `secret-${index % 30}`);
  else if (dice < 0.3) {
    store.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `new-${step}`, namespace: 'ns-1' },
      type: 'kubernetes.io/tls',
      data: { 'tls.key': 'AAAA' },
    });
  } else if (dice < 0.32) store.compact();
  else store.apply(pod(index, step));
}

/** Follows the server into a sink until the test ends. */
export function follow(server: DemoServer, seed: number, watchList: 'auto' | 'never', sink: LiveSink): LiveSource {
  const stop = new AbortController();
  const source = startLiveSource({
    connection: plainConnection(server.url, fixedCredential(NOBODY)),
    kinds: KINDS,
    namespaces: [],
    secretsMode: 'metadata',
    mode: 'watch',
    sink,
    signal: stop.signal,
    clock: quickClock(200, seed),
    limits: { idleMs: 250, streamIdleMs: 500 },
    watchList,
  });
  running.push({ server, stop, source });
  return source;
}
