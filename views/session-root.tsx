import { useApp } from 'ink';
import { useEffect } from 'react';
import { useKeys } from '../hooks/use-keys.ts';
import { useSessionState } from '../hooks/use-session-state.ts';
import type { SessionStore } from '../src/app/session-store.ts';
import { LinearScreen } from './linear-screen.tsx';
import { Screen } from './screen.tsx';

/** What only Ink can do with the terminal; the session's effects use it. */
export interface InkHandle {
  exit(): void;
  suspend(meanwhile: () => Promise<void>): Promise<void>;
}

interface SessionRootProps {
  readonly store: SessionStore;
  readonly linear: boolean;
  /** Told once, when Ink runs. */
  readonly onReady: (ink: InkHandle) => void;
}

/** Keys in, screen out. */
export function SessionRoot({ store, linear, onReady }: SessionRootProps) {
  const { exit, suspendTerminal } = useApp();
  useEffect(() => {
    onReady({
      exit: () => exit(),
      suspend: async (meanwhile) => {
        await suspendTerminal(meanwhile);
      },
    });
  }, [exit, suspendTerminal, onReady]);
  useKeys(store);
  const state = useSessionState(store);
  return linear ? <LinearScreen state={state} /> : <Screen state={state} />;
}
