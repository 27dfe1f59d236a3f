import fc from 'fast-check';
import { expect, it } from 'vitest';
import { flatMapChanged } from '../../../src/analyses/workload/map-changed.ts';

interface Item {
  readonly values: readonly number[];
}

const values = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const edit = fc.record({ at: fc.nat({ max: 20 }), gone: fc.nat({ max: 2 }), come: fc.array(values, { maxLength: 2 }) });

it('gives what mapping everything gives, whatever changed, and keeps what is equal', () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 12 }), fc.array(edit, { maxLength: 8 }), (first, edits) => {
      let mapped = 0;
      const map = (item: Item): readonly { readonly value: number }[] => {
        mapped += 1;
        return item.values.map((value) => ({ value }));
      };
      const same = (a: { readonly value: number }, b: { readonly value: number }): boolean => a.value === b.value;
      let items: readonly Item[] = first.map((one) => ({ values: one }));
      let results = flatMapChanged(items, undefined, map, same);
      for (const { at: from, gone, come } of edits) {
        const place = Math.min(from, items.length);
        const before = results;
        items = items.toSpliced(place, gone, ...come.map((one) => ({ values: one })));
        mapped = 0;
        results = flatMapChanged(items, before, map, same);
        expect(results.map(({ value }) => value)).toEqual(items.flatMap((one) => one.values));
        expect(mapped).toBeLessThanOrEqual(come.length);
        const isSame = before.length === results.length && before.every((one, at) => one.value === results[at]?.value);
        expect(results === before).toBe(isSame);
      }
    }),
    { numRuns: 300 },
  );
});
