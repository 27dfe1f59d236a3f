import type { Row } from '../panes/pane.ts';
import { NO_FILTER, type RowFilter } from './filter.ts';
import { groupedOrder, type Grouping } from './group-rows.ts';
import { mergeRows, selectRows } from './select-rows.ts';
import { rowOrder, WORST_FIRST, type Sort } from './sort-rows.ts';

/** A pane's table: which rows stand where, and where the cursor is. */
export interface TableState {
  /** The pane's rows that `shown` was made from. */
  readonly source: readonly Row[];
  /** Rows after filter and sort. */
  readonly shown: readonly Row[];
  readonly cursor: number;
  /** Index of the first row on the screen. */
  readonly offset: number;
  /**
   * Whether the cursor belongs to its row. Until a person has touched the table, and while the first lists run, the
   * cursor stays at the top instead.
   */
  readonly pinned: boolean;
  /** Whether the first lists were read and judged: until then rows sort themselves in, from then on they keep their places. */
  readonly settled: boolean;
  /** Rows that arrived above the screen since it was last scrolled there. */
  readonly newAbove: number;
  readonly sort: Sort;
  /** Names of the columns that a person chose, in their order; null: the pane's own. */
  readonly columns: readonly string[] | null;
  readonly filter: RowFilter;
  readonly marks: ReadonlySet<string>;
  /** Milliseconds; the audit pane can look back. null: now. */
  readonly asOf: number | null;
}

/** What applies to every table. */
export interface TableScope {
  readonly namespace: string | null;
  readonly onlyFailing: boolean;
  readonly grouping: Grouping;
  /** Lines for rows on the screen. */
  readonly height: number;
}

/** Rows between the cursor and the edge of the screen while there are more. */
const SCROLL_MARGIN = 2;

export const EMPTY_TABLE: TableState = {
  source: [],
  shown: [],
  cursor: 0,
  offset: 0,
  pinned: false,
  settled: false,
  newAbove: 0,
  sort: WORST_FIRST,
  columns: null,
  filter: NO_FILTER,
  marks: new Set(),
  asOf: null,
};

/** The row under the cursor. */
export function cursorRow(table: TableState): Row | undefined {
  return table.shown[table.cursor];
}

/** Takes over new rows: the cursor keeps its row and its line on the screen, what comes above it scrolls off. */
export function absorbRows(table: TableState, source: readonly Row[], scope: TableScope): TableState {
  const marks = keepMarks(table.marks, source);
  if (!table.settled || table.shown.length === 0) return resort({ ...table, source, marks }, scope);
  const selected = selectRows(source, { ...scope, filter: table.filter, asOf: table.asOf });
  const order = groupedOrder(rowOrder(table.sort), selected, scope.grouping);
  const same = selected.length === source.length ? renewedRows(table, source) : undefined;
  const { rows, added } = same === undefined ? mergeRows(table.shown, selected, order) : { rows: same, added: NONE };
  const cursor = same === undefined ? follow(table, rows) : table.cursor;
  const offset = table.offset + (cursor - table.cursor);
  const moved = withCursor({ ...table, source, shown: rows, marks }, cursor, offset, scope.height, 0);
  return { ...moved, newAbove: Math.min(moved.offset, table.newAbove + countAdded(rows, added, moved.offset)) };
}

/** Selects and sorts from scratch, after a change of filter, sort or scope; the cursor keeps its row if it can. */
export function resort(table: TableState, scope: TableScope): TableState {
  const selected = selectRows(table.source, { ...scope, filter: table.filter, asOf: table.asOf });
  const shown = [...selected].sort(groupedOrder(rowOrder(table.sort), selected, scope.grouping));
  const key = cursorRow(table)?.key;
  const there = table.pinned ? shown.findIndex((row) => row.key === key) : 0;
  const cursor = Math.max(0, there);
  const line = table.cursor - table.offset;
  return withCursor({ ...table, shown, newAbove: 0 }, cursor, cursor - line, scope.height, 0);
}

/** Puts the cursor on a row. */
export function moveTo(table: TableState, cursor: number, height: number): TableState {
  const moved = withCursor({ ...table, pinned: true }, cursor, table.offset, height);
  return { ...moved, newAbove: Math.min(table.newAbove, moved.offset) };
}

/** Fits the table to a height. */
export function fitTable(table: TableState, height: number): TableState {
  return withCursor(table, table.cursor, table.offset, height);
}

/** From now on the cursor belongs to the row that it is on. */
export function pin(table: TableState): TableState {
  return table.pinned ? table : { ...table, pinned: true };
}

/** The first lists are read and judged: the cursor belongs to its row, and rows keep their places. */
export function settle(table: TableState): TableState {
  return table.settled && table.pinned ? table : { ...table, pinned: true, settled: true };
}

/** Marks the row under the cursor, or takes its mark away. */
export function toggleMark(table: TableState): TableState {
  const row = cursorRow(table);
  if (row === undefined) return table;
  const marks = new Set(table.marks);
  if (!marks.delete(row.key)) marks.add(row.key);
  return { ...table, marks, pinned: true };
}

/** The marked rows in the order of the table; without marks the row under the cursor. */
export function chosenRows(table: TableState): readonly Row[] {
  if (table.marks.size > 0) return table.source.filter((row) => table.marks.has(row.key)).sort(rowOrder(table.sort));
  const row = cursorRow(table);
  return row === undefined ? [] : [row];
}

/** The offset that keeps a cursor on the screen with a margin, moving as little as possible. */
export function scrollTo(
  cursor: number,
  offset: number,
  height: number,
  count: number,
  wanted = SCROLL_MARGIN,
): number {
  const margin = Math.min(wanted, Math.floor((height - 1) / 2));
  const lowest = Math.min(cursor - margin, Math.max(0, count - height));
  const highest = Math.max(0, cursor + margin + 1 - height);
  const scrolled = Math.max(Math.min(offset, lowest), highest);
  return Math.max(0, Math.min(scrolled, Math.max(0, count - height)));
}

function withCursor(
  table: TableState,
  cursor: number,
  offset: number,
  height: number,
  margin = SCROLL_MARGIN,
): TableState {
  const count = table.shown.length;
  const at = Math.max(0, Math.min(cursor, count - 1));
  return { ...table, cursor: at, offset: scrollTo(at, offset, Math.max(1, height), count, margin) };
}

const NONE: ReadonlySet<string> = new Set();

/** The rows on show in their newest form, where the pane's rows are about the same as before; undefined where not. */
function renewedRows({ shown, source: before }: TableState, now: readonly Row[]): readonly Row[] | undefined {
  if (shown.length !== now.length || before.length !== now.length) return undefined;
  const changed = new Map<string, Row>();
  for (const [at, row] of now.entries()) {
    if (before[at] === row) continue;
    if (before[at]?.key !== row.key) return undefined;
    changed.set(row.key, row);
  }
  return changed.size === 0 ? shown : shown.map((row) => changed.get(row.key) ?? row);
}

/** Where the cursor's row went; if it is gone, the nearest one below it that is still there, else above. */
function follow(table: TableState, rows: readonly Row[]): number {
  const key = cursorRow(table)?.key;
  const there = rows.findIndex((row) => row.key === key);
  if (there >= 0) return there;
  const index = new Map(rows.map((row, at) => [row.key, at]));
  for (let at = table.cursor; at < table.shown.length; at += 1) {
    const found = index.get(table.shown[at]?.key ?? '');
    if (found !== undefined) return found;
  }
  for (let at = table.cursor - 1; at >= 0; at -= 1) {
    const found = index.get(table.shown[at]?.key ?? '');
    if (found !== undefined) return found;
  }
  return 0;
}

function countAdded(rows: readonly Row[], added: ReadonlySet<string>, end: number): number {
  if (added.size === 0) return 0;
  let count = 0;
  for (let at = 0; at < end; at += 1) if (added.has(rows[at]?.key ?? '')) count += 1;
  return count;
}

function keepMarks(marks: ReadonlySet<string>, rows: readonly Row[]): ReadonlySet<string> {
  if (marks.size === 0) return marks;
  const kept = rows.filter((row) => marks.has(row.key));
  return kept.length === marks.size ? marks : new Set(kept.map((row) => row.key));
}
