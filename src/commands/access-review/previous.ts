import { textOfHtml } from '../../report/html-escape.ts';
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

/** What is read back: the rows, and the rows that stand there more than once, as texts. */
interface ReadBack {
  readonly rows: PreviousRows;
  readonly repeated: readonly string[];
}

/**
 * Reads a review back: the CSV that was filled (as a spreadsheet saves it), its JSON, or its page as a browser saves it.
 * Of a row that is there more than once the decided one counts.
 *
 * @throws UsageError where it is no review, a decision is none, or two rows decide otherwise about the same
 */
export function previousRows(text: string, path: string): ReadBack {
  const found = new Map<string, ReviewRow>();
  const repeated = new Set<string>();
  for (const [at, row] of rowsIn(text, path).entries()) {
    if (row.changed === 'removed') continue;
    const decision = decisionOf(row);
    if (decision === undefined && row.decision !== '') {
      throw new UsageError(
        `${path}: row ${at + 1} (${rowText(row)}): decision "${row.decision}" is neither keep nor remove`,
      );
    }
    const key = keyOf(row);
    const before = found.get(key);
    const other = before === undefined ? undefined : decisionOf(before);
    if (before !== undefined) repeated.add(rowText(row));
    if (decision !== undefined && other !== undefined && decision !== other) {
      throw new UsageError(
        `${path}: row ${at + 1} (${rowText(row)}) is to ${decision}, and an earlier row of the same is to ${other}`,
      );
    }
    if (before === undefined || decision !== undefined) found.set(key, row);
  }
  return { rows: found, repeated: [...repeated] };
}

function rowsIn(text: string, path: string): readonly ReviewRow[] {
  const start = text.trimStart();
  if (start.startsWith('{')) return jsonRows(text, path);
  return /^<!doctype html/i.test(start) || /^<html/i.test(start) ? htmlRows(text, path) : csvRows(text, path);
}

/** `User bob in RoleBinding shop/read` */
function rowText({ subject, binding }: ReviewRow): string {
  return `${subject} in ${binding}`;
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

/**
 * Rows of now that were decided to go, and what of that cannot be done, as texts: rows that give something else than
 * when that was decided, and rows that are not there (any more).
 */
export function toRemove(
  rows: readonly HeldRow[],
  before: PreviousRows,
): { readonly going: readonly GoingRow[]; readonly notDone: readonly string[] } {
  const keys = new Set(rows.map(({ row }) => keyOf(row)));
  const gone = [...before].filter(([key, row]) => !keys.has(key) && decisionOf(row) === 'remove');
  const decided = rows.flatMap((held) => {
    const old = before.get(keyOf(held.row));
    return old !== undefined && decisionOf(old) === 'remove' ? [{ held, old }] : [];
  });
  return {
    going: decided
      .filter(({ held, old }) => isSame(held.row, old))
      .map(({ held, old }) => ({ ...held, reviewer: old.reviewer })),
    notDone: [
      ...decided
        .filter(({ held, old }) => !isSame(held.row, old))
        .map(({ old }) => `${rowText(old)} gives something else than when that was decided`),
      ...gone.map(([, row]) => `${rowText(row)} is not there: it is gone already, or the row was changed`),
    ],
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

/** The table of the review's own page, in whatever order and case a browser writes its tags. */
function htmlRows(text: string, path: string): readonly ReviewRow[] {
  const lines = [...text.matchAll(/<tr\b[^>]*>(.*?)<\/tr>/gis)].map(([, line = '']) =>
    [...line.matchAll(/<t[dh]\b[^>]*>(.*?)<\/t[dh]>/gis)].map(([, cell = '']) => textOfHtml(cell)),
  );
  const [head = [], ...rows] = lines;
  const missing = COLUMNS.filter((name) => !head.includes(name));
  if (missing.length > 0) throw new UsageError(`${path} is no review: its table lacks ${missing.join(', ')}`);
  return rows.map((cells) => rowOf(Object.fromEntries(head.map((name, at) => [name, cells[at] ?? '']))));
}

/** Every column as text, whatever the file holds. */
function rowOf(cells: Readonly<Record<string, unknown>>): ReviewRow {
  const text = (name: string): string => (typeof cells[name] === 'string' ? cells[name] : '');
  return Object.fromEntries(COLUMNS.map((name) => [name, text(name)])) as ReviewRow;
}
