import { describe, expect, it, vi } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../src/sources/demo/api-server.ts';
import { NO_FAULTS, type FaultRule } from '../../../src/sources/demo/faults.ts';
import { seededRandom } from '../../../src/sources/demo/random.ts';
import { objectOf, textOf } from '../../../src/sources/live/json-shape.ts';
import type { Kind } from '../../../src/model/kind.ts';
import { MirrorSink } from './mirror-sink.ts';
import { API, change, EVERYTHING, fill, follow, KINDS, pod, PODS } from './changing-cluster.ts';

const CHANGES = 150;

function versionsOnServer(server: DemoServer, kind: string): string[] {
  const [apiVersion, name] = API[kind] ?? ['', ''];
  return server.store
    .list(apiVersion, name)
    .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
    .sort();
}

function versionsInMirror(mirror: MirrorSink, kind: Kind): string[] {
  return [...mirror.of(kind)]
    .map(([key, object]) => {
      const { uid, resourceVersion } = objectOf(object['metadata']);
      return `${key} ${textOf(uid)} ${textOf(resourceVersion)}`;
    })
    .sort();
}

function differences(mirror: readonly string[], server: readonly string[]): string[] {
  const [here, there] = [new Set(mirror), new Set(server)];
  return [
    ...mirror.filter((one) => !there.has(one)).map((one) => `only here: ${one}`),
    ...server.filter((one) => !here.has(one)).map((one) => `only there: ${one}`),
  ];
}

function mirrored(server: DemoServer, seed: number, watchList: 'auto' | 'never'): MirrorSink {
  const mirror = new MirrorSink();
  follow(server, seed, watchList, mirror);
  return mirror;
}

async function untilEqual(mirror: MirrorSink, server: DemoServer): Promise<void> {
  await vi.waitFor(
    () => {
      for (const kind of KINDS) {
        expect(differences(versionsInMirror(mirror, kind), versionsOnServer(server, kind))).toEqual([]);
        expect(`${kind} ${mirror.statusOf(kind)}`).toBe(`${kind} live`);
      }
    },
    { timeout: 20_000, interval: 50 },
  );
}

const FAULTS: Readonly<Record<string, readonly FaultRule[]>> = {
  'reset mid-body': [{ fault: 'reset', probability: 0.3, at: ['list', 'continue', 'watch'] }],
  '410 at list': [{ fault: 'gone', at: 'list', probability: 0.5 }],
  '410 at continue': [{ fault: 'gone', at: 'continue', probability: 0.6 }],
  '410 at every continue, for a while': [{ fault: 'gone', at: 'continue', times: 6 }],
  '410 at watch': [{ fault: 'gone', at: 'watch', probability: 0.5 }],
  '429 with Retry-After': [{ fault: 'too-many-requests', retryAfterSeconds: 1, probability: 0.4 }],
  'server errors': [{ fault: 'server-error', probability: 0.4, at: ['list', 'continue', 'watch'] }],
  'server errors in the stream': [{ fault: 'server-error', inStream: true, at: 'watch', probability: 0.5 }],
  'no answer': [{ fault: 'no-answer', probability: 0.15, at: ['list', 'continue', 'watch'] }],
  'half-open': [{ fault: 'stall', probability: 0.2, at: ['list', 'continue', 'watch'] }],
  truncated: [{ fault: 'truncated', probability: 0.3, at: ['list', 'continue', 'watch'] }],
  slow: [{ fault: 'slow', chunkBytes: 20_000, everyMs: 2, probability: 0.3 }],
  '401 for a while': [{ fault: 'unauthorized', probability: 0.3, at: ['list', 'continue', 'watch'] }],
  'very short watches': [{ fault: 'short-watch', afterMs: 5, probability: 0.8 }],
  'a huge object': [{ fault: 'huge-object', bytes: 3_000_000, probability: 0.3, at: ['list', 'continue', 'watch'] }],
  everything: EVERYTHING,
};

describe.each(['never', 'auto'] as const)('against a failing server (watch list: %s)', (watchList) => {
  it.each(Object.entries(FAULTS))('%s: the mirror ends equal to the store', async (name, rules) => {
    const seed = Buffer.from(`${name}${watchList}`).reduce((sum, byte) => sum + byte, 0);
    const server = await startDemoServer({ bookmarkEveryMs: 100, watchTimeoutMs: 1000 });
    fill(server);
    server.setFaults({ seed, rules });
    const mirror = mirrored(server, seed, watchList);
    const random = seededRandom(seed);
    for (let step = 1; step <= CHANGES; step += 1) {
      change(server, random, step);
      // Paced by the server's own work: a few turns of the event loop between two changes.
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (step % 50 === 0) server.dropConnections();
    }
    server.setFaults(NO_FAULTS);
    await untilEqual(mirror, server);
    expect(JSON.stringify([...mirror.of('Secret').values()])).not.toContain('aHVudGVyMg');
  });
});

describe('against a server that works', () => {
  it('follows it', async () => {
    const server = await startDemoServer({ bookmarkEveryMs: 100 });
    fill(server);
    const mirror = new MirrorSink();
    await follow(server, 1, 'never', mirror).initial;
    expect(mirror.of('Pod').size).toBe(PODS);
    expect(mirror.statusOf('Pod')).toBe('live');
    server.store.apply(pod(1, 7));
    server.store.delete('v1', 'Pod', 'ns-2', 'pod-2');
    await untilEqual(mirror, server);
    expect([...mirror.of('Secret').values()][0]).toMatchObject({ type: 'Opaque', keyCount: 1 });
  });
});
