import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { changeHere, stay, type Step } from './navigation.ts';
import { REMEDY_TABS, type RemedyPlace } from './place.ts';
import { here, type SessionState } from './state.ts';

/** The remedy that is shown; undefined while there is none. */
export function shownRemedy(state: SessionState): BuiltRemedy | undefined {
  const { place } = here(state);
  return place.type === 'remedy' ? place.remedies?.[place.index] : undefined;
}

/** Shows the next remedy, or the one before. */
export function nextRemedy(state: SessionState, by: 1 | -1): SessionState {
  return changePlace(state, (place) => {
    const count = place.remedies?.length ?? 0;
    return { ...place, index: count === 0 ? 0 : (place.index + by + count) % count, validation: 'none' };
  });
}

/** YAML, then its diff, then what it changes. */
export function nextTab(state: SessionState): SessionState {
  return changePlace(state, (place) => {
    const next = REMEDY_TABS[(REMEDY_TABS.indexOf(place.tab) + 1) % REMEDY_TABS.length] ?? 'yaml';
    return { ...place, tab: next };
  });
}

/** The first `v` says what validating means, the second does it. */
export function validate(state: SessionState): Step {
  const visit = here(state);
  const remedy = shownRemedy(state);
  if (visit.place.type !== 'remedy' || remedy === undefined || remedy.refused !== null) return stay(state);
  if (visit.place.validation === 'running') return stay(state);
  if (visit.place.validation !== 'told') {
    return stay(changePlace(state, (place) => ({ ...place, tab: 'yaml', validation: 'told' })));
  }
  const running = changePlace(state, (place) => ({ ...place, validation: 'running' }));
  return stay(running, { type: 'dry-run', visit: visit.id, yaml: remedy.yaml });
}

/** The place with the remedy in the stead of the one that a person edited, at what it changes. */
export function withEditedRemedy(place: RemedyPlace, before: BuiltRemedy, remedy: BuiltRemedy): RemedyPlace {
  const remedies = place.remedies?.map((one) => (one === before ? remedy : one)) ?? null;
  return { ...place, remedies, tab: 'effect', validation: 'none' };
}

function changePlace(state: SessionState, change: (place: RemedyPlace) => RemedyPlace): SessionState {
  const { place } = here(state);
  return place.type === 'remedy' ? changeHere(state, { place: change(place), scroll: 0 }) : state;
}
