import type { Effect } from './effect.ts';
import { changeVisit, type Step } from './navigation.ts';
import type { Place } from './place.ts';
import { here, type SessionState } from './state.ts';

/**
 * Asks again for what the present place shows, where that follows the cluster and the answer before has come: what is
 * shown stays until the new answer does.
 */
export function renewed({ state, effects }: Step): Step {
  const { id, place } = here(state);
  const effect = question(id, place);
  if (effect === undefined) return { state, effects };
  const renewing: SessionState = changeVisit(state, id, (visit) => ({
    ...visit,
    place: { ...visit.place, renewing: true } as Place,
  }));
  return { state: renewing, effects: [...effects, effect] };
}

function question(visit: number, place: Place): Effect | undefined {
  if (place.type === 'related' && place.groups !== null && place.renewing !== true) {
    return { type: 'related', visit, object: place.object };
  }
  if (place.type === 'text' && place.question !== undefined && place.text !== null && place.renewing !== true) {
    return { type: 'ask', visit, words: place.question };
  }
  return undefined;
}
