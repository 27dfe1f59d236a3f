import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceOf, exchangesIn, innerDifferenceOf, LongList, sameLongList } from '../../src/store/long-list.ts';

interface Item {
  readonly value: number;
}

const anyItem = fc.nat({ max: 99 }).map((value): Item => ({ value }));
/** One piece, two, and many: lists of up to 400 items. */
const anyList = fc.oneof(...[3, 130, 400].map((maxLength) => fc.array(anyItem, { maxLength, size: 'max' })));
const edit = fc.record({
  where: fc.nat(),
  gone: fc.nat({ max: 3 }),
  come: fc.oneof(fc.array(anyItem, { maxLength: 3 }), fc.array(anyItem, { minLength: 60, maxLength: 150 })),
});

it('holds what a list holds after any changes, and lists before it stay as they were', () => {
  fc.assert(
    fc.property(anyList, fc.array(edit, { maxLength: 6 }), (first, edits) => {
      let plain: readonly Item[] = first;
      let long = LongList.of(first);
      for (const { where, gone, come } of edits) {
        const [before, plainBefore] = [long, plain];
        const piece = before.pieces.length === 0 ? 0 : where % before.pieces.length;
        const at = where % ((before.pieces[piece]?.length ?? 0) + 1);
        const start = before.pieces.slice(0, piece).reduce((sum, one) => sum + one.length, at);
        const taken = Math.min(gone, (before.pieces[piece]?.length ?? 0) - at);
        plain = plain.toSpliced(start, taken, ...come);
        long = before.replaced(piece, at, taken, come);
        expect(long.items).toEqual(plain);
        expect([...long]).toEqual(plain);
        expect(long.length).toBe(plain.length);
        expect(long.filter(({ value }) => value < 50)).toEqual(plain.filter(({ value }) => value < 50));
        expect(long.some(({ value }) => value === 7)).toBe(plain.some(({ value }) => value === 7));
        expect(before.items).toEqual(plainBefore);
        const exchanged = plain.flatMap((is, index) =>
          is === plainBefore[index] ? [] : [{ was: plainBefore[index], is }],
        );
        expect(exchangesIn(before, long)).toEqual(plain.length === plainBefore.length ? exchanged : undefined);
        expect(sameLongList(before, long)).toBe(taken === 0 && come.length === 0);
        expect(exchangesIn(long, LongList.of(plain))).toEqual([]);
        expect(differenceOf(before, long)).toEqual({
          gone: plainBefore.filter((one) => !plain.includes(one)),
          come: plain.filter((one) => !plainBefore.includes(one)),
        });
      }
    }),
    { numRuns: 200 },
  );
});

it('exchanges and appends items', () => {
  fc.assert(
    fc.property(anyList, fc.nat(), fc.array(anyItem, { maxLength: 2 }), (items, where, come) => {
      const long = LongList.of(items);
      expect(long.appended(come).items).toEqual([...items, ...come]);
      const item = items[where % Math.max(1, items.length)];
      if (item === undefined) return;
      expect(long.exchanged(item, come).items).toEqual(items.toSpliced(items.indexOf(item), 1, ...come));
    }),
  );
});

it('finds the place of an item in a list that is in order', () => {
  fc.assert(
    fc.property(anyList, fc.array(edit, { maxLength: 3 }), fc.nat({ max: 99 }), (first, edits, wanted) => {
      const sorted = first.toSorted((a, b) => a.value - b.value);
      // Pieces of other lengths than a new list has.
      const list = edits.reduce(
        (all, { where, gone }) => all.replaced(where % Math.max(1, all.pieces.length), 0, gone, []),
        LongList.of(sorted),
      );
      const place = list.placeOf(({ value }) => value < wanted);
      const at = list.pieces.slice(0, place.piece).reduce((sum, one) => sum + one.length, place.at);
      expect(at).toBe(list.items.filter(({ value }) => value < wanted).length);
      expect(list.at(place)).toBe(list.items[at]);
    }),
  );
});

it('tells which items of lists in a list differ', () => {
  const [a, b, c, d] = [{ value: 1 }, { value: 2 }, { value: 3 }, { value: 4 }];
  const before = LongList.of([[a, b], [c]]);
  expect(innerDifferenceOf(before, LongList.of([[a, d], [c]]))).toEqual({ gone: [b], come: [d] });
  expect(innerDifferenceOf(before, LongList.of([[a], [b, c]]))).toEqual({ gone: [], come: [] });
});

it('a change leaves all pieces as they are but one', () => {
  const items = Array.from({ length: 1000 }, (_, value): Item => ({ value }));
  const before = LongList.of(items);
  const after = before.replaced(7, 3, 1, [{ value: -1 }]);
  expect(after.pieces.filter((piece) => !before.pieces.includes(piece))).toHaveLength(1);
  expect(after.pieces).toHaveLength(before.pieces.length);
});

it('takes as many items at once as a large cluster has', () => {
  const items = Array.from({ length: 200_000 }, (_, value): Item => ({ value }));
  const long = LongList.of<Item>([]).appended(items);
  expect([long.length, long.items.at(-1)]).toEqual([200_000, items.at(-1)]);
});
