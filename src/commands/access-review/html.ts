import { html } from '../../report/html-escape.ts';
import { pageEnd, pageStart } from '../../report/html.ts';
import { COLUMNS, type ReviewRow } from './rows.ts';

/** What a person types into the page. */
const OPEN: ReadonlySet<string> = new Set(['decision', 'reviewer']);
const HOW =
  'Type keep or remove, and who decided, into the last two columns. The page that the browser then saves is read with --previous.';

/**
 * The review as one page without network or script of others: sorts, filters, prints. Decisions are typed into it, and
 * the page that the browser saves is read back.
 */
export function reviewHtml(rows: readonly ReviewRow[], holes: readonly string[]): string {
  const head = COLUMNS.map((name) => `<th>${name}</th>`).join('');
  const body = rows.map((row) => `<tr>${COLUMNS.map((name) => cell(name, row[name])).join('')}</tr>\n`).join('');
  const notes = holes.map((hole) => `<p class="muted">not judged: ${html(hole)}</p>\n`).join('');
  return (
    `${pageStart('access review')}<h1>access review</h1>\n<p class="muted">${rows.length} rows. ${HOW}</p>\n${notes}` +
    `<table class="sortable"><thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody></table>\n${pageEnd()}`
  );
}

function cell(name: string, text: string): string {
  return `<td${OPEN.has(name) ? ' contenteditable="plaintext-only"' : ''}>${html(text)}</td>`;
}
