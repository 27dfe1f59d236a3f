import { render, type Instance } from 'ink';
import { machineOf } from '../hooks/session-machine.ts';
import { ASCII_GLYPHS, SPOKEN_GLYPHS, UNICODE_GLYPHS, type Glyphs } from '../src/app/glyphs.ts';
import { runEffect, type SessionScreen } from '../src/app/run-effect.ts';
import type { SessionMachine, SessionModel } from '../src/app/session-model.ts';
import { createSessionStore, type SessionStore } from '../src/app/session-store.ts';
import { initialState, type ThemeName } from '../src/app/state.ts';
import type { PaneName } from '../src/model/finding.ts';
import { SessionRoot, type InkHandle } from './session-root.tsx';

/** How a session is started. */
export interface SessionOptions {
  readonly model: SessionModel;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** `mono` where NO_COLOR or --no-color says so. */
  readonly theme?: ThemeName;
  readonly ascii?: boolean;
  /** Sentences instead of a screen; the alternate screen is not used. */
  readonly screenReader?: boolean;
  readonly startPane?: PaneName | null;
  readonly namespace?: string | null;
  /** Said once at the start. */
  readonly notice?: string;
  /** Writes changed parts of lines only; false for terminals that show it wrong. */
  readonly incremental?: boolean;
  /** Files, clipboard, suspension; the real machine where it is left out. */
  readonly machine?: SessionMachine;
}

/** Keys must not wait for the next frame at 30 a second, Ink's default. */
const FRAMES_PER_SECOND = 60;

/**
 * Runs a session until the person quits.
 *
 * @returns the exit code: 0, or 1 after a defect, which is told on standard error once the terminal is restored
 */
export async function startSession(options: SessionOptions): Promise<number> {
  const { model, stdout } = options;
  const linear = options.screenReader === true;
  const store = openStore(options);
  const endFollowing = model.subscribe(() => store.dispatch({ type: 'snapshot', snapshot: model.snapshot() }));
  const app = render(<SessionRoot store={store} linear={linear} onReady={(ink) => screens.set(store, ink)} />, {
    stdin: options.stdin,
    stdout,
    stderr: options.stderr,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: FRAMES_PER_SECOND,
    interactive: true,
    alternateScreen: !linear,
    incrementalRendering: options.incremental !== false && !linear,
    isScreenReaderEnabled: linear,
  });
  try {
    await untilEnd(app);
    return 0;
  } catch (error) {
    app.unmount();
    options.stderr.write(`k8sec: the session stopped: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    endFollowing();
    await model.stop();
  }
}

/** Ink's handle of each running session; the effects reach the terminal through it. */
const screens = new WeakMap<SessionStore, InkHandle>();

function openStore(options: SessionOptions): SessionStore {
  const { model, stdout } = options;
  const machine = options.machine ?? machineOf(stdout, 0);
  const store = createSessionStore(
    initialState({
      columns: stdout.columns,
      rows: stdout.rows,
      snapshot: model.snapshot(),
      pane: options.startPane ?? null,
      namespace: options.namespace ?? null,
      theme: options.theme ?? 'default',
      glyphs: glyphsOf(options),
      message: options.notice === undefined ? null : { text: options.notice, tone: 'plain' },
    }),
    (effect) => void runEffect(effect, { model, machine, screen }, (event) => store.dispatch(event)),
  );
  const screen: SessionScreen = {
    quit: () => screens.get(store)?.exit(),
    repaint: () => void screens.get(store)?.suspend(() => Promise.resolve()),
    handOver: (meanwhile) => screens.get(store)?.suspend(meanwhile) ?? Promise.resolve(),
  };
  store.dispatch({ type: 'snapshot', snapshot: model.snapshot() });
  return store;
}

function glyphsOf({ ascii, screenReader }: SessionOptions): Glyphs {
  if (screenReader === true) return SPOKEN_GLYPHS;
  return ascii === true ? ASCII_GLYPHS : UNICODE_GLYPHS;
}

/** Ends with the app, or with an error that nothing caught: the terminal must be restored before it is told. */
function untilEnd(app: Instance): Promise<void> {
  return new Promise((resolve, reject) => {
    const crash = (error: unknown): void => reject(error);
    process.once('uncaughtException', crash);
    process.once('unhandledRejection', crash);
    app
      .waitUntilExit()
      .then(() => resolve(), reject)
      .finally(() => {
        process.off('uncaughtException', crash);
        process.off('unhandledRejection', crash);
      });
  });
}
