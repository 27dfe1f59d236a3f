import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namespaceIsolation } from '../../../src/analyses/network/isolation.ts';
import { namespaceLabels } from '../../../src/analyses/network/namespace-labels.ts';
import { compiledPolicies } from '../../../src/analyses/network/policies.ts';
import {
  connections,
  type Connection,
  type Endpoint,
  type ReachQuestion,
} from '../../../src/analyses/network/reach.ts';
import { ReachRow, reachTable, type ReachNode } from '../../../src/analyses/network/reach-table.ts';
import { supersededRules } from '../../../src/analyses/network/superseded-rules.ts';
import { DIRECTIONS } from '../../../src/kube/network-policy-rule.ts';
import { containsAddress, parseAddress } from '../../../src/kube/ip-range.ts';
import { hasPort, isNoPorts, portsText, PROTOCOLS, samePorts, type PortSet } from '../../../src/kube/port-set.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { Change } from '../../../src/model/change.ts';
import type { KubeObject } from '../../../src/model/objects.ts';
import { RULES } from '../../../src/rules/index.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { apply } from './cluster.ts';
import { rawAdminPolicies, rawCluster } from './generated-cluster.ts';
import { naiveOf, slimCluster, viewOf } from './generated-view.ts';
import { mayConnect, selects, speaksOf, type NaiveCluster, type NaiveEnd } from './naive-reach.ts';

const PROBED_PORTS = [1, 53, 79, 80, 81, 90, 91, 65_535];
const PROBED_ADDRESSES = [
  '9.9.9.9',
  '10.0.0.3',
  '10.0.0.5',
  '10.0.0.12',
  '10.2.0.1',
  '10.1.2.3',
  'fd00::2',
  'fd00::9',
  '2001:db8::1',
];

/** Everything that the product says, as a lookup: ends → the connections between them. */
function answers(view: ClusterView): (source: NaiveEnd, destination: NaiveEnd) => readonly Connection[] {
  const all = [...connections(view)];
  const byEnds = new Map<string, Connection[]>();
  for (const one of all) {
    const key = `${nameOf(one.source)} > ${nameOf(one.destination)}`;
    const list = byEnds.get(key);
    if (list === undefined) byEnds.set(key, [one]);
    else list.push(one);
  }
  return (source, destination) =>
    (byEnds.get(`${endName(source)} > ${endName(destination)}`) ?? []).filter(
      (one) => holds(one.source, source) && holds(one.destination, destination),
    );
}

function nameOf(end: Endpoint): string {
  return end.type === 'outside' ? 'outside' : end.node.ref.name;
}

function endName(end: NaiveEnd): string {
  return 'pod' in end ? end.pod.name : 'outside';
}

function holds(end: Endpoint, asked: NaiveEnd): boolean {
  if (end.type === 'workload' || 'pod' in asked) return true;
  const address = parseAddress(asked.address);
  return address !== null && containsAddress(end.range, address);
}

/** Compares every pair of ends on the probed ports; returns how many pairs there were. */
function compare(view: ClusterView, naive: NaiveCluster): number {
  const ask = answers(view);
  const listed = naive.pods.filter((pod) => !pod.spec.hostNetwork && pod.phase !== 'Succeeded');
  const ends: NaiveEnd[] = [...listed.map((pod) => ({ pod })), ...PROBED_ADDRESSES.map((address) => ({ address }))];
  let pairs = 0;
  for (const source of ends) {
    for (const destination of ends) {
      if (source === destination || ('address' in source && 'address' in destination)) continue;
      pairs += 1;
      const given = ask(source, destination);
      for (const protocol of PROTOCOLS) {
        for (const port of PROBED_PORTS) {
          const said = given.filter((one) => hasPort(one.ports, protocol, port));
          const certain = mayConnect(naive, source, destination, protocol, port, false);
          const possible = certain || mayConnect(naive, source, destination, protocol, port, true);
          const expected = certain ? [''] : possible ? ['depends on the CNI'] : [];
          const got = said.map((one) => one.certainty);
          if (got.join() === expected.join()) continue;
          throw new Error(
            `${endName(source)} ${'address' in source ? source.address : ''} > ${endName(destination)} ${'address' in destination ? destination.address : ''} ${protocol} ${port}: got [${got.join()}], expected [${expected.join()}]`,
          );
        }
      }
    }
  }
  return pairs;
}

test('reach equals the definitions on generated clusters', () => {
  let pairs = 0;
  fc.assert(
    fc.property(rawCluster, (raw) => {
      const objects = slimCluster(raw);
      pairs += compare(viewOf(objects), naiveOf(objects));
    }),
    { numRuns: 700 },
  );
  expect(pairs).toBeGreaterThan(100_000);
}, 180_000);

test('no workload that could be at the other end is left out, whoever is asked about', () => {
  const text = (source: ReachNode, destination: ReachNode, ports: PortSet, certainty = ''): string =>
    `${source.ref.name} > ${destination.ref.name} ${portsText(ports)} ${certainty}`;
  const said = (view: ClusterView, question: ReachQuestion): string[] =>
    [...connections(view, question)].flatMap(({ source, destination, ports, certainty }) =>
      source.type === 'workload' && destination.type === 'workload'
        ? [text(source.node, destination.node, ports, certainty)]
        : [],
    );
  let found = 0;
  fc.assert(
    fc.property(rawCluster, rawAdminPolicies, (raw, admin) => {
      const slimmer = createSlimmer();
      const view = viewOf([...slimCluster(raw), ...admin.map((one) => slimmer.slim(one, 'AdminNetworkPolicy'))]);
      const nodes = reachTable(view).nodes.filter((node) => node.undecided === '');
      const all = nodes.flatMap((source) =>
        nodes.flatMap((destination) => {
          const { certain, uncertain } = new ReachRow(source).to(destination);
          if (source === destination) return [];
          return [
            ...(isNoPorts(certain) ? [] : [text(source, destination, certain)]),
            ...(isNoPorts(uncertain) ? [] : [text(source, destination, uncertain, 'depends on the CNI')]),
          ];
        }),
      );
      found += all.length;
      expect(said(view, {})).toEqual(all);
      for (const node of nodes) {
        expect(said(view, { sources: [node] })).toEqual(all.filter((one) => one.startsWith(`${node.ref.name} > `)));
        expect(said(view, { destinations: [node] })).toEqual(all.filter((one) => one.includes(` > ${node.ref.name} `)));
      }
    }),
    { numRuns: 300 },
  );
  expect(found).toBeGreaterThan(3000);
});

test('without its superseded rules a cluster allows the same connections', () => {
  let removed = 0;
  fc.assert(
    fc.property(rawCluster, (raw) => {
      const view = viewOf(slimCluster(raw));
      const before = dump(view).connections;
      for (const namespace of ['alpha', 'beta']) {
        for (const direction of DIRECTIONS) {
          const found = supersededRules(compiledPolicies(view, namespace), direction, namespaceLabels(view, namespace));
          for (const { policy, rule } of found) {
            removed += 1;
            const { object } = policy;
            const index = Number(/\[(\d+)\]$/.exec(rule.path)?.[1]);
            const policyTypes = DIRECTIONS.filter((one) => policy[one] !== null).map((one) =>
              one === 'ingress' ? 'Ingress' : 'Egress',
            );
            const rest = (object[direction] ?? []).filter((_, at) => at !== index);
            const after = new StoreView(view.store.fork(), 0);
            after.apply([{ type: 'upsert', object: { ...object, policyTypes, [direction]: rest } }]);
            expect(dump(after).connections).toEqual(before);
          }
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(removed).toBeGreaterThan(20);
});

test('outside ranges are disjoint, maximal and in order', () => {
  fc.assert(
    fc.property(rawCluster, (raw) => {
      const last = new Map<string, Connection>();
      for (const one of connections(viewOf(slimCluster(raw)))) {
        const [own, other] =
          one.source.type === 'outside' ? [one.destination, one.source] : [one.source, one.destination];
        if (other.type !== 'outside') continue;
        const key = `${one.source.type} ${nameOf(own)} ${other.range.family}`;
        const before = last.get(key);
        last.set(key, one);
        const end = before?.source.type === 'outside' ? before.source : before?.destination;
        if (before === undefined || end?.type !== 'outside') continue;
        expect(other.range.first > end.range.last).toBe(true);
        const adjacent = other.range.first === end.range.last + 1n;
        expect(adjacent && samePorts(before.ports, one.ports)).toBe(false);
      }
    }),
    { numRuns: 150 },
  );
});

test('isolation equals the definition on generated clusters', () => {
  fc.assert(
    fc.property(rawCluster, (raw) => {
      const objects = slimCluster(raw);
      const view = viewOf(objects);
      const { pods, policies } = naiveOf(objects);
      for (const pod of pods) {
        const found = namespaceIsolation(view, pod.namespace).find((one) => one.podClass.pods.includes(pod));
        const expected = (type: 'Ingress' | 'Egress'): string => {
          if (pod.spec.hostNetwork || pod.phase === 'Succeeded') return 'not-applicable';
          const isolated = policies.some(
            (one) => one.namespace === pod.namespace && speaksOf(one, type) && selects(one.podSelector, pod.labels),
          );
          return isolated ? 'isolated' : 'open';
        };
        expect([found?.ingress.status, found?.egress.status]).toEqual([expected('Ingress'), expected('Egress')]);
      }
    }),
    { numRuns: 200 },
  );
});

test('after any changes, reach and isolation equal those of a fresh view', () => {
  fc.assert(
    fc.property(
      rawCluster,
      fc.array(rawCluster, { minLength: 1, maxLength: 3 }),
      fc.infiniteStream(fc.boolean()),
      (start, steps, coin) => {
        const objects = slimCluster(start);
        const view = viewOf(objects);
        const stored = new Map(objects.map((object) => [`${object.kind}/${object.namespace}/${object.name}`, object]));
        dump(view);
        for (const step of steps) {
          const changes: Change[] = [];
          for (const object of slimCluster(step)) {
            const id = `${object.kind}/${object.namespace}/${object.name}`;
            const chosen = coin.next().value === true;
            if (!chosen) continue;
            if (stored.has(id) && object.kind !== 'Namespace' && coin.next().value === true) {
              stored.delete(id);
              changes.push({ type: 'remove', kind: object.kind, namespace: object.namespace, name: object.name });
            } else {
              stored.set(id, object);
              changes.push({ type: 'upsert', object });
            }
          }
          apply(view, changes);
          expect(dump(view)).toEqual(dump(viewOf([...stored.values()])));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('after any changes, the findings of the network rules equal those of a fresh engine', () => {
  const rules = RULES.filter((rule) => rule.id.startsWith('network/'));
  const findingsOf = (engine: Engine): unknown => {
    engine.settle();
    expect(engine.failures()).toEqual([]);
    return [...engine.findings.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  fc.assert(
    fc.property(rawCluster, fc.array(rawCluster, { minLength: 1, maxLength: 3 }), (start, steps) => {
      const engine = new Engine(viewOf([...slimCluster(start), ...slimServices()]), rules);
      findingsOf(engine);
      for (const step of steps) {
        const objects = [...slimCluster(step), ...slimServices()];
        engine.apply(objects.map((object): Change => ({ type: 'upsert', object })));
        const fresh = new Engine(viewOf(everything(engine)), rules);
        expect(findingsOf(engine)).toEqual(findingsOf(fresh));
      }
    }),
    { numRuns: 40 },
  );
});

/** A Service that leads to some of the pods, so that their exposure follows their labels. */
function slimServices(): KubeObject[] {
  const slimmer = createSlimmer();
  const raw = {
    metadata: { name: 'lb', namespace: 'alpha' },
    spec: { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80, targetPort: 'web', nodePort: 30_080 }] },
  };
  return [slimmer.slim(raw, 'Service')];
}

function everything(engine: Engine): KubeObject[] {
  const { store } = engine.view;
  return (['Namespace', 'Pod', 'NetworkPolicy', 'Service'] as const).flatMap((kind): readonly KubeObject[] =>
    store.list(kind),
  );
}

function dump(view: ClusterView): { readonly connections: unknown; readonly isolation: unknown } {
  return {
    connections: [...connections(view)].map((one) => [
      nameOf(one.source),
      nameOf(one.destination),
      one.ports,
      one.certainty,
    ]),
    isolation: ['alpha', 'beta'].map((namespace) =>
      namespaceIsolation(view, namespace).map((one) => [
        one.podClass.pods.map((pod) => pod.name),
        { ...one.ingress },
        { ...one.egress },
      ]),
    ),
  };
}
