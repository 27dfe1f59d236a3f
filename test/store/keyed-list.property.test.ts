import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { CellGraph } from '../../src/store/cells.ts';
import { KeyedList } from '../../src/store/keyed-list.ts';
import { LongList } from '../../src/store/long-list.ts';

interface Item {
  readonly id: string;
  readonly value: number;
}

const idOf = ({ id }: Item): string => id;
const item = fc.record({ id: fc.integer({ min: 0, max: 80 }).map(String), value: fc.integer({ min: 0, max: 2 }) });
/** Replaces, removes or adds an item somewhere. */
const edit = fc.record({ at: fc.nat({ max: 80 }), how: fc.constantFrom('replace', 'remove', 'add'), item });

function edited(items: readonly Item[], { at, how, item: one }: { at: number; how: string; item: Item }): Item[] {
  const place = items.length === 0 ? 0 : at % items.length;
  const there = items[place];
  if (how === 'add' || there === undefined) return items.toSpliced(place, 0, one);
  return how === 'remove' ? items.toSpliced(place, 1) : items.with(place, { ...there, value: one.value });
}

/** Of several items with one id the first counts. */
function naive(items: readonly Item[], id: string): Item | undefined {
  return items.find((one) => one.id === id);
}

it('finds what going through the list finds, and knows every entry that changed', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 80 }), fc.array(edit, { maxLength: 12 }), (first, edits) => {
      let items: readonly Item[] = first;
      let list = KeyedList.of(LongList.of(items), idOf);
      for (const one of edits) {
        const before = list;
        items = edited(items, one);
        list = KeyedList.of(LongList.of(items), idOf, before);
        expect(list.items).toEqual(items);
        expect(list.ids).toEqual(items.map(idOf));
        const ids = [...new Set([...before.ids, ...list.ids])];
        for (const id of ids) expect(list.get(id)).toBe(naive(items, id));
        expect(KeyedList.of(LongList.of([...items]), idOf, list)).toBe(list);
        const changed = list === before ? new Set<string>() : list.changedSince(before);
        const differing = ids.filter((id) => before.get(id) !== list.get(id));
        expect(differing.filter((id) => changed?.has(id) === false)).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

it('says nothing about a list that it was not made from', () => {
  const items = Array.from({ length: 8 }, (_, at): Item => ({ id: String(at), value: 0 }));
  const first = KeyedList.of(LongList.of(items), idOf);
  const second = KeyedList.of(LongList.of(items.with(3, { id: '3', value: 1 })), idOf, first);
  expect([...(second.changedSince(first) ?? [])]).toEqual(['3']);
  expect(second.ids).toBe(first.ids);
  expect(first.changedSince(second)).toBeUndefined();
  expect(second.changedSince(KeyedList.of(LongList.of(items), idOf))).toBeUndefined();
});

it('readers of an entry run again when it changes, and the others are not even looked at', () => {
  let items = Array.from({ length: 20 }, (_, at): Item => ({ id: String(at), value: 0 }));
  const looks = vi.spyOn(KeyedList.prototype, 'get');
  const runs: string[] = [];
  const graph = new CellGraph(undefined);
  const whole = (): KeyedList<Item> =>
    graph.read<KeyedList<Item>>(
      'list',
      '',
      (_context, previous) => {
        graph.record('items');
        return KeyedList.of(LongList.of(items), idOf, previous);
      },
      Object.is,
    );
  const entry = (id: string): Item | undefined => graph.entry('items', id, whole);
  const reader = (id: string): number =>
    graph.read(
      'reader',
      id,
      () => {
        runs.push(id);
        return entry(id)?.value ?? -1;
      },
      Object.is,
    );
  const settle = (): void => {
    graph.touch(['items']);
    graph.settle(
      () => undefined,
      () => false,
    );
  };
  const ids = [...items.map(idOf), '99'];
  for (const id of ids) reader(id);
  runs.length = 0;
  looks.mockClear();
  items = items.with(7, { id: '7', value: 5 });
  settle();
  expect({ runs, value: reader('7') }).toEqual({ runs: ['7'], value: 5 });
  expect(new Set(looks.mock.calls.map(([id]) => id))).toEqual(new Set(['7']));
  looks.mockRestore();
  // One that comes is no change of an entry that was there: all are looked at, and its readers run.
  items = [...items, { id: '99', value: 9 }];
  settle();
  expect(runs).toEqual(['7', '99']);
  expect(reader('99')).toBe(9);
});
