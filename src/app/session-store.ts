import type { SessionEvent } from './event.ts';
import type { Effect } from './effect.ts';
import type { SessionState } from './state.ts';
import { update } from './update.ts';

/** Holds the session's state; knows nothing of what draws it or does its effects. */
export interface SessionStore {
  readonly state: () => SessionState;
  /** Effects run after the listeners were told. */
  dispatch(event: SessionEvent): void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store that begins with `initial`. */
export function createSessionStore(initial: SessionState, perform: (effect: Effect) => void): SessionStore {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    state: () => state,
    dispatch(event) {
      const step = update(state, event);
      if (step.state !== state) {
        state = step.state;
        for (const listener of listeners) listener();
      }
      for (const effect of step.effects) perform(effect);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
