import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../src/sources/live/clock.ts';
import { seededRandom } from '../../../src/sources/demo/random.ts';

/** A clock that runs so many times faster than the machine's, with chance that repeats. */
export function quickClock(speed: number, seed = 1): Clock {
  const started = performance.now();
  const epoch = Date.now();
  const random = seededRandom(seed);
  return {
    now: () => epoch + (performance.now() - started) * speed,
    random,
    sleep: async (milliseconds, signal) => {
      try {
        await delay(milliseconds / speed, undefined, { signal });
      } catch {
        // Aborted.
      }
    },
  };
}

/** A clock that never sleeps, notes for how long it was asked to, and moves on by that much. */
export function noClock(): Clock & { readonly slept: number[] } {
  let now = Date.parse('2026-11-23T10:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}
