import { CsvTextError, parseCsv } from '../../kube/csv-text.ts';
import { UsageError } from '../command.ts';
import type { GoingRow } from './removals.ts';
import { COLUMNS, type HeldRow, type ReviewRow } from './rows.ts';

/** What a reviewer decided about a row; undefined where nothing was written. */
type Decision = 'keep' | 'remove' | undefined;

const WORDS: Readonly<Record<string, Decision>> = {
  keep: 'keep',
  approve: 'keep',
  approved: 'keep',
  yes: 'keep',
  remove: 'remove',
  revoke: 'remove',
  delete: 'remove',
  no: 'remove',
};

/** Rows of an earlier review, which whoever reviewed may have filled. */
export type PreviousRows = ReadonlyMap<string, ReviewRow>;

/**
 * Reads a review back: the CSV that was filled (as a spreadsheet saves it), or its JSON.
 *
 * @throws UsageError where it is no review, or a decision is none
 */
export function previousRows(text: string, path: string): PreviousRows {
  const rows = text.trimStart().startsWith('{') ? jsonRows(text, path) : csvRows(text, path);
  const found = new Map<string, ReviewRow>();
  for (const [at, row] of rows.entries()) {
    if (row.changed === 'removed') continue;
    if (decisionOf(row) === undefined && row.decision !== '') {
      throw new UsageError(
        `${path}: row ${at + 1} (${row.subject}, ${row.binding}): decision "${row.decision}" is neither keep nor remove`,
      );
    }
    found.set(keyOf(row), row);
  }
  return found;
}

function decisionOf({ decision }: ReviewRow): Decision {
  const word = decision.trim().toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
}

/**
 * The rows of now beside those of before: what is new or changed, and at the end what is gone. A decision stays with
 * what it was made about: a row that gives something else than then is undecided again.
 */
export function compared(rows: readonly HeldRow[], before: PreviousRows | undefined): readonly ReviewRow[] {
  if (before === undefined) return rows.map(({ row }) => row);
  const keys = new Set(rows.map(({ row }) => keyOf(row)));
  const gone = [...before].filter(([key]) => !keys.has(key)).map(([, row]) => ({ ...row, changed: 'removed' }));
  const now = rows.map(({ row }): ReviewRow => {
    const old = before.get(keyOf(row));
    if (old === undefined) return { ...row, changed: 'new' };
    return isSame(row, old)
      ? { ...row, changed: 'same', decision: old.decision, reviewer: old.reviewer }
      : { ...row, changed: 'changed' };
  });
  return [...now, ...gone];
}

/** Rows of now that were decided to go, and those of them that give something else than when that was decided. */
export function toRemove(
  rows: readonly HeldRow[],
  before: PreviousRows,
): { readonly going: readonly GoingRow[]; readonly changed: readonly HeldRow[] } {
  const decided = rows.flatMap((held) => {
    const old = before.get(keyOf(held.row));
    return old !== undefined && decisionOf(old) === 'remove' ? [{ held, old }] : [];
  });
  return {
    going: decided
      .filter(({ held, old }) => isSame(held.row, old))
      .map(({ held, old }) => ({ ...held, reviewer: old.reviewer })),
    changed: decided.filter(({ held, old }) => !isSame(held.row, old)).map(({ held }) => held),
  };
}

function keyOf({ subject, scope, binding }: ReviewRow): string {
  return JSON.stringify([subject, scope, binding]);
}

function isSame(row: ReviewRow, old: ReviewRow): boolean {
  return row.role === old.role && row.gives === old.gives;
}

function csvRows(text: string, path: string): readonly ReviewRow[] {
  try {
    return parseCsv(text, ['subject', 'scope', 'binding', 'role', 'gives', 'decision']).map(({ cells }) =>
      rowOf(cells),
    );
  } catch (error) {
    if (error instanceof CsvTextError) throw new UsageError(`${path} is no review: ${error.message}`);
    throw error;
  }
}

function jsonRows(text: string, path: string): readonly ReviewRow[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no review in JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const rows = (data as { readonly rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) throw new UsageError(`${path} is no review: it has no rows`);
  return rows.map((row) => rowOf(typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : {}));
}

/** Every column as text, whatever the file holds. */
function rowOf(cells: Readonly<Record<string, unknown>>): ReviewRow {
  const text = (name: string): string => (typeof cells[name] === 'string' ? cells[name] : '');
  return Object.fromEntries(COLUMNS.map((name) => [name, text(name)])) as ReviewRow;
}
