import { NO_OWNERSHIP } from '../../src/analyses/labels/ownership.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  absorbRows,
  cursorRow,
  EMPTY_TABLE,
  moveTo,
  resort,
  scrollTo,
  settle,
  type TableState,
} from '../../src/app/table-state.ts';
import { mergeRows } from '../../src/app/select-rows.ts';
import { rowOrder, WORST_FIRST } from '../../src/app/sort-rows.ts';
import type { Row } from '../../src/panes/pane.ts';
import { row } from './fake-model.ts';

const SCOPE = {
  namespace: null,
  onlyFailing: false,
  grouping: { by: null, ownership: NO_OWNERSHIP },
  height: 5,
};

function rows(...names: readonly string[]): readonly Row[] {
  return names.map((name) => row('shop', name, 'high'));
}

function shownNames(table: TableState): readonly string[] {
  return table.shown.map((one) => one.name);
}

/** As once the first lists are read and judged. */
function settled(source: readonly Row[]): TableState {
  return settle(absorbRows(EMPTY_TABLE, source, SCOPE));
}

describe('a table under changing rows', () => {
  test('before it is touched, rows sort in and the cursor stays at the top', () => {
    const first = absorbRows(EMPTY_TABLE, rows('m'), SCOPE);
    const second = absorbRows(first, rows('m', 'a'), SCOPE);
    expect(shownNames(second)).toEqual(['a', 'm']);
    expect(second.cursor).toBe(0);
  });

  test('while the first lists are read, rows sort in around a cursor that was moved, which keeps its row', () => {
    const start = moveTo(absorbRows(EMPTY_TABLE, rows('d', 'e', 'f'), SCOPE), 1, 5);
    const changed = [row('shop', 'f', 'critical'), ...rows('c', 'd', 'e', 'g')];
    const after = absorbRows(start, changed, SCOPE);
    expect(shownNames(after)).toEqual(['f', 'c', 'd', 'e', 'g']);
    expect(cursorRow(after)?.name).toBe('e');
    expect(after.newAbove).toBe(0);
    const read = absorbRows(settle(after), [row('shop', 'g', 'critical'), ...changed.slice(0, 4)], SCOPE);
    expect(shownNames(read)).toEqual(['f', 'c', 'd', 'e', 'g']);
  });

  test('rows that arrive above scroll off and are counted; the cursor keeps its row and its line', () => {
    const start = moveTo(settled(rows('d', 'e', 'f', 'g', 'h', 'i', 'j')), 1, 5);
    const after = absorbRows(start, rows('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'), SCOPE);
    expect(cursorRow(after)?.name).toBe('e');
    expect(after.cursor - after.offset).toBe(start.cursor - start.offset);
    expect(after.newAbove).toBe(3);
    expect(resort(after, SCOPE).newAbove).toBe(0);
  });

  test('looking at what is above takes it off the count', () => {
    const start = moveTo(settled(rows('d', 'e', 'f', 'g', 'h', 'i')), 1, 5);
    const after = absorbRows(start, rows('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'), SCOPE);
    expect(moveTo(after, 0, 5).newAbove).toBe(0);
  });

  test('a row that changes its severity stays where it is until it is sorted again', () => {
    const start = moveTo(settled(rows('a', 'b', 'c')), 0, 5);
    const changed = [row('shop', 'a', 'high'), row('shop', 'b', 'high'), row('shop', 'c', 'critical')];
    const after = absorbRows(start, changed, SCOPE);
    expect(shownNames(after)).toEqual(['a', 'b', 'c']);
    expect(shownNames(resort(after, SCOPE))).toEqual(['c', 'a', 'b']);
    expect(cursorRow(resort(after, SCOPE))?.name).toBe('a');
  });

  test('rows that came, went and changed stand as they stood, each in its newest form', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const some = fc.subarray(names, { minLength: 1 });
    const severity = fc.constantFrom('high' as const, 'low' as const);
    const order = rowOrder(WORST_FIRST);
    fc.assert(
      fc.property(some, fc.array(fc.tuple(some, severity, some), { maxLength: 4 }), (first, steps) => {
        let table = moveTo(settled(rows(...first)), 0, 5);
        for (const [present, level, changed] of steps) {
          const before = new Map(table.source.map((one) => [one.name, one]));
          const now = present.map((name) =>
            changed.includes(name) ? row('shop', name, level) : (before.get(name) ?? row('shop', name, 'high')),
          );
          const cursor = cursorRow(table);
          const expected = mergeRows(table.shown, now, order).rows;
          table = absorbRows(table, now, SCOPE);
          expect(table.shown).toEqual(expected);
          for (const one of table.shown) expect(now).toContain(one);
          const stays = cursor !== undefined && present.includes(cursor.name);
          expect(stays ? cursorRow(table)?.name : cursor?.name).toBe(cursor?.name);
        }
      }),
    );
  });

  test('as many rows at once as a large cluster has', () => {
    const many = Array.from({ length: 200_000 }, (_, at) => row('shop', `w${at}`, 'high'));
    expect(mergeRows([], many, rowOrder(WORST_FIRST)).rows).toHaveLength(200_000);
  });

  test("when the cursor's row goes, the next one below takes its place", () => {
    const start = moveTo(settled(rows('a', 'b', 'c')), 1, 5);
    expect(cursorRow(absorbRows(start, rows('a', 'c'), SCOPE))?.name).toBe('c');
    expect(cursorRow(absorbRows(start, rows('a'), SCOPE))?.name).toBe('a');
    expect(cursorRow(absorbRows(start, [], SCOPE))).toBeUndefined();
  });

  test('marks of rows that are gone are gone', () => {
    const start = absorbRows(EMPTY_TABLE, rows('a', 'b'), SCOPE);
    const marked = { ...start, marks: new Set(start.shown.map((one) => one.key)) };
    expect(absorbRows(marked, rows('b'), SCOPE).marks.size).toBe(1);
  });

  test('whatever happens, all rows are shown once, the cursor keeps a row that survives, and is on the screen', () => {
    const names = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 25 });
    const steps = fc.array(fc.record({ names, move: fc.integer({ min: -6, max: 6 }) }), { maxLength: 8 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), fc.boolean(), (changes, height, isRead) => {
        let table = isRead ? settle(EMPTY_TABLE) : EMPTY_TABLE;
        for (const { names: now, move } of changes) {
          const source = now.map((name) => row('shop', `n${name}`, name % 3 === 0 ? 'high' : 'low'));
          const before = table.pinned ? cursorRow(table)?.key : undefined;
          table = absorbRows(table, source, { ...SCOPE, height });
          expect(new Set(table.shown.map((one) => one.key))).toEqual(new Set(source.map((one) => one.key)));
          const survives = before !== undefined && source.some((one) => one.key === before);
          expect(survives ? cursorRow(table)?.key : before).toBe(before);
          table = moveTo(table, table.cursor + move, height);
          expect(table.cursor).toBeGreaterThanOrEqual(table.offset);
          expect(table.cursor).toBeLessThan(table.offset + height);
        }
        const sorted = resort(table, { ...SCOPE, height });
        expect(sorted.shown).toEqual([...table.source].sort(rowOrder(WORST_FIRST)));
      }),
    );
  });

  test('an offset never leaves empty lines below while rows are above', () => {
    expect(scrollTo(9, 8, 5, 10)).toBe(5);
    expect(scrollTo(0, 3, 5, 3)).toBe(0);
  });
});
