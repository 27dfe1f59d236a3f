import { stringify } from 'yaml';
import { UsageError, type CommandContext } from './command.ts';

/** Rows as aligned columns with two spaces between them; the last column is as wide as its text. */
export function columnsText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/**
 * Prints an answer as `-o` asks.
 *
 * @throws UsageError for a form that the command does not have
 */
export function printAnswer(context: CommandContext, data: unknown, text: () => string): void {
  switch (context.output) {
    case undefined:
    case 'text':
    case 'wide':
      context.print(text());
      return;
    case 'json':
      context.print(`${JSON.stringify(data, null, 2)}\n`);
      return;
    case 'yaml':
      context.print(stringify(data, { lineWidth: 0 }));
      return;
    default:
      throw new UsageError(`-o ${context.output} is not a form of this answer: text, json or yaml`);
  }
}
