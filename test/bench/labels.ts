/**
 * What the label rules cost on a generated cluster: `node --expose-gc test/bench/labels.ts [pods] [distinct labels]
 * [events] [namespaces …]`, in many namespaces and in few large ones where none are given. The time to parse and slim is
 * not counted; every figure is printed with its target.
 */
import { boundedYoungGeneration, boundOldGeneration } from '../../bin/bounded-memory.ts';
import { execFileSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { labelCoverage } from '../../src/analyses/labels/label-coverage.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ALL_KINDS, type Kind } from '../../src/model/kind.ts';
import type { Change } from '../../src/model/change.ts';
import { RULES } from '../../src/rules/index.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { line, measure, megabytes, percentile } from './figures.ts';

const [pods = 100_000, distinct = 50_000, events = 5000, ...sizes] = process.argv.slice(2).map(Number);
const NAMESPACES = sizes.length === 0 ? [500, 5] : sizes;
const NOW = Date.parse('2026-11-23T10:00:00Z');
/** Pods of one workload. */
const REPLICAS = 10;
/** One in this many selectors has two letters of its label swapped. */
const TYPO_EVERY = 100;

const workloads = Math.ceil(pods / REPLICAS);
const ours = RULES.filter((rule) => rule.id.startsWith('labels/'));

const nameOf = (workload: number): string => `${WORDS[workload % WORDS.length]}-${workload}`;

/** Names that are no typing errors of each other. */
const WORDS = ['checkout', 'payments', 'inventory', 'shipping', 'catalogue', 'accounts', 'search', 'mailer'] as const;

function labelsOf(workload: number): Record<string, string> {
  return {
    'app.kubernetes.io/name': nameOf(workload),
    'app.kubernetes.io/instance': `${nameOf(workload)}-prod`,
    tier: `tier-${workload % 3}`,
    env: 'prod',
  };
}

/** Measures the rules in a cluster of so many namespaces. */
async function measureRules(namespaces: number): Promise<void> {
  const slimmer = createSlimmer();
  const namespaceOf = (workload: number): string => `ns-${workload % namespaces}`;
  const upsert = (...[kind, object]: Parameters<Slim>): Change => ({
    type: 'upsert',
    object: slimmer.slim(object, kind),
  });

  /** Half of the pods and more carry a label of their own, as those of a StatefulSet do. */
  function podOf(index: number, tier?: string): Change {
    const workload = Math.floor(index / REPLICAS);
    const name = `${nameOf(workload)}-${index % REPLICAS}`;
    return upsert('Pod', {
      metadata: {
        name,
        namespace: namespaceOf(workload),
        uid: `uid-${index}`,
        labels: {
          ...labelsOf(workload),
          ...(index % pods < distinct ? { 'statefulset.kubernetes.io/pod-name': name } : {}),
          ...(tier === undefined ? {} : { tier }),
        },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: nameOf(workload), controller: true }],
      },
      spec: { containers: [{ name: 'main', image: `registry.example/${nameOf(workload)}:1.0` }] },
      status: { phase: 'Running' },
    });
  }

  function* objectsOf(workload: number): Generator<Change> {
    const namespace = namespaceOf(workload);
    const name = nameOf(workload);
    const labels = labelsOf(workload);
    const wanted = workload % TYPO_EVERY === 0 ? name.replace(/^(.)(.)/, '$2$1') : name;
    const matchLabels = { 'app.kubernetes.io/name': wanted };
    yield upsert('StatefulSet', {
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/name': name } },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'i:1.0' }] } },
      },
    });
    yield upsert('Service', { metadata: { name, namespace }, spec: { selector: matchLabels, ports: [{ port: 80 }] } });
    yield upsert('NetworkPolicy', {
      metadata: { name, namespace },
      spec: {
        podSelector: { matchLabels },
        ingress: [{ from: [{ podSelector: { matchLabels: { tier: 'tier-1' } } }] }],
      },
    });
    yield upsert('PodDisruptionBudget', { metadata: { name, namespace }, spec: { selector: { matchLabels } } });
  }

  const changes: Change[] = ALL_KINDS.map((kind) => ({
    type: 'coverage',
    coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
  }));
  changes.push({ type: 'facts', facts: { source: 'cluster', complete: true, serverVersion: 'v1.36.3' } });
  for (let index = 0; index < namespaces; index += 1) {
    changes.push(upsert('Namespace', { metadata: { name: `ns-${index}`, uid: `ns-${index}` } }));
  }
  // As in a session.
  const boundMemory = boundedYoungGeneration(8);
  for (let workload = 0; workload < workloads; workload += 1) {
    boundMemory();
    changes.push(...objectsOf(workload));
  }
  for (let index = 0; index < pods; index += 1) {
    boundMemory();
    changes.push(podOf(index));
  }

  const engine = new Engine(new StoreView(new ClusterStore(), NOW), ours);
  engine.apply(changes);
  changes.length = 0;
  const before = megabytes();
  line(
    'full pass: every label finding and the coverage',
    measure(() => {
      engine.settle();
      labelCoverage(engine.view);
    }),
    'ms',
    1500,
  );
  console.log(
    `${engine.findings.size} findings of ${pods} pods, ${workloads} workloads with as many Services, policies and budgets, ${namespaces} namespaces`,
  );
  line('memory over the store', megabytes() - before, 'MB', 100);

  function settle(changed: Change): number {
    return measure(() => {
      engine.apply([changed]);
      engine.settle();
    });
  }

  const labelTimes: number[] = [];
  const otherTimes: number[] = [];
  boundOldGeneration('loaded');
  // A turn of the loop after each, as in a session: V8 collects its young generation between two turns where it can.
  for (let event = 0; event < events; event += 1) {
    const index = (event * 7919) % pods;
    labelTimes.push(settle(podOf(index, `tier-${event % 4}`)));
    await setImmediate();
    otherTimes.push(settle(podOf(index)));
    await setImmediate();
  }
  line('pod label change, p50', percentile(labelTimes, 0.5), 'ms', 1);
  line('pod label change, p99', percentile(labelTimes, 0.99), 'ms', 1);
  line('pod label change back, p50', percentile(otherTimes, 0.5), 'ms', 1);
  line('pod label change back, p99', percentile(otherTimes, 0.99), 'ms', 1);
}

type Slim = (kind: Kind, object: Parameters<ReturnType<typeof createSlimmer>['slim']>[0]) => void;

const [only, ...more] = NAMESPACES;
if (only !== undefined && more.length === 0) await measureRules(only);
else {
  // Each in a process of its own: what one leaves behind would be counted for the next.
  for (const size of NAMESPACES) {
    const args = ['--expose-gc', import.meta.filename, pods, distinct, events, size].map(String);
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  }
}
