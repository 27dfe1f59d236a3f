import { currentItem, placeBody } from './body-lines.ts';
import { footerLines } from './chrome-lines.ts';
import { connectionSpans } from './coverage-text.ts';
import { helpRows } from './help-table.ts';
import { lineText } from './span.ts';
import { here, openPane, openTable, type SessionState } from './state.ts';
import { cursorRow } from './table-state.ts';

/**
 * The session for a screen reader: where one is, what is under the cursor as a sentence, and what was said; no table,
 * no lines drawn, nothing that changes by itself except the connection.
 */
export function linearLines(state: SessionState): readonly string[] {
  const pane = openPane(state);
  const body =
    state.help !== null
      ? helpRows(state).map(({ keys, help }) => `${keys} ${help}`)
      : pane === null
        ? bodyText(state)
        : rowText(state);
  const footer = footerLines(state).slice(0, 1).map(lineText);
  // The indentation of a text is its structure.
  return [placeText(state), ...body.map((text) => text.trimEnd()), ...footer.map((text) => text.trim())].filter(
    (text) => text !== '',
  );
}

function placeText(state: SessionState): string {
  const { place } = here(state);
  const where = 'pane' in place ? `${place.pane} ${place.type}` : place.type;
  const connection = connectionSpans(state.snapshot, '')
    .map((one) => one.text.trim())
    .join(', ');
  return `${where}, ${state.namespace ?? (state.snapshot.scope || 'all namespaces')}, ${connection}`;
}

function rowText(state: SessionState): readonly string[] {
  const table = openTable(state);
  const row = table === undefined ? undefined : cursorRow(table);
  if (table === undefined || row === undefined) return ['no row'];
  const isPending =
    row.severity === null && state.snapshot.panes.some((one) => one.name === openPane(state) && one.pending.length > 0);
  const cells = Object.entries(row.cells)
    .filter(([, cell]) => cell.text !== '')
    .map(([name, cell]) => `${name.toLowerCase()} ${isPending && name === 'SEVERITY' ? 'not judged yet' : cell.text}`);
  const marked = table.marks.has(row.key) ? ', marked' : '';
  return [`row ${table.cursor + 1} of ${table.shown.length}${marked}: ${cells.join(', ')}`];
}

function bodyText(state: SessionState): readonly string[] {
  const body = placeBody(state);
  const item = currentItem(state, body);
  if (item === null) return [...body.head, ...body.lines].map(lineText);
  const items = body.lines.filter((one) => one.item !== undefined);
  const at = items.findIndex((one) => one.item === item);
  return [`${at + 1} of ${items.length}: ${lineText(items[at] ?? { spans: [] })}`];
}
