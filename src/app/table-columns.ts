import type { Column, Row } from '../panes/pane.ts';
import type { SortKey } from './sort-rows.ts';
import { textWidth } from './text-width.ts';

/** A column as it stands on the screen. */
export interface PlacedColumn {
  readonly column: Column;
  readonly width: number;
}

export const COLUMN_GAP = 2;
/** The column that names the row keeps this many columns, if it needs them, before others go. */
const IDENTITY = 22;

/** Rows that are looked at for the widths: enough that a wide value is not missed often, few enough for every frame. */
const SAMPLE = 2000;

const WIDTHS = new WeakMap<readonly Row[], Map<string, number>>();

/** The columns of a table that are shown where there is room: those that a person chose, in that order, else the usual. */
export function shownColumns(
  columns: readonly Column[],
  chosen: readonly string[] | null,
  wide: boolean,
): readonly Column[] {
  if (chosen === null) return columns.filter((column) => wide || column.wide !== true);
  return chosen.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/** A column as a person types it: `exposed` for EXPOSED BY. */
export function columnWord({ name }: Column): string {
  return name.toLowerCase().split(' ')[0] ?? name;
}

/**
 * Columns by what a person typed: a name in any case, or the beginning of one.
 *
 * @returns the columns, each once; or the first text that names none of them
 */
export function columnsNamed(columns: readonly Column[], texts: readonly string[]): readonly Column[] | string {
  const found = new Set<Column>();
  for (const text of texts) {
    const wanted = text.toUpperCase();
    const column = columns.find((one) => one.name === wanted) ?? columns.find((one) => one.name.startsWith(wanted));
    if (column === undefined) return text;
    found.add(column);
  }
  return [...found];
}

/**
 * The columns that fit into `room`, with their widths: each as wide as its widest content within its limits; where that
 * is too much they shrink towards their least width, then the last ones go (never the first three).
 */
export function placeColumns(columns: readonly Column[], rows: readonly Row[], room: number): readonly PlacedColumn[] {
  let chosen = columns;
  const identity = sortedColumn(columns, 'name');
  const leastWidth = (column: Column): number => {
    const asked = column === identity ? Math.max(column.width[0], IDENTITY) : column.width[0];
    return Math.max(headWidth(column), Math.min(asked, contentWidth(column, rows)));
  };
  const least = (list: readonly Column[]): number =>
    list.reduce((sum, column) => sum + leastWidth(column) + COLUMN_GAP, -COLUMN_GAP);
  while (chosen.length > 3 && least(chosen) > room) chosen = chosen.slice(0, -1);
  const wanted = chosen.map((column) => contentWidth(column, rows));
  const widths = chosen.map((column, at) => Math.min(wanted[at] ?? 0, Math.max(column.width[1], headWidth(column))));
  const gaps = COLUMN_GAP * Math.max(0, chosen.length - 1);
  let spare = room - gaps - widths.reduce((sum, width) => sum + width, 0);
  while (spare < 0) {
    const at = widestAbove(widths, chosen.map(leastWidth));
    if (at < 0) break;
    widths[at] = (widths[at] ?? 0) - 1;
    spare += 1;
  }
  for (const at of widths.keys()) {
    const more = Math.min(Math.max(0, spare), (wanted[at] ?? 0) - (widths[at] ?? 0));
    widths[at] = (widths[at] ?? 0) + more;
    spare -= more;
  }
  return chosen.map((column, at) => ({ column, width: widths[at] ?? 0 }));
}

/** The column that shows what a sort key sorts by. */
export function sortedColumn(columns: readonly Column[], by: SortKey): Column | undefined {
  const named = (name: string): Column | undefined => columns.find((column) => column.name === name);
  switch (by) {
    case 'severity':
      return named('SEVERITY');
    case 'namespace':
      return named('NAMESPACE');
    case 'age':
      return named('AGE') ?? named('LAST');
    case 'name':
      return columns.find((column) => column.name !== 'SEVERITY' && column.name !== 'NAMESPACE');
  }
}

/** The widest that can give a column, or -1. */
function widestAbove(widths: readonly number[], least: readonly number[]): number {
  let best = -1;
  for (const [at, width] of widths.entries()) {
    if (width > (least[at] ?? 0) && width > (widths[best] ?? 0)) best = at;
  }
  return best;
}

/** A column's name and its sort mark. */
function headWidth(column: Column): number {
  return column.name.length + 1;
}

/** The widest content of a column among the rows, its head among them. */
function contentWidth(column: Column, rows: readonly Row[]): number {
  let widths = WIDTHS.get(rows);
  if (widths === undefined) WIDTHS.set(rows, (widths = new Map()));
  const known = widths.get(column.name);
  if (known !== undefined) return known;
  const step = Math.max(1, Math.floor(rows.length / SAMPLE));
  let widest = headWidth(column);
  for (let at = 0; at < rows.length; at += step) {
    const text = rows[at]?.cells[column.name]?.text ?? '';
    // No character takes more than two columns.
    if (2 * text.length > widest) widest = Math.max(widest, textWidth(text));
  }
  widths.set(column.name, widest);
  return widest;
}
