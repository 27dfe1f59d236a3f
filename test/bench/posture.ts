/**
 * What the secrets, pod security and vigilance rules add on a generated cluster: `node --expose-gc test/bench/posture.ts
 * [pods] [secrets] [namespaces]`. The time to parse and slim is not counted; every figure is printed with its target.
 */
import { Engine } from '../../src/engine/engine.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import type { Change } from '../../src/model/change.ts';
import { RULES } from '../../src/rules/index.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { line, measure, megabytes } from './figures.ts';

const [pods = 50_000, secrets = 20_000, namespaces = 500] = process.argv.slice(2).map(Number);
const EVENTS = 2_000;
/** Workloads in a namespace: each has the pods that are left to it. */
const APPS = 10;
const NOW = Date.parse('2026-11-23T10:00:00Z');

const slimmer = createSlimmer();
const ours = RULES.filter((rule) => rule.id.startsWith('secrets/') || rule.id.startsWith('vigilance/'));

function specOf(app: number): Record<string, unknown> {
  return {
    serviceAccountName: `app-${app}`,
    imagePullSecrets: app % 3 === 0 ? [{ name: 'secret-0' }] : [],
    containers: [
      {
        name: 'main',
        image: `registry.example/app-${app}:1.0`,
        envFrom: [{ secretRef: { name: `secret-${app}` } }],
        securityContext: app % 5 === 0 ? { privileged: true } : { allowPrivilegeEscalation: false },
      },
    ],
    volumes: [{ name: 'v', secret: { secretName: `secret-${app + APPS}` } }],
  };
}

function podOf(index: number, phase: string): Change {
  const namespace = `ns-${index % namespaces}`;
  const app = Math.floor(index / namespaces) % APPS;
  const metadata = {
    name: `app-${app}-hash-${index}`,
    namespace,
    uid: `uid-${index}`,
    labels: { app: `app-${app}`, 'pod-template-hash': 'hash' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `app-${app}-hash`, controller: true }],
  };
  const spec = { ...specOf(app), nodeName: `node-${index % 100}` };
  const status = { phase, startTime: '2026-11-01T00:00:00Z' };
  return { type: 'upsert', object: slimmer.slim({ metadata, spec, status }, 'Pod') };
}

function secretOf(index: number): Change {
  const metadata = {
    name: `secret-${Math.floor(index / namespaces)}`,
    namespace: `ns-${index % namespaces}`,
    uid: `secret-${index}`,
    creationTimestamp: '2024-01-01T00:00:00Z',
    managedFields: [
      { manager: 'kubectl', operation: 'Update', time: '2025-11-01T00:00:00Z', fieldsV1: { 'f:data': { 'f:p': {} } } },
    ],
  };
  return { type: 'upsert', object: slimmer.slim({ metadata, type: 'Opaque', keyCount: 1 }, 'Secret') };
}

const changes: Change[] = ALL_KINDS.map((kind) => ({
  type: 'coverage',
  coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
}));
changes.push({ type: 'facts', facts: { source: 'cluster', complete: true, serverVersion: 'v1.36.3' } });
for (let index = 0; index < namespaces; index += 1) {
  const name = `ns-${index}`;
  changes.push({ type: 'upsert', object: slimmer.slim({ metadata: { name, uid: name } }, 'Namespace') });
}
for (let index = 0; index < pods; index += 1) changes.push(podOf(index, 'Running'));
for (let index = 0; index < secrets; index += 1) changes.push(secretOf(index));

const store = new ClusterStore();
const engine = new Engine(new StoreView(store, NOW), ours);
engine.apply(changes);
changes.length = 0;
const before = megabytes();
line(
  'first judgement of everything',
  measure(() => engine.settle()),
  'ms',
  1000,
);
console.log(`${engine.findings.size} findings of ${pods} pods, ${secrets} Secrets, ${namespaces} namespaces`);
line('memory over the store', megabytes() - before, 'MB', 100);

const times: number[] = [];
for (let event = 0; event < EVENTS; event += 1) {
  const one = podOf((event * 7919) % pods, event % 2 === 0 ? 'Pending' : 'Running');
  times.push(
    measure(() => {
      engine.apply([one]);
      engine.settle();
    }),
  );
}
times.sort((a, b) => a - b);
line('pod event, p50', times[Math.floor(EVENTS * 0.5)] ?? 0, 'ms', 1);
line('pod event, p99', times[Math.floor(EVENTS * 0.99)] ?? 0, 'ms', 1);
