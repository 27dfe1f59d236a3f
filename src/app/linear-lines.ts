import { currentItem, placeBody } from './body-lines.ts';
import { footerLines } from './chrome-lines.ts';
import { connectionSpans } from './coverage-text.ts';
import { helpRows } from './help-table.ts';
import { clockText } from './number-text.ts';
import { lineText, type Line } from './span.ts';
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
  // What stands at its right is the position, which the body tells itself.
  const footer = footerLines(state)
    .slice(0, 1)
    .map(({ spans }) => lineText({ spans }));
  // The indentation of a text is its structure.
  return [placeText(state), ...body.map((text) => text.trimEnd()), ...footer.map((text) => text.trim())].filter(
    (text) => text !== '',
  );
}

function placeText(state: SessionState): string {
  const { place } = here(state);
  const where = 'pane' in place ? `${place.pane} ${place.type}` : place.type;
  const { connection, scope } = state.snapshot;
  const [status, ...rest] = connectionSpans(state.snapshot, '').map((one) => one.text.trim());
  // Seconds that are counted would be read out one after the other.
  const told = connection.status === 'stale' ? `stale since ${clockText(connection.since)} UTC` : status;
  return [where, state.namespace ?? (scope || 'all namespaces'), told, ...rest].join(', ');
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

/** Columns on which no line of a list has to be cut. */
const UNCUT = 2000;

function bodyText(state: SessionState): readonly string[] {
  const narrow = placeBody(state);
  if (currentItem(state, narrow) === null) return [...narrow.head, ...narrow.lines].map(lineText);
  const body = placeBody({ ...state, columns: UNCUT });
  const item = currentItem(state, body);
  const items = body.lines.filter((one) => one.item !== undefined);
  const at = items.findIndex((one) => one.item === item);
  const current = items[at] ?? { spans: [] };
  const heading = body.lines
    .slice(0, body.lines.indexOf(current))
    .findLast((one) => one.item === undefined && one.spans.some(({ style }) => style === 'heading'));
  const section = heading === undefined ? '' : `${lineText(heading).trim()}, `;
  return [`${section}${at + 1} of ${items.length}: ${sentence(current)}`];
}

/** The parts of a line, which stand in columns, one after the other. */
function sentence({ spans, right = [] }: Line): string {
  return [...spans, ...right]
    .map(({ text, style }) => (style === 'key' && text.trim() === 'f' ? 'f fixes it' : text.trim()))
    .filter((text) => text !== '')
    .join(', ');
}
