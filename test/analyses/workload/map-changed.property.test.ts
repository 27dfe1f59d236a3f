import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapChanged } from '../../../src/analyses/workload/map-changed.ts';
import { LongList } from '../../../src/store/long-list.ts';

interface Item {
  readonly value: number;
}

const value = fc.integer({ min: 0, max: 3 });
const edit = fc.record({ where: fc.nat(), gone: fc.nat({ max: 2 }), come: fc.array(value, { maxLength: 2 }) });
/** One piece, and many. */
const values = fc.oneof(
  fc.array(value, { maxLength: 12 }),
  fc.array(value, { minLength: 120, maxLength: 300, size: 'max' }),
);

it('gives what mapping everything gives, maps what came only, and keeps what is equal', () => {
  fc.assert(
    fc.property(values, fc.array(edit, { maxLength: 8 }), (first, edits) => {
      let mapped = 0;
      const map = (item: Item, before: Item | undefined): Item => {
        mapped += 1;
        return before?.value === item.value ? before : { value: item.value };
      };
      let items = LongList.of(first.map((one): Item => ({ value: one })));
      let results = mapChanged(items, undefined, map);
      for (const { where, gone, come } of edits) {
        const before = results;
        const piece = where % Math.max(1, items.pieces.length);
        const { length } = items.pieces[piece] ?? [];
        const at = where % (length + 1);
        const taken = Math.min(gone, length - at);
        items = items.replaced(
          piece,
          at,
          taken,
          come.map((one) => ({ value: one })),
        );
        mapped = 0;
        results = mapChanged(items, before, map);
        expect(results.items).toEqual(items.items);
        expect(mapped).toBeLessThanOrEqual(come.length);
        if (before.length !== results.length) continue;
        const isSame = before.items.every((one, index) => one.value === results.items[index]?.value);
        expect(results === before).toBe(isSame);
      }
    }),
    { numRuns: 300 },
  );
});

it('maps as many items of one namespace as a large cluster has', () => {
  const items = LongList.of(Array.from({ length: 200_000 }, (_, at): Item => ({ value: at })));
  const results = mapChanged(items, undefined, ({ value: one }) => one);
  expect([results.length, results.items[0], results.items.at(-1)]).toEqual([200_000, 0, 199_999]);
});
