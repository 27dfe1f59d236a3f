import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Redraws at most so often, in milliseconds. */
const EVERY = 100;

/** One line on a terminal's standard error that is drawn over itself; nothing where there is no terminal. */
export interface Progress {
  /** @param text asked for only where it is drawn: writing a number as people do costs the start 6 ms */
  show(text: () => string): void;
  clear(): void;
}

export function progress(world: World, settings: Settings): Progress {
  if (!settings.showProgress || !world.stderrIsTerminal) return { show: () => undefined, clear: () => undefined };
  let last = 0;
  return {
    show: (text) => {
      const now = world.now();
      if (now - last < EVERY) return;
      last = now;
      world.warn(`\r\u001b[2K${text()}`);
    },
    clear: () => world.warn('\r\u001b[2K'),
  };
}
