import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import type { Finding } from '../../src/model/finding.ts';
import { ALL_KINDS } from '../../src/model/kind.ts';
import { RULES } from '../../src/rules/index.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { demoCluster } from '../analyses/network/fixtures.ts';

const DEMO = demoCluster();
const KINDS = ALL_KINDS.filter((kind) => DEMO.list(kind).length > 0);

function findingsOf(engine: Engine): readonly Finding[] {
  return [...engine.findings.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

test('a session that reads kind after kind, and loses some of it meanwhile, finds what one reading finds', () => {
  const whole = new Engine(new StoreView(DEMO.store.fork(), DEMO.now), RULES);
  whole.settle();
  const expected = findingsOf(whole);
  expect(expected.length).toBeGreaterThan(200);
  const order = fc.shuffledSubarray([...KINDS], { minLength: KINDS.length });
  fc.assert(
    fc.property(order, fc.subarray([...KINDS]), (kinds, lost) => {
      const engine = new Engine(new StoreView(new ClusterStore(), DEMO.now), RULES);
      engine.apply(DEMO.coverage().map((coverage): Change => ({ type: 'coverage', coverage })));
      engine.apply([{ type: 'facts', facts: DEMO.facts() }]);
      const readings = (of: typeof kinds): readonly Change[][] =>
        of.map((kind) => DEMO.list(kind).map((object): Change => ({ type: 'upsert', object })));
      const losses = lost.map((kind): Change[] => [{ type: 'retain', kind, namespaces: 'all', keep: new Set() }]);
      for (const batch of [...readings(kinds), ...losses, ...readings(lost)]) {
        engine.apply(batch);
        engine.settle();
      }
      expect(findingsOf(engine)).toEqual(expected);
    }),
    { numRuns: 6 },
  );
});
