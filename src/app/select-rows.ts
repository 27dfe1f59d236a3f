import type { Row } from '../panes/pane.ts';
import type { RowFilter } from './filter.ts';

/** Which rows of a pane a person wants to see. */
export interface RowSelection {
  readonly filter: RowFilter;
  /** null: all namespaces, and what belongs to none. */
  readonly namespace: string | null;
  readonly onlyFailing: boolean;
  /** Milliseconds; rows that began later are left out. null: now. */
  readonly asOf: number | null;
}

/** The rows that a selection lets through, in the order they came. */
export function selectRows(rows: readonly Row[], selection: RowSelection): readonly Row[] {
  const { filter, namespace, onlyFailing, asOf } = selection;
  if (filter.text === '' && namespace === null && !onlyFailing && asOf === null) return rows;
  return rows.filter(
    (row) =>
      (namespace === null || isIn(row, namespace)) &&
      (!onlyFailing || isFailing(row)) &&
      (asOf === null || (row.began ?? row.created ?? 0) <= asOf) &&
      filter.test(row),
  );
}

/** A namespace is in itself. */
function isIn(row: Row, namespace: string): boolean {
  return row.namespace === namespace || (row.kind === 'Namespace' && row.name === namespace);
}

/** Whether a row needs attention: it has findings, or could not be judged. */
function isFailing(row: Row): boolean {
  return row.severity !== null;
}

/**
 * Rows in the order in which they stood, in their newest form; rows that are gone are left out, new ones come before
 * the first row that sorts behind them. So nothing moves under a person's eyes.
 *
 * @returns the order and the keys that were not there before
 */
export function mergeRows(
  before: readonly Row[],
  now: readonly Row[],
  order: (a: Row, b: Row) => number,
): { readonly rows: readonly Row[]; readonly added: ReadonlySet<string> } {
  const fresh = new Map(now.map((row) => [row.key, row]));
  const kept: Row[] = [];
  for (const old of before) {
    const row = fresh.get(old.key);
    if (row === undefined) continue;
    kept.push(row);
    fresh.delete(old.key);
  }
  const added = [...fresh.values()].sort(order);
  if (added.length === 0) return { rows: kept, added: new Set() };
  const rows: Row[] = [];
  let next = 0;
  for (const row of kept) {
    for (let one = added[next]; one !== undefined && order(one, row) < 0; one = added[next]) {
      rows.push(one);
      next += 1;
    }
    rows.push(row);
  }
  return { rows: [...rows, ...added.slice(next)], added: new Set(fresh.keys()) };
}
