import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podClasses } from '../../src/analyses/workload/workloads.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import { rule, type Rule } from '../../src/rules/rule.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { RULES } from '../../src/rules/index.ts';
import { object, pod } from '../objects.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

/** Rules that read in every way that the view offers. */
const PROBES: readonly Rule[] = [
  rule({
    id: 'network/probe-workload',
    subject: 'Workload',
    summary: '',
    help: '',
    references: [],
    needs: ['Pod'],
    check: (subject, view) => {
      const services = view.list('Service', subject.ref.namespace).length;
      return subject.classes.length + services > 2
        ? [{ severity: 'low', title: `${subject.classes.length} ${services}`, why: '', evidence: [] }]
        : [];
    },
  }),
  rule({
    id: 'labels/probe-namespace',
    subject: 'Namespace',
    summary: '',
    help: '',
    references: [],
    needs: ['Namespace'],
    check: (subject, view) => {
      const classes = podClasses(view, subject.name).length;
      return view.isPast(NOW + classes)
        ? [
            {
              severity: 'info',
              title: `${classes}`,
              why: '',
              evidence: [],
              key: view.readable('Secret').ok ? 'yes' : 'no',
            },
          ]
        : [];
    },
  }),
  rule({
    id: 'vigilance/probe-cluster',
    subject: 'Cluster',
    summary: '',
    help: '',
    references: [],
    needs: [],
    check: (_subject, view) =>
      view.namespaces('Pod').map((namespace) => ({
        key: namespace,
        severity: 'medium' as const,
        title: `${view.list('Pod', namespace).length} pods of ${view.facts().serverVersion}`,
        why: '',
        evidence: [],
      })),
  }),
];

const namespaces = ['a', 'b', 'c'] as const;
const anyNamespace = fc.constantFrom(...namespaces);
const anyName = fc.constantFrom('x', 'y', 'z');
const anyLabels = fc.constantFrom<Record<string, string>>({}, { app: 'web' }, { app: 'db', tier: 'data' });

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(anyNamespace, anyName, anyLabels, fc.constantFrom('Running', 'Succeeded'), fc.boolean())
    .map(([namespace, name, labels, phase, owned]): Change => ({
      type: 'upsert',
      object: pod(name, {
        namespace,
        labels,
        phase,
        ...(owned ? { owner: { kind: 'ReplicaSet', name: 'web-1' } } : {}),
      }),
    })),
  fc.tuple(anyNamespace, fc.boolean()).map(([namespace, owned]): Change => ({
    type: 'upsert',
    object: object('ReplicaSet', {
      metadata: {
        name: 'web-1',
        namespace,
        ownerReferences: owned ? [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true }] : [],
      },
    }),
  })),
  anyNamespace.map((name): Change => ({ type: 'upsert', object: object('Namespace', { metadata: { name } }) })),
  fc.tuple(anyNamespace, anyName).map(([namespace, name]): Change => ({
    type: 'upsert',
    object: object('Service', { metadata: { namespace, name }, spec: {} }),
  })),
  fc
    .tuple(fc.constantFrom('Pod', 'ReplicaSet', 'Service' as const), anyNamespace, anyName)
    .map(([kind, namespace, name]): Change => ({ type: 'remove', kind: kind as 'Pod', namespace, name })),
  anyNamespace.map((name): Change => ({ type: 'remove', kind: 'Namespace', namespace: '', name })),
  fc.tuple(anyNamespace, anyName).map(([namespace, name]): Change => ({
    type: 'retain',
    kind: 'Pod',
    namespaces: [namespace],
    keep: new Set([`${namespace}/${name}`]),
  })),
  fc.constantFrom('live', 'denied' as const).map((status): Change => ({
    type: 'coverage',
    coverage: { kind: 'Secret', apiVersion: 'v1', status, namespaces: 'all', reason: '', since: 0 } as never,
  })),
  fc.constantFrom('v1.35.0', 'v1.36.0').map((serverVersion): Change => ({ type: 'facts', facts: { serverVersion } })),
);

function findingsOf(engine: Engine): unknown {
  return [...engine.findings.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe('Engine', () => {
  it('is the only one of its view, which keeps its verdicts', () => {
    const view = new StoreView(new ClusterStore(), NOW);
    expect(() => [new Engine(view, PROBES), new Engine(view, RULES)]).toThrow('this view has an engine');
  });

  it('after any changes has the findings of a full recompute', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyChange, { maxLength: 6 }), { maxLength: 12 }), (batches) => {
        const rules = [...PROBES, ...RULES];
        const engine = new Engine(new StoreView(new ClusterStore(), NOW), rules);
        let now = NOW;
        for (const [index, batch] of batches.entries()) {
          engine.apply(batch);
          if (index % 3 === 1) engine.view.tick((now += 1));
          if (index % 2 === 0) engine.settle();
        }
        engine.settle();
        const fresh = new Engine(new StoreView(engine.view.store.fork(), now), rules);
        fresh.settle();
        expect(findingsOf(engine)).toEqual(findingsOf(fresh));
        expect(engine.failures()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('tells what opened and closed so that a listener ends with the same findings', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 20 }), (changes) => {
        const engine = new Engine(new StoreView(new ClusterStore(), NOW), PROBES);
        const mirror = new Map<string, unknown>();
        for (const change of changes) {
          engine.apply([change]);
          engine.settle();
          const { opened, changed, closed } = engine.takeChanges();
          for (const finding of closed) mirror.delete(finding.id);
          for (const finding of [...opened, ...changed]) mirror.set(finding.id, finding);
        }
        expect(mirror).toEqual(new Map(engine.findings));
      }),
      { numRuns: 100 },
    );
  });

  it('settles in slices to the same result', () => {
    const engine = new Engine(new StoreView(new ClusterStore(), NOW), PROBES);
    engine.apply(namespaces.map((namespace) => ({ type: 'upsert', object: pod('x', { namespace }) })));
    let slices = 0;
    for (let done = false; !done; slices += 1) {
      let asked = 0;
      done = engine.settle(() => (asked += 1) > 1);
    }
    expect(slices).toBeGreaterThan(2);
    expect([...engine.findings.values()].map((finding) => finding.key ?? '').sort()).toEqual(['a', 'b', 'c']);
  });

  it('proves a change on an overlay: what goes, what comes, and the store stays as it was', () => {
    const engine = new Engine(new StoreView(new ClusterStore(), NOW), PROBES);
    engine.apply([
      { type: 'upsert', object: pod('x', { namespace: 'a' }) },
      { type: 'upsert', object: pod('x', { namespace: 'b' }) },
    ]);
    engine.settle();
    const before = findingsOf(engine);
    const proof = engine.prove([
      { type: 'remove', kind: 'Pod', namespace: 'a', name: 'x' },
      { type: 'upsert', object: pod('x', { namespace: 'c' }) },
    ]);
    expect(proof.closes.map((finding) => finding.key)).toEqual(['a']);
    expect(proof.opens.map((finding) => finding.key)).toEqual(['c']);
    engine.settle();
    expect(findingsOf(engine)).toEqual(before);
  });

  it('proves on an overlay what a full recompute of both states says', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 30 }), fc.array(anyChange, { maxLength: 4 }), (before, changes) => {
        const rules = [...PROBES, ...RULES];
        const engine = new Engine(new StoreView(new ClusterStore(), NOW), rules);
        engine.apply(before);
        engine.settle();
        const store = engine.view.store.fork();
        store.apply(changes);
        const fresh = new Engine(new StoreView(store, NOW), rules);
        fresh.settle();
        const ids = (findings: Iterable<string>): string[] => [...findings].sort();
        const proof = engine.prove(changes);
        const opened = ids(fresh.findings.keys()).filter((id) => !engine.findings.has(id));
        const closed = ids(engine.findings.keys()).filter((id) => !fresh.findings.has(id));
        expect(ids(proof.opens.map((finding) => finding.id))).toEqual(opened);
        expect(ids(proof.closes.map((finding) => finding.id))).toEqual(closed);
      }),
      { numRuns: 150 },
    );
  });

  it('gives a failing rule a failure of its own and everybody else their findings', () => {
    const bad = rule({
      id: 'network/bad',
      subject: 'Cluster',
      summary: '',
      help: '',
      references: [],
      needs: [],
      check: () => {
        throw new Error('no such field');
      },
    });
    const engine = new Engine(new StoreView(new ClusterStore(), NOW), [bad, ...PROBES]);
    engine.apply([{ type: 'upsert', object: pod('x', { namespace: 'a' }) }]);
    engine.settle();
    expect(engine.findings.size).toBe(1);
    expect(engine.failures()).toMatchObject([{ rule: 'network/bad', message: 'no such field' }]);
  });
});
