import fc from 'fast-check';
import { expect, test } from 'vitest';
import { incomingAfter, incomingOf, type Pool, type Pools } from '../../../src/analyses/rbac/escalation-pools.ts';
import type { Place, Step } from '../../../src/analyses/rbac/escalation-step.ts';

const NAMESPACES = ['a', 'a-b', 'b', 'c', 'd'];
const PLACES: readonly Place[] = ['node', 'cluster-admin', 'any-account/a', 'running-account/*'];

const exits = fc
  .uniqueArray(fc.constantFrom(...PLACES))
  .map((places) => places.map((to) => ({ account: 'u:x', step: { to } as Step })));
const pool: fc.Arbitrary<Pool> = fc.record({
  inputs: fc.constant([]),
  listed: fc.constant([]),
  any: exits,
  running: exits,
});

/** In order of namespace, as the graph keeps them. */
const pools = fc
  .dictionary(fc.constantFrom(...NAMESPACES), pool)
  .map((all): Pools => new Map(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));

test('what leads where after some namespaces changed is what all namespaces give, in the same order', () => {
  fc.assert(
    fc.property(pools, pools, fc.subarray(NAMESPACES), (old, other, changed) => {
      const now: Pools = new Map(
        NAMESPACES.flatMap((name) => {
          const one = (changed.includes(name) ? other : old).get(name);
          return one === undefined ? [] : [[name, one] as const];
        }),
      );
      const after = incomingAfter(incomingOf(old), old, now, changed.toReversed());
      expect(Object.fromEntries(after)).toEqual(Object.fromEntries(incomingOf(now)));
    }),
    { numRuns: 2000 },
  );
});

test('where no pool is another one, what led where is the same value', () => {
  fc.assert(
    fc.property(pools, fc.subarray(NAMESPACES), (same, changed) => {
      const before = incomingOf(same);
      expect(incomingAfter(before, same, new Map(same), changed)).toBe(before);
    }),
  );
});
