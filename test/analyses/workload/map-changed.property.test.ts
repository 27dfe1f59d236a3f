import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapChanged } from '../../../src/analyses/workload/map-changed.ts';

interface Item {
  readonly value: number;
}

const value = fc.integer({ min: 0, max: 3 });
const edit = fc.record({ at: fc.nat({ max: 20 }), gone: fc.nat({ max: 2 }), come: fc.array(value, { maxLength: 2 }) });

it('gives what mapping everything gives, maps what came only, and keeps what is equal', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), fc.array(edit, { maxLength: 8 }), (first, edits) => {
      let mapped = 0;
      const map = (item: Item, before: Item | undefined): Item => {
        mapped += 1;
        return before?.value === item.value ? before : { value: item.value };
      };
      let items: readonly Item[] = first.map((one) => ({ value: one }));
      let results = mapChanged(items, undefined, map);
      for (const { at, gone, come } of edits) {
        const place = Math.min(at, items.length);
        const before = results;
        items = items.toSpliced(place, gone, ...come.map((one) => ({ value: one })));
        mapped = 0;
        results = mapChanged(items, before, map);
        expect(results).toEqual(items);
        expect(mapped).toBeLessThanOrEqual(come.length);
        if (before.length !== results.length) continue;
        const isSame = before.every((one, index) => one.value === results[index]?.value);
        expect(results === before).toBe(isSame);
      }
    }),
    { numRuns: 300 },
  );
});

it('maps as many items of one namespace as a large cluster has', () => {
  const items = Array.from({ length: 200_000 }, (_, at): Item => ({ value: at }));
  const results = mapChanged(items, undefined, ({ value: one }) => one);
  expect([results.length, results[0], results.at(-1)]).toEqual([200_000, 0, 199_999]);
});
