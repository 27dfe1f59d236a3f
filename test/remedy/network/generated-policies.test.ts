import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredFlows } from '../../../src/analyses/network/declared-flows.ts';
import { flowCheck } from '../../../src/analyses/network/flow-check.ts';
import { endText } from '../../../src/analyses/network/observed-flows.ts';
import { overlay } from '../../../src/analyses/network/overlay.ts';
import { connections } from '../../../src/analyses/network/reach.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { rangeText } from '../../../src/kube/ip-range.ts';
import { portsText } from '../../../src/kube/port-set.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import type { Change } from '../../../src/model/change.ts';
import { leastPolicy } from '../../../src/remedy/network/least-policy.ts';
import type { RemedyDraft } from '../../../src/remedy/remedy.ts';
import { RULES } from '../../../src/rules/index.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { cluster } from '../../analyses/network/cluster.ts';
import { boutiqueCluster, demoCluster } from '../../analyses/network/fixtures.ts';
import { microservicesYaml, ONLINE_SHOP, type Microservice } from '../../analyses/network/microservices.ts';

const FILES = { facts: { source: 'files' } } as const;

/** The least policies of every finding that names them, in the order of the findings. */
function leastPolicies(view: StoreView): readonly RemedyDraft[] {
  return leastPoliciesOf(settled(view));
}

function settled(view: StoreView): Engine {
  const engine = new Engine(view, RULES);
  engine.settle();
  return engine;
}

function leastPoliciesOf(engine: Engine): readonly RemedyDraft[] {
  return [...engine.findings.values()]
    .filter((finding) => finding.remedies?.includes(leastPolicy.id) === true)
    .flatMap((finding) => {
      const made = leastPolicy.build(finding, engine.view);
      return 'refused' in made ? [] : [made];
    });
}

/** Declared flows that are open in one view and closed in another. */
function closed(before: ClusterView, after: ClusterView): readonly string[] {
  const [was, is] = [flowCheck(before), flowCheck(after)];
  return declaredFlows(before)
    .flows.filter((flow) => was(flow) === true && is(flow) !== true)
    .map((flow) => `${endText(flow.source)} -> ${endText(flow.destination)} (${flow.why})`);
}

function laidOver(view: ClusterView, changes: readonly Change[]): ClusterView {
  const after = overlay(view, changes);
  if (after === undefined) throw new Error('no overlay');
  return after;
}

/** The states on the way there, one document after the other, and back, in the order that the note tells. */
function states(view: ClusterView, draft: RemedyDraft): readonly ClusterView[] {
  const forward = draft.changes.map((_change, index) => laidOver(view, draft.changes.slice(0, index + 1)));
  const [, order] = /delete in the order ([^.]+)\./.exec(draft.note) ?? [];
  const removals = (order?.split(', ') ?? []).map((name): Change => {
    const change = draft.changes.find((one) => one.type === 'upsert' && one.object.name === name);
    if (change?.type !== 'upsert') throw new Error(`the rollback names ${name}, which was not applied`);
    const { kind, namespace } = change.object;
    return { type: 'remove', kind, namespace, name };
  });
  expect(removals.length).toBe(draft.changes.length > 1 ? draft.changes.length : 0);
  return [
    ...forward,
    ...removals.map((_change, index) => laidOver(view, [...draft.changes, ...removals.slice(0, index + 1)])),
  ];
}

/** Connections that have an end in the namespaces, but for those of DNS with others. */
function connectionsOf(view: ClusterView, namespaces: ReadonlySet<string>): readonly string[] {
  const found = [...connections(view)].flatMap(({ source, destination, ports }) => {
    const [from, to] = [source, destination].map((end) =>
      end.type === 'workload' ? refText(end.node.ref) : rangeText(end.range),
    );
    const isIn = [source, destination].some((end) => end.type === 'workload' && namespaces.has(end.node.ref.namespace));
    return isIn ? [`${from} -> ${to} ${portsText(ports)}`] : [];
  });
  return found.sort();
}

describe('no prefix of the apply order, and none of the rollback, closes a declared connection', () => {
  test.each([
    ['the demo cluster', demoCluster, 60],
    ['the boutique', boutiqueCluster, 9],
    ['the online shop', () => cluster(microservicesYaml(ONLINE_SHOP), FILES), 25],
  ])('%s', (_name, make, atLeast) => {
    const view = make();
    const drafts = leastPolicies(view);
    expect(drafts.length).toBeGreaterThanOrEqual(atLeast);
    for (const draft of drafts) {
      expect(draft.effects.filter((text) => text.startsWith('CLOSES'))).toEqual([]);
      for (const state of states(view, draft)) expect(closed(view, state)).toEqual([]);
    }
  });

  test('nor do the sets of all namespaces of the demo cluster together', () => {
    const view = demoCluster();
    const all = leastPolicies(view)
      .filter((draft) => draft.changes.length > 1)
      .flatMap((draft) => draft.changes);
    expect(all.length).toBeGreaterThan(40);
    expect(closed(view, laidOver(view, all))).toEqual([]);
  });
});

const services: fc.Arbitrary<readonly Microservice[]> = fc
  .array(
    fc.record({
      namespace: fc.constantFrom('shop', 'load'),
      port: fc.integer({ min: 1024, max: 1030 }),
      calls: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
      mountsToken: fc.boolean(),
      isPublic: fc.boolean(),
      hasUnstableLabels: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) =>
    list.map((one, index) => ({
      ...one,
      name: `s${index}`,
      calls: one.calls.filter((at) => at < list.length && at !== index).map((at) => `s${at}`),
    })),
  );

/** What the services declare, in the words of `connectionsOf`. */
function expected(list: readonly Microservice[]): readonly string[] {
  const nameOf = (one: Microservice): string => `Deployment ${one.namespace}/${one.name}`;
  const found = list.flatMap((one) => [
    `${nameOf(one)} -> Deployment kube-system/coredns TCP 5353 UDP 5353`,
    ...(one.isPublic === true
      ? ['0.0.0.0-255.255.255.255', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'].map(
          (range) => `${range} -> ${nameOf(one)} TCP ${one.port}`,
        )
      : []),
    // A port that is open to everyone is open to the pods of other namespaces too.
    ...(one.isPublic === true ? [`Deployment kube-system/coredns -> ${nameOf(one)} TCP ${one.port}`] : []),
    ...(one.mountsToken === true ? [`${nameOf(one)} -> 10.96.0.1-10.96.0.1 TCP 443`] : []),
    ...one.calls.flatMap((name) => {
      const target = list.find((other) => other.name === name);
      return target === undefined ? [] : [`${nameOf(one)} -> ${nameOf(target)} TCP ${target.port}`];
    }),
  ]);
  return found.sort();
}

describe('what is left after the sets of all namespaces is what is declared', () => {
  const after = (list: readonly Microservice[]): readonly string[] => {
    const view = cluster(microservicesYaml(list), FILES);
    const namespaces = new Set(list.map((one) => one.namespace));
    const sets = leastPolicies(view).filter((draft) => {
      const change = draft.changes.at(-1);
      return (
        change?.type === 'upsert' &&
        change.object.name.startsWith('default-deny') &&
        namespaces.has(change.object.namespace)
      );
    });
    expect(sets).toHaveLength(namespaces.size);
    for (const draft of sets) for (const state of states(view, draft)) expect(closed(view, state)).toEqual([]);
    return connectionsOf(
      laidOver(
        view,
        sets.flatMap((draft) => draft.changes),
      ),
      namespaces,
    );
  };

  test('of the online shop', () => {
    expect(after(ONLINE_SHOP)).toEqual(expected(ONLINE_SHOP));
  });

  test('of any services that call each other', () => {
    fc.assert(
      fc.property(services, (list) => {
        expect(after(list)).toEqual(expected(list));
      }),
      { numRuns: 30 },
    );
  });
});

/** The least policies that the rules of k8sec have something to say against, with what they say. */
function blamed(view: StoreView): readonly string[] {
  const engine = settled(view);
  return leastPoliciesOf(engine).flatMap(({ changes }) => {
    const written = new Set(changes.flatMap((change) => (change.type === 'upsert' ? change.object.name : [])));
    return engine
      .prove(changes)
      .opens.filter(({ pane, rule, subject }) => pane === 'network' && !TRUE_OF.has(rule) && written.has(subject.name))
      .map(({ id }) => id);
  });
}

/** What is told of a least policy because it is so: what is led in from outside is open to everyone. */
const TRUE_OF: ReadonlySet<string> = new Set(['network/allows-everyone']);

describe('no least policy has a rule that is blamed', () => {
  test.each([
    ['the demo cluster', demoCluster],
    ['the boutique', boutiqueCluster],
    ['the online shop', () => cluster(microservicesYaml(ONLINE_SHOP), FILES)],
  ])('of %s', (_name, make) => {
    expect(blamed(make())).toEqual([]);
  });

  test('of any services that call each other', () => {
    fc.assert(
      fc.property(services, fc.boolean(), (list, isLive) => {
        expect(blamed(cluster(microservicesYaml(list), isLive ? {} : FILES))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
