import type { Effect } from './effect.ts';
import type { Place, Visit } from './place.ts';
import { activePane, here, type SessionState } from './state.ts';

/** A new state and what is to be done besides. */
export interface Step {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
}

/** Places kept in the history. */
const MAX_VISITS = 50;

/** A step that does nothing outside. */
export function stay(state: SessionState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

/** Opens a place below the present one: `esc` leads back. */
export function open(state: SessionState, place: Place): Step {
  return openBelow(state, place, here(state));
}

/** Opens a place; `esc` leads to `parent`, undefined makes it a top. */
export function openBelow(state: SessionState, place: Place, parent: Visit | undefined): Step {
  const visit: Visit = { id: state.nextId, place, parent, scroll: 0, item: null };
  const visits = [...state.visits.slice(0, state.at + 1), visit].slice(-MAX_VISITS);
  return arrive({ ...state, visits, at: visits.length - 1, last: here(state), nextId: state.nextId + 1 });
}

/** Leads to the place above; undefined at the top. */
export function up(state: SessionState): Step | undefined {
  const { parent } = here(state);
  if (parent === undefined) return undefined;
  const before = state.visits[state.at - 1];
  if (before?.id === parent.id) return arrive({ ...state, at: state.at - 1, last: here(state) });
  const visits = [...state.visits.slice(0, state.at + 1), parent].slice(-MAX_VISITS);
  return arrive({ ...state, visits, at: visits.length - 1, last: here(state) });
}

/** Goes through the history: -1 back, 1 forward; undefined at its ends. */
export function travel(state: SessionState, by: -1 | 1): Step | undefined {
  const at = state.at + by;
  if (state.visits[at] === undefined) return undefined;
  return arrive({ ...state, at, last: here(state) });
}

/** Back to the visit before this one, and with the same key here again. */
export function swap(state: SessionState): Step | undefined {
  const { last } = state;
  if (last === undefined) return undefined;
  const there = state.visits.findIndex((visit) => visit.id === last.id);
  if (there >= 0) return arrive({ ...state, at: there, last: here(state) });
  const visits = [...state.visits.slice(0, state.at + 1), last];
  return arrive({ ...state, visits, at: visits.length - 1, last: here(state) });
}

/** Changes a visit, wherever in the history it is. */
export function changeVisit(state: SessionState, id: number, change: (visit: Visit) => Visit): SessionState {
  return { ...state, visits: state.visits.map((visit) => (visit.id === id ? change(visit) : visit)) };
}

/** Changes the present visit. */
export function changeHere(state: SessionState, change: Partial<Visit>): SessionState {
  return changeVisit(state, here(state).id, (visit) => ({ ...visit, ...change }));
}

function arrive(state: SessionState): Step {
  return stay({ ...state, help: null, message: null }, { type: 'focus', pane: activePane(state) });
}
