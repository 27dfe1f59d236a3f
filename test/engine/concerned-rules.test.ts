import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { PodSpec } from '../../src/model/pod-spec.ts';
import { rule, type Rule } from '../../src/rules/rule.ts';
import { RULES } from '../../src/rules/index.ts';
import { manifestChanges } from '../../src/sources/manifest-changes.ts';
import { readManifests } from '../../src/sources/manifests/read-manifests.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { demoCluster } from '../analyses/network/fixtures.ts';
import { object, pod } from '../objects.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const CASES = join(import.meta.dirname, '../rules');
/** The same rules, asked about every workload. */
const ASKED_ALWAYS: readonly Rule[] = RULES.map(({ concerns: _concerns, ...others }) => others);
const CHOOSY = RULES.filter(({ concerns }) => concerns !== undefined).map(({ id }) => id);

/** Their cases. */
const files = readdirSync(CASES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('.expected.yaml'))
  .filter((file) => CHOOSY.some((id) => id === dirname(file)))
  .sort();

function findings(view: StoreView, rules: readonly Rule[]): ReadonlyMap<string, Finding> {
  const engine = new Engine(view, rules);
  engine.settle();
  expect(engine.failures()).toEqual([]);
  return engine.findings;
}

describe('a workload that does not concern a rule', () => {
  it('has no finding of it in the cases of the rules, in files and in a cluster', async () => {
    const found = new Set<string>();
    for (const file of files) {
      const result = await readManifests([join(CASES, file)]);
      const changes = manifestChanges(result, { complete: true, serverVersion: 'v1.29.0', now: NOW });
      for (const source of ['files', 'cluster'] as const) {
        const judged = (rules: readonly Rule[]): ReadonlyMap<string, Finding> => {
          const store = new ClusterStore();
          store.load([...changes, { type: 'facts', facts: { source } }]);
          return findings(new StoreView(store, NOW), rules);
        };
        const all = judged(RULES);
        expect(all).toEqual(judged(ASKED_ALWAYS));
        for (const one of all.values()) found.add(one.rule);
      }
    }
    expect(CHOOSY.filter((id) => !found.has(id))).toEqual([]);
  });

  it('has none in the demo cluster', () => {
    expect(findings(demoCluster(), RULES)).toEqual(findings(demoCluster(), ASKED_ALWAYS));
  });
});

describe('which rules look at a workload', () => {
  const asked: PodSpec[] = [];
  let looked: string[] = [];
  const rules = [
    rule({
      id: 'vigilance/probe-ipc',
      subject: 'Workload',
      summary: '',
      help: '',
      references: [],
      needs: ['Pod'],
      concerns: (spec) => {
        asked.push(spec);
        if (spec.hostPID) throw new Error('not to be told');
        return spec.hostIPC;
      },
      check: ({ ref }) => {
        looked.push(ref.name);
        return [];
      },
    }),
  ];
  const engine = new Engine(new StoreView(new ClusterStore(), NOW), rules);

  /** The names of those that were looked at. */
  const settled = (specs: Readonly<Record<string, Record<string, unknown>>>): readonly string[] => {
    looked = [];
    engine.apply(
      Object.entries(specs).map(([name, spec]): Change => ({ type: 'upsert', object: pod(name, { spec }) })),
    );
    engine.settle();
    return looked.toSorted();
  };

  it('is decided once for each specification, and by any of a workload', () => {
    expect(settled({ a: {}, b: { hostIPC: true }, c: {}, d: { hostIPC: true } })).toEqual(['b', 'd']);
    expect(asked).toHaveLength(2);
    expect(settled({ a: { hostIPC: true }, b: {} })).toEqual(['a']);
  });

  it('is a look where the rule cannot say', () => {
    expect(settled({ x: { hostPID: true } })).toEqual(['x']);
  });

  it('is decided by the template too', () => {
    const template = { spec: { hostIPC: true, containers: [{ name: 'main', image: 'registry.example/main:1' }] } };
    const manifest = { metadata: { name: 'web', namespace: 'shop' }, spec: { template } };
    looked = [];
    engine.apply([{ type: 'upsert', object: object('Deployment', manifest) }]);
    engine.settle();
    expect(looked).toEqual(['web']);
  });
});
