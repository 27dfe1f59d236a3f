import type { PaneName } from '../model/finding.ts';
import { tableHeight } from './layout.ts';
import { openBelow, stay, type Step } from './navigation.ts';
import { forEachPane, groupingOf, here, OVERVIEW, type SessionState } from './state.ts';
import { resort, type TableScope, type TableState } from './table-state.ts';

/** What applies to every table now. */
export function scopeOf(state: SessionState): TableScope {
  const { namespace, onlyFailing } = state;
  return { namespace, onlyFailing, grouping: groupingOf(state), height: tableHeight(state) };
}

/** Opens a pane: a sibling of the open one, so that `esc` leads to the overview. */
export function openPaneStep(state: SessionState, pane: PaneName): Step {
  const { place } = here(state);
  if (place.type === 'pane' && place.pane === pane) return stay(state);
  const tables = { ...state.tables, [pane]: resortIfStale(state, pane) };
  const top = state.visits.find((visit) => visit.place.type === 'overview') ?? OVERVIEW;
  return openBelow({ ...state, tables }, { type: 'pane', pane }, top);
}

/** Shows one namespace, or all of them. */
export function setNamespace(state: SessionState, namespace: string | null): SessionState {
  const changed = { ...state, namespace };
  return { ...changed, tables: mapTables(state, (table) => resort(table, scopeOf(changed))) };
}

/** Changes all tables. */
export function mapTables(
  state: SessionState,
  change: (table: TableState, pane: PaneName) => TableState,
): SessionState['tables'] {
  return forEachPane((pane) => change(state.tables[pane], pane));
}

/** The scope may have changed while another pane was open. */
function resortIfStale(state: SessionState, pane: PaneName): TableState {
  return resort(state.tables[pane], scopeOf(state));
}
