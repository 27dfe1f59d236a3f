import { useInput, usePaste } from 'ink';
import type { SessionStore } from '../src/app/session-store.ts';
import { keyNames } from './key-names.ts';

/** Sends keys and pasted text to the store. */
export function useKeys(store: SessionStore): void {
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.dispatch({ type: 'key', key: name });
  });
  usePaste((text) => store.dispatch({ type: 'paste', text }));
}
