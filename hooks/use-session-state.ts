import { useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import type { SessionStore } from '../src/app/session-store.ts';
import type { SessionState } from '../src/app/state.ts';
import { update } from '../src/app/update.ts';

/**
 * The state to draw, always of the terminal's present size: a frame of the old size after a resize would not fit.
 */
export function useSessionState(store: SessionStore): SessionState {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const { columns, rows } = useWindowSize();
  const isFitting = state.columns === columns && state.rows === rows;
  useEffect(() => {
    if (!isFitting) store.dispatch({ type: 'resize', columns, rows });
  }, [store, isFitting, columns, rows]);
  return isFitting ? state : update(state, { type: 'resize', columns, rows }).state;
}
