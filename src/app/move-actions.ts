import { bodyScroll, currentItem, placeBody, scrollHeight } from './body-lines.ts';
import { pageSize, tableHeight } from './layout.ts';
import { changeHere } from './navigation.ts';
import { openPane, type SessionState } from './state.ts';
import { moveTo, type TableState } from './table-state.ts';

/** Moves the cursor, or the text where there is none, by lines; far beyond an end is the end. */
export function moveBy(state: SessionState, by: number): SessionState {
  const pane = openPane(state);
  if (pane !== null) {
    const height = tableHeight(state);
    return changeTable(state, (table) => moveTo(table, table.cursor + by, height));
  }
  const body = placeBody(state);
  if (body.hasItems) return moveItem(state, by);
  const last = Math.max(0, body.lines.length - scrollHeight(state, body));
  const scroll = Math.max(0, Math.min(bodyScroll(state, body) + by, last));
  return changeHere(state, { scroll });
}

/** Half a page, or a page. */
export function pageBy(state: SessionState, pages: number): SessionState {
  return moveBy(state, Math.sign(pages) * Math.max(1, Math.round(pageSize(state) * Math.abs(pages))));
}

/** Changes the open table; nothing where none is open. */
export function changeTable(state: SessionState, change: (table: TableState) => TableState): SessionState {
  const pane = openPane(state);
  if (pane === null) return state;
  const table = state.tables[pane];
  const changed = change(table);
  return changed === table ? state : { ...state, tables: { ...state.tables, [pane]: changed } };
}

function moveItem(state: SessionState, by: number): SessionState {
  const body = placeBody(state);
  const items = body.lines.flatMap((one, at) => (one.item === undefined ? [] : [{ item: one.item, at }]));
  const now = items.findIndex((one) => one.item === currentItem(state, body));
  const next = items[Math.max(0, Math.min(now + by, items.length - 1))];
  if (next === undefined) return state;
  const height = scrollHeight(state, body);
  const scroll = bodyScroll(state, body);
  // At the first item the lines above it come into sight too.
  const isFirst = next === items[0];
  const wanted = isFirst ? 0 : Math.max(Math.min(scroll, next.at), next.at - height + 1);
  return changeHere(state, { item: next.item, scroll: wanted });
}
