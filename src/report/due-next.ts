import { dueText, rotatorText, unlistedText } from '../analyses/secrets/rotation-text.ts';
import { rotationSchedule } from '../analyses/secrets/rotation-schedule.ts';
import { dayText } from '../kube/age.ts';
import { refText } from '../kube/object-ref.ts';
import { someOf } from '../kube/some-of.ts';
import { html } from './html-escape.ts';
import { escaped } from './markdown-escape.ts';
import type { Write } from './format.ts';
import type { Report } from './report.ts';
import { namespaceInScope } from './scope.ts';
import { MOST_DUE } from './sections/secrets.ts';

/** Which Secrets have to be rotated next, as texts. */
interface DueNext {
  readonly rows: readonly DueRow[];
  /** What is not among them, and why; '' for nothing. */
  readonly rest: string;
}

interface DueRow {
  /** YYYY-MM-DD */
  readonly day: string;
  readonly when: string;
  /** `namespace/name` */
  readonly secret: string;
  readonly period: string;
  /** null where nobody is known to. */
  readonly rotator: string | null;
  readonly users: readonly string[];
}

const NOBODY = 'nobody known';
/** Consumers that a line of the text report names. */
const NAMED = 4;
/** Those that a table names. */
const NAMED_IN_TABLES = 20;

/** What the report says of rotation; undefined where it is not about Secrets, or there is none to rotate. */
function dueNext({ engine: { view }, scope }: Report): DueNext | undefined {
  if (scope.panes.length > 0 && !scope.panes.includes('secrets')) return undefined;
  const schedule = rotationSchedule(view, (namespace) => namespaceInScope(namespace, scope), MOST_DUE);
  // Files hardly ever tell when data was written, and nobody rotates a file.
  const isTold = schedule.due.length > 0 || (schedule.undated > 0 && view.facts().source !== 'files');
  if (!isTold) return undefined;
  const rows = schedule.due.map((one) => ({
    day: dayText(one.due),
    when: dueText(one, view.now),
    secret: `${one.namespace}/${one.name}`,
    period: `${one.days} days`,
    rotator: one.rotator,
    users: one.usedBy.map(refText),
  }));
  return { rows, rest: unlistedText(schedule) };
}

/** The Secrets that are due next, a line each. */
export function writeTextDueNext(report: Report, write: Write, most: number): void {
  const due = dueNext(report);
  if (due === undefined) return;
  const shown = due.rows.slice(0, most);
  const width = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  const whenWidth = width(shown.map(({ when }) => when));
  const nameWidth = width(shown.map(({ secret }) => secret));
  write(`\nROTATION DUE NEXT  ${due.rows.length}\n`);
  for (const row of shown) {
    const users = row.users.length === 0 ? 'no user is known' : `used by ${someOf(row.users, NAMED)}`;
    write(
      `  ${row.day}  ${row.when.padEnd(whenWidth)}  Secret ${row.secret.padEnd(nameWidth)}  every ${row.period}, ${rotatorText(row)}, ${users}\n`,
    );
  }
  if (due.rows.length > shown.length) write(`  and ${due.rows.length - shown.length} more (-o wide)\n`);
  if (due.rest !== '') write(`  ${due.rest}\n`);
}

/** The same as a table of Markdown. */
export function writeMarkdownDueNext(report: Report, write: Write): void {
  const due = dueNext(report);
  if (due === undefined) return;
  write(`\n## rotation due next (${due.rows.length})\n\n`);
  write('| due | | Secret | period | rotated by | used by |\n| --- | --- | --- | --- | --- | --- |\n');
  for (const row of due.rows) {
    const cells = [
      row.day,
      row.when,
      row.secret,
      row.period,
      row.rotator ?? NOBODY,
      someOf(row.users, NAMED_IN_TABLES),
    ];
    write(`| ${cells.map(escaped).join(' | ')} |\n`);
  }
  if (due.rest !== '') write(`\n${escaped(due.rest)}\n`);
}

/** The same as a table of the page. */
export function writeHtmlDueNext(report: Report, write: Write): void {
  const due = dueNext(report);
  if (due === undefined) return;
  write('<h2>Rotation due next</h2>\n<table class="sortable">\n<thead><tr>');
  for (const name of ['due', 'when', 'secret', 'period', 'rotated by', 'used by'])
    write(`<th scope="col">${name}</th>`);
  write('</tr></thead>\n<tbody>\n');
  for (const row of due.rows) {
    const when = `<td data-key="${row.day}">${html(row.when)}</td>`;
    const rest = [row.secret, row.period, row.rotator ?? NOBODY, someOf(row.users, NAMED_IN_TABLES)].map(
      (text) => `<td>${html(text)}</td>`,
    );
    write(`<tr><td>${row.day}</td>${when}${rest.join('')}</tr>\n`);
  }
  write('</tbody>\n</table>\n');
  if (due.rest !== '') write(`<p class="muted">${html(due.rest)}</p>\n`);
}
