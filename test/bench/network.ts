/**
 * Network policy figures on a generated cluster: `node test/bench/network.ts [pods] [namespaces] [policies]`. The time
 * to parse and slim is not counted; every figure is printed with its target.
 */
import { enforcement } from '../../src/analyses/network/enforcement.ts';
import { namespaceIsolation } from '../../src/analyses/network/isolation.ts';
import { allNamespaces } from '../../src/analyses/network/namespace-labels.ts';
import { connections } from '../../src/analyses/network/reach.ts';
import { reachTable } from '../../src/analyses/network/reach-table.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import type { Change } from '../../src/model/change.ts';
import type { NetworkPolicyObject, PodObject } from '../../src/model/objects.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { line, measure, megabytes, percentile } from './figures.ts';

const [pods = 100_000, namespaces = 1000, policies = 13_700] = process.argv.slice(2).map(Number);
const EVENTS = 2000;
const APPS = 20;
const PEER_NAMESPACES = 37;

const slimmer = createSlimmer();

function podOf(index: number, label = `app-${index % APPS}`): PodObject {
  const namespace = `ns-${index % namespaces}`;
  const app = Math.floor(index / namespaces) % APPS;
  return slimmer.slim(
    {
      metadata: {
        name: `pod-${index}`,
        namespace,
        uid: `uid-${index}`,
        labels: { app: label, tier: `tier-${app % 3}`, 'pod-template-hash': `hash-${app}` },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `app-${app}-hash-${app}`, controller: true },
        ],
      },
      spec: { containers: [{ name: 'app', image: `app-${app}:1`, ports: [{ name: 'web', containerPort: 8080 }] }] },
      status: { phase: 'Running', podIPs: [{ ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` }] },
    },
    'Pod',
  );
}

function policyOf(index: number, port = 8080): NetworkPolicyObject {
  const peer =
    index % 3 === 0
      ? {
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': `ns-${(index * PEER_NAMESPACES) % namespaces}` },
          },
        }
      : { podSelector: { matchLabels: { app: `app-${(index + 1) % APPS}` } } };
  const rule = { ports: [{ port }] };
  return slimmer.slim(
    {
      metadata: { name: `policy-${index}`, namespace: `ns-${index % namespaces}` },
      spec: {
        podSelector: index % 10 === 0 ? {} : { matchLabels: { app: `app-${Math.floor(index / namespaces) % APPS}` } },
        policyTypes: index % 4 === 0 ? ['Ingress', 'Egress'] : ['Ingress'],
        ingress: [{ from: [peer], ...rule }],
        ...(index % 4 === 0 ? { egress: [{ to: [peer, { ipBlock: { cidr: '192.0.2.0/24' } }], ...rule }] } : {}),
      },
    },
    'NetworkPolicy',
  );
}

const store = new ClusterStore();
const view = new StoreView(store, 0);
const changes: Change[] = ALL_KINDS.map((kind) => ({
  type: 'coverage',
  coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
}));
for (let index = 0; index < namespaces; index += 1) {
  const name = `ns-${index}`;
  const metadata = { name, uid: `uid-${name}`, labels: { 'kubernetes.io/metadata.name': name } };
  changes.push({ type: 'upsert', object: slimmer.slim({ metadata }, 'Namespace') });
}
for (let index = 0; index < pods; index += 1) changes.push({ type: 'upsert', object: podOf(index) });
for (let index = 0; index < policies; index += 1) changes.push({ type: 'upsert', object: policyOf(index) });
view.apply(changes);
changes.length = 0;
const before = megabytes();

function isolateAll(): number {
  enforcement(view);
  return allNamespaces(view).reduce((sum, name) => sum + namespaceIsolation(view, name).length, 0);
}

let classes = 0;
line(
  'full build: isolation of every pod class',
  measure(() => (classes = isolateAll())),
  'ms',
  1000,
);
console.log(`${classes} classes of ${pods} pods, ${namespaces} namespaces, ${policies} policies`);
line('memory over the store', megabytes() - before, 'MB', 200);

function settle(one: Change): void {
  view.apply([one]);
  view.graph.settle(
    () => {},
    () => false,
  );
}

const labelTimes: number[] = [];
for (let event = 0; event < EVENTS; event += 1) {
  const index = (event * 7919) % pods;
  const object = podOf(index, `app-${(event + 3) % APPS}`);
  labelTimes.push(measure(() => settle({ type: 'upsert', object })));
}
line('pod label change, p50', percentile(labelTimes, 0.5), 'ms', 1);
line('pod label change, p99', percentile(labelTimes, 0.99), 'ms', 1);

const policyTimes: number[] = [];
for (let event = 0; event < EVENTS; event += 1) {
  const object = policyOf((event * 7919) % policies, 8081 + (event % 10));
  policyTimes.push(measure(() => settle({ type: 'upsert', object })));
}
line('policy change, p50', percentile(policyTimes, 0.5), 'ms', 5);
line('policy change, p99', percentile(policyTimes, 0.99), 'ms', 5);

let workloads = 0;
console.log(
  `reach table, first build ${measure(() => (workloads = reachTable(view).nodes.length)).toFixed(0)} ms, ${workloads} workloads`,
);
const reachTimes: number[] = [];
for (let asked = 0; asked < 40; asked += 1) {
  const node = reachTable(view).nodes[(asked * 7919) % workloads];
  if (node === undefined) throw new Error('no workload');
  reachTimes.push(measure(() => void [...connections(view, { sources: [node] })].length));
  reachTimes.push(measure(() => void [...connections(view, { destinations: [node] })].length));
}
line('reach of one workload, p50', percentile(reachTimes, 0.5), 'ms', 50);
console.log(
  `reach, the three slowest: ${reachTimes
    .toSorted((a, b) => b - a)
    .slice(0, 3)
    .map((one) => one.toFixed(1))
    .join(', ')} ms`,
);
line('reach of one workload, worst', percentile(reachTimes, 1), 'ms', 50);
line('memory over the store, with reach', megabytes() - before, 'MB', 200);
