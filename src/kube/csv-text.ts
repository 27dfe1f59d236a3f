import { CsvError, parse } from 'csv-parse/sync';

/** One record under its header: the line of the file that it ends on, and its cells by the header's names. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** What the parser makes of one record when it is asked for its line too. */
interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** A text that is no CSV, or lacks a column; the message names the line. */
export class CsvTextError extends Error {}

/**
 * Reads CSV (RFC 4180) with a header row; separated by commas, semicolons or tabs, as the header is (spreadsheets write
 * all three). Cells that `csvCell` guarded against spreadsheets lose the guard. Empty lines are skipped.
 *
 * @param required columns without which the file is of no use; names are compared without case and surrounding space
 * @throws CsvTextError
 */
export function parseCsv(text: string, required: readonly string[]): readonly CsvRecord[] {
  const [header = ''] = text.split('\n', 1);
  const delimiter = [',', ';', '\t'].reduce((best, one) => (count(header, one) > count(header, best) ? one : best));
  let rows: readonly Row[];
  try {
    const options = { delimiter, bom: true, info: true, skip_empty_lines: true, relax_column_count: true, trim: true };
    rows = parse(text, options) as unknown as readonly Row[];
  } catch (error) {
    if (error instanceof CsvError) throw new CsvTextError(error.message.replaceAll(/\s+/g, ' '));
    throw error;
  }
  const names = (rows[0]?.record ?? []).map((name) => name.trim().toLowerCase());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new CsvTextError(`line 1: the header lacks ${missing.join(', ')}; it has ${names.join(', ') || 'nothing'}`);
  }
  return rows.slice(1).map(({ record, info }) => ({
    line: info.lines,
    cells: Object.fromEntries(names.map((name, at) => [name, unguarded(record[at] ?? '')])),
  }));
}

function count(text: string, character: string): number {
  return text.split(character).length;
}

/**
 * Spreadsheets run what begins like a formula, in wide forms too (owasp.org, "CSV Injection"): an apostrophe makes it
 * text. What begins like a guarded text gets one too, or it would lose its own.
 */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/;

/** One cell of a CSV file (RFC 4180), whatever the text holds. `parseCsv` gives it back. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && text !== '-' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function unguarded(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
