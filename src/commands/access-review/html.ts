import { html } from '../../report/html-escape.ts';
import { pageEnd, pageStart } from '../../report/html.ts';
import { COLUMNS, type ReviewRow } from './rows.ts';

/** The review as one page without network or script of others: sorts, filters, prints; decisions are written by hand. */
export function reviewHtml(rows: readonly ReviewRow[], holes: readonly string[]): string {
  const head = COLUMNS.map((name) => `<th>${name}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${COLUMNS.map((name) => `<td>${html(row[name])}</td>`).join('')}</tr>\n`)
    .join('');
  const notes = holes.map((hole) => `<p class="muted">not judged: ${html(hole)}</p>\n`).join('');
  return (
    `${pageStart('access review')}<h1>access review</h1>\n<p class="muted">${rows.length} rows</p>\n${notes}` +
    `<table class="sortable"><thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody></table>\n${pageEnd()}`
  );
}
