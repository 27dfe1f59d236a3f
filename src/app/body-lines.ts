import { detailLines } from './detail-lines.ts';
import { bodyHeight } from './layout.ts';
import { contextLines, namespaceLines, relatedLines, textLines } from './list-lines.ts';
import { firstOverviewItem, overviewLines } from './overview-lines.ts';
import { remedyHead, remedyLines } from './remedy-lines.ts';
import type { Line } from './span.ts';
import { here, type SessionState } from './state.ts';

/** What stands between header and footer at places that are no table. */
export interface Body {
  /** Lines that never scroll. */
  readonly head: readonly Line[];
  readonly lines: readonly Line[];
  /** Whether a cursor goes from item to item; else the keys scroll. */
  readonly hasItems: boolean;
}

const BODIES = new WeakMap<SessionState, Body>();

/** The body of the present place; a table is not one (see `tableLines`). Made once for each state. */
export function placeBody(state: SessionState): Body {
  let body = BODIES.get(state);
  if (body === undefined) BODIES.set(state, (body = makeBody(state)));
  return body;
}

function makeBody(state: SessionState): Body {
  const { place } = here(state);
  switch (place.type) {
    case 'overview':
      return { head: [], lines: overviewLines(state), hasItems: true };
    case 'related':
      return { head: [], lines: relatedLines(place, state), hasItems: true };
    case 'namespaces':
      return { head: [], lines: namespaceLines(state), hasItems: true };
    case 'contexts':
      return { head: [], lines: contextLines(place, state), hasItems: true };
    case 'detail':
      return { head: [], lines: detailLines(state, place), hasItems: false };
    case 'remedy':
      return { head: remedyHead(place, state), lines: remedyLines(place, state), hasItems: false };
    case 'text':
      return { head: [], lines: textLines(place, state), hasItems: false };
    case 'pane':
      return { head: [], lines: [], hasItems: false };
  }
}

/** Lines of the body that scroll. */
export function scrollHeight(state: SessionState, body: Body): number {
  return Math.max(1, bodyHeight(state) - body.head.length);
}

/** The item under the cursor: the one that was chosen while it is there, else the first worth standing on. */
export function currentItem(state: SessionState, body: Body = placeBody(state)): string | null {
  if (!body.hasItems) return null;
  const { item } = here(state);
  if (item !== null && body.lines.some((one) => one.item === item)) return item;
  return firstOverviewItem(body.lines);
}

/** The first visible line: the cursor's item is always on the screen. */
export function bodyScroll(state: SessionState, body: Body): number {
  const height = scrollHeight(state, body);
  const last = Math.max(0, body.lines.length - height);
  const scroll = Math.min(here(state).scroll, last);
  const item = currentItem(state, body);
  if (item === null) return scroll;
  const at = body.lines.findIndex((one) => one.item === item);
  // The head of a list stays in sight with its first items.
  if (at < height) return Math.min(scroll, at);
  return Math.max(Math.min(scroll, at), at - height + 1);
}
