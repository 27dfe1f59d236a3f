import type { RowFilter } from './filter.ts';
import { changeTable } from './move-actions.ts';
import { changeHere } from './navigation.ts';
import { scopeOf } from './scope.ts';
import { here, openTable, type SessionState } from './state.ts';
import { resort } from './table-state.ts';

/** The filter of the table or the list of things that is open; undefined where there is nothing to filter. */
export function openFilter(state: SessionState): RowFilter | undefined {
  const { place } = here(state);
  if (place.type === 'related') return place.groups === null ? undefined : place.filter;
  return openTable(state)?.filter;
}

/** Whether a filter hides something, or could. */
export function isFiltered(state: SessionState): boolean {
  return (openFilter(state)?.text ?? '') !== '';
}

/** Filters the table or the list that is open. */
export function withOpenFilter(state: SessionState, filter: RowFilter): SessionState {
  const { place } = here(state);
  if (place.type === 'related') return changeHere(state, { place: { ...place, filter }, scroll: 0 });
  return changeTable(state, (table) => resort({ ...table, filter }, scopeOf(state)));
}
