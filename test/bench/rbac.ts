/**
 * RBAC figures on a generated cluster: `node --expose-gc test/bench/rbac.ts [bindings] [roles] [accounts]`. The time to
 * parse and slim is not counted; every figure is printed with its target.
 */
import { boundedYoungGeneration, boundOldGeneration } from '../../bin/bounded-memory.ts';
import { setImmediate } from 'node:timers/promises';
import { allPaths } from '../../src/analyses/rbac/escalation-paths.ts';
import { whoCan } from '../../src/analyses/rbac/who-can.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import type { Change } from '../../src/model/change.ts';
import type { KubeObject } from '../../src/model/objects.ts';
import { RBAC_RULES } from '../../src/rules/rbac/rbac-rules.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { line, measure, megabytes, percentile } from './figures.ts';

const [bindings = 40_000, roles = 4000, accounts = 10_000] = process.argv.slice(2).map(Number);
const NAMESPACES = 1000;
const EVENTS = 5000;
const RBAC = 'rbac.authorization.k8s.io';

/** Rules of the kinds that real clusters have, most of them harmless. */
const RULES = [
  [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'services', 'configmaps'] }],
  [{ verbs: ['get', 'update', 'patch', 'create'], apiGroups: ['coordination.k8s.io'], resources: ['leases'] }],
  [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['own'] }],
  [{ verbs: ['get', 'list', 'watch'], apiGroups: ['apps'], resources: ['deployments', 'replicasets'] }],
  [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }],
  [{ verbs: ['create'], apiGroups: [''], resources: ['pods/exec'] }],
  [{ verbs: ['create', 'patch'], apiGroups: ['apps'], resources: ['deployments'] }],
  [{ verbs: ['create', 'patch'], apiGroups: [''], resources: ['events'] }],
];

const slimmer = createSlimmer();

function roleOf(index: number): KubeObject {
  const isCluster = index % 4 === 0;
  const name = `role-${index}`;
  const [first] = RULES[index % RULES.length] ?? [];
  const rules = [first, { verbs: ['get'], apiGroups: ['example.com'], resources: [`things-${index}`] }];
  const metadata = isCluster ? { name, uid: name } : { name, namespace: `ns-${index % NAMESPACES}`, uid: name };
  return slimmer.slim({ metadata, rules }, isCluster ? 'ClusterRole' : 'Role');
}

function bindingOf(index: number, account = index + Math.floor(index / 20_000)): KubeObject {
  const namespace = `ns-${index % NAMESPACES}`;
  const ofNamespace = Math.floor(index / NAMESPACES) % Math.max(1, roles / NAMESPACES);
  const role = (index % NAMESPACES) + NAMESPACES * ofNamespace;
  const isCluster = role % 4 === 0;
  const subject = {
    kind: 'ServiceAccount',
    namespace: `ns-${account % NAMESPACES}`,
    name: `sa-${account % accounts}`,
  };
  return slimmer.slim(
    {
      metadata: { name: `binding-${index}`, namespace, uid: `binding-${index}` },
      roleRef: { apiGroup: RBAC, kind: isCluster ? 'ClusterRole' : 'Role', name: `role-${role}` },
      subjects: [subject],
    },
    'RoleBinding',
  );
}

const view = new StoreView(new ClusterStore(), 0);
const changes: Change[] = ALL_KINDS.map((kind) => ({
  type: 'coverage',
  coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
}));
for (let index = 0; index < NAMESPACES; index += 1) {
  const metadata = { name: `ns-${index}`, uid: `ns-${index}` };
  changes.push({ type: 'upsert', object: slimmer.slim({ metadata }, 'Namespace') });
}
for (let index = 0; index < accounts; index += 1) {
  const metadata = { name: `sa-${index}`, namespace: `ns-${index % NAMESPACES}`, uid: `sa-${index}` };
  changes.push({ type: 'upsert', object: slimmer.slim({ metadata }, 'ServiceAccount') });
}
for (let index = 0; index < roles; index += 1) changes.push({ type: 'upsert', object: roleOf(index) });
// As in a session.
const boundMemory = boundedYoungGeneration(8);
for (let index = 0; index < bindings; index += 1) {
  boundMemory();
  changes.push({ type: 'upsert', object: bindingOf(index) });
}
view.apply(changes);
changes.length = 0;
const before = megabytes();
const engine = new Engine(view, RBAC_RULES);

line(
  'full build: every finding and path',
  measure(() => void engine.settle()),
  'ms',
  1500,
);
console.log(`${bindings} bindings, ${roles} roles, ${accounts} accounts, ${engine.findings.size} findings`);
line('memory over the store', megabytes() - before, 'MB', 150);

boundOldGeneration('loaded');
const times: number[] = [];
for (let event = 0; event < EVENTS; event += 1) {
  const index = (event * 7919) % bindings;
  const object = bindingOf(index, index + 1 + event);
  times.push(
    measure(() => {
      engine.apply([{ type: 'upsert', object }]);
      engine.settle();
    }),
  );
  // As in a session: V8 collects its young generation between two turns of the loop where it can.
  await setImmediate();
}
line('binding change, p50', percentile(times, 0.5), 'ms', 5);
line('binding change, p99', percentile(times, 0.99), 'ms', 5);

const request = {
  type: 'resource',
  verb: 'get',
  group: '',
  resource: 'secrets',
  subresource: '',
  namespace: '',
  name: '',
} as const;
const asked = Array.from({ length: 20 }, () => measure(() => void whoCan(view, request, 'all')));
line('who-can get secrets, worst', Math.max(...asked), 'ms', 100);
line(
  'every shortest path',
  measure(() => void allPaths(view)),
  'ms',
  3000,
);
