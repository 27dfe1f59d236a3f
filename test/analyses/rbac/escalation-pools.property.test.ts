import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  incomingAfter,
  incomingOf,
  waysTo,
  type Incoming,
  type Pool,
  type Pools,
} from '../../../src/analyses/rbac/escalation-pools.ts';
import type { Place, Step } from '../../../src/analyses/rbac/escalation-step.ts';

const NAMESPACES = ['a', 'a-b', 'b', 'c', 'd'];
const PLACES: readonly Place[] = ['node', 'cluster-admin', 'any-account/a', 'running-account/*', 'running-account/c'];
const NOTHING_COMMON: Incoming['common'] = new Map();

const places = fc.uniqueArray(fc.constantFrom(...PLACES));

function exits(account: string): fc.Arbitrary<Pool['any']> {
  return places.map((all) => all.map((to) => ({ account, step: { to } as Step })));
}

const pool: fc.Arbitrary<Pool> = fc.boolean().chain((isRunning) =>
  fc.record({
    inputs: fc.constant([]),
    listed: fc.constant([]),
    any: exits('u:own'),
    // An account that runs stands for those that run.
    running: isRunning ? exits('u:own') : fc.constant([]),
    standing: fc.constant({ any: 'u:any', running: isRunning ? 'u:running' : undefined }),
  }),
);

/** In order of namespace, as the graph keeps them. */
const pools = fc
  .dictionary(fc.constantFrom(...NAMESPACES), pool)
  .map((all): Pools => new Map(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));

const common = places.map((all): Incoming['common'] => new Map(all.map((to) => [to, { to } as Step])));

/** The same with nothing common: each pool has each step of all by itself, behind its own. */
function spelledOut(all: Pools, steps: Incoming['common']): Pools {
  const behind = (own: Pool['any'], account: string): Pool['any'] => [
    ...own,
    ...[...steps.values()]
      .filter(({ to }) => !own.some((one) => one.step.to === to))
      .map((step) => ({ account, step })),
  ];
  return new Map(
    [...all].map(([namespace, one]) => {
      const { any, running } = one.standing;
      const withAll = running === undefined ? one.running : behind(one.running, running);
      return [namespace, { ...one, any: behind(one.any, any), running: withAll }];
    }),
  );
}

test('the ways on are those of pools that each have by themselves what all have', () => {
  fc.assert(
    fc.property(pools, common, fc.constantFrom('node' as const, 'cluster-admin' as const), (all, steps, sink) => {
      const ways = waysTo(sink, incomingOf(all, steps), undefined);
      const spelled = waysTo(sink, incomingOf(spelledOut(all, steps), NOTHING_COMMON), undefined);
      expect([...ways]).toEqual([...spelled]);
      expect(waysTo(sink, incomingOf(all, steps), ways)).toBe(ways);
    }),
    { numRuns: 2000 },
  );
});

test('what leads where after some namespaces changed is what all namespaces give, in the same order', () => {
  fc.assert(
    fc.property(pools, pools, common, common, fc.subarray(NAMESPACES), (old, other, before, after, changed) => {
      const now: Pools = new Map(
        NAMESPACES.flatMap((name) => {
          const one = (changed.includes(name) ? other : old).get(name);
          return one === undefined ? [] : [[name, one] as const];
        }),
      );
      expect(incomingAfter(incomingOf(old, before), old, now, changed.toReversed(), after)).toEqual(
        incomingOf(now, after),
      );
    }),
    { numRuns: 2000 },
  );
});

test('where no pool is another one, what led where is the same value', () => {
  fc.assert(
    fc.property(pools, common, fc.subarray(NAMESPACES), (same, steps, changed) => {
      const before = incomingOf(same, steps);
      expect(incomingAfter(before, same, new Map(same), changed, steps)).toBe(before);
    }),
  );
});
