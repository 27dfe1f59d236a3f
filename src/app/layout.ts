import { here, type SessionState } from './state.ts';

/** Below this many rows the screen drops its rule lines. */
const ROOMY = 16;

/** Below this many columns a line holds only what it is about. */
const NARROW = 70;

/** Whether lines must do without what is said elsewhere. */
export function isNarrow(state: SessionState): boolean {
  return state.columns < NARROW;
}

/** Lines of the header: who and where, the tabs, and on a screen with room a rule. */
export function headerHeight(state: SessionState): number {
  return state.rows >= ROOMY ? 3 : 2;
}

/** Lines of the footer: a status line, and the keys where there is room for more than the table. */
export function footerHeight(state: SessionState): number {
  return state.rows >= 8 ? 2 : 1;
}

/** Lines between header and footer. */
export function bodyHeight(state: SessionState): number {
  return Math.max(1, state.rows - headerHeight(state) - footerHeight(state));
}

/** Lines above a table's rows: the pane's headline where there is room, and the names of the columns. */
export function tableHeadHeight(state: SessionState): number {
  return state.rows >= ROOMY ? 2 : 1;
}

/** Lines for the rows of a table. */
export function tableHeight(state: SessionState): number {
  return Math.max(1, bodyHeight(state) - tableHeadHeight(state));
}

/** How far a page key moves at the present place. */
export function pageSize(state: SessionState): number {
  const height = here(state).place.type === 'pane' ? tableHeight(state) : bodyHeight(state);
  return Math.max(1, height - 1);
}
