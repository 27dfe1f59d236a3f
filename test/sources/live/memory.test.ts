/**
 * What is held after thousands of updates under faults is what the server holds, and nothing of what it held before.
 * Parts that objects have in common are remembered on purpose, within the bound that recent-cache.test.ts shows.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import type { Change } from '../../../src/model/change.ts';
import type { KubeObject } from '../../../src/model/objects.ts';
import { startDemoServer, type DemoServer } from '../../../src/sources/demo/api-server.ts';
import { NO_FAULTS } from '../../../src/sources/demo/faults.ts';
import { seededRandom } from '../../../src/sources/demo/random.ts';
import { changeSink } from '../../../src/sources/live-changes.ts';
import type { LiveSink } from '../../../src/sources/live/sink.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { API, change, EVERYTHING, fill, follow, KINDS } from './changing-cluster.ts';

/** Objects that the client has read before the faults end. */
const UPDATES = 10_000;
/** Pods that come with a name of their own and go again, so many at a time. */
const SHORT_LIVED = 40;
const SEED = 17;
/** Readers keep the last thing that they read, a few of each kind; a leak would be thousands. */
const LAST_READ = KINDS.length * 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('the store, the slimmer and the client hold what the server holds', { timeout: 120_000 }, async () => {
  const server = await startDemoServer({ bookmarkEveryMs: 100, watchTimeoutMs: 1_000 });
  fill(server);
  server.setFaults({ seed: SEED, rules: EVERYTHING });
  const store = new ClusterStore();
  const slim: WeakRef<KubeObject>[] = [];
  const raw: WeakRef<object>[] = [];
  const kept = changeSink(createSlimmer(), (changes: readonly Change[]) => {
    for (const one of changes) if (one.type === 'upsert') slim.push(new WeakRef(one.object));
    store.apply(changes);
  });
  const sink: LiveSink = {
    page: (kind, objects) => {
      raw.push(...objects.map((object) => new WeakRef(object)));
      kept.page(kind, objects);
    },
    replaceDone: kept.replaceDone.bind(kept),
    upsert: (kind, object) => {
      raw.push(new WeakRef(object));
      kept.upsert(kind, object);
    },
    remove: kept.remove.bind(kept),
    status: kept.status.bind(kept),
    facts: kept.facts.bind(kept),
  };
  follow(server, SEED, 'auto', sink);
  const random = seededRandom(SEED);
  for (let step = 1; raw.length < UPDATES; step += 1) {
    change(server, random, step);
    server.store.apply(shortLived(step));
    server.store.delete('v1', 'Pod', 'ns-3', `job-${step - SHORT_LIVED}`);
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
    if (step % 200 === 0) server.dropConnections();
  }
  server.setFaults(NO_FAULTS);
  await vi.waitFor(() => expect(held(store)).toEqual(there(server)), { timeout: 60_000, interval: 50 });

  const inStore = held(store).length;
  // A list that is still being read holds its page, until it has been.
  await vi.waitFor(
    () => {
      collectGarbage();
      expect(alive(slim)).toBeGreaterThanOrEqual(inStore);
      expect(alive(slim)).toBeLessThanOrEqual(inStore + LAST_READ);
      expect(alive(raw)).toBeLessThanOrEqual(LAST_READ);
    },
    { timeout: 30_000, interval: 50 },
  );
  expect(store.coverage().length).toBeLessThanOrEqual(KINDS.length);
});

function shortLived(step: number) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `job-${step}`, namespace: 'ns-3', labels: { 'batch.kubernetes.io/job-name': `job-${step}` } },
    spec: { containers: [{ name: 'main', image: `registry.example/job:${step}` }] },
  };
}

function held(store: ClusterStore): readonly string[] {
  return KINDS.flatMap((kind) =>
    store.list(kind).map((one) => `${kind} ${one.namespace}/${one.name} ${one.uid}`),
  ).sort();
}

function there(server: DemoServer): readonly string[] {
  return KINDS.flatMap((kind) => {
    const [apiVersion, name] = API[kind] ?? ['', ''];
    return server.store
      .list(apiVersion, name)
      .map(({ metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid}`);
  }).sort();
}

/** Objects that somebody still holds, each once. */
function alive(refs: readonly WeakRef<object>[]): number {
  return new Set(refs.flatMap((ref) => ref.deref() ?? [])).size;
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
