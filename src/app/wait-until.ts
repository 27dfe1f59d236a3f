import type { SessionClock } from './session-source.ts';

/**
 * How long to wait until a time, in milliseconds; not positive where it has come. A clock that was set back makes nobody wait
 * for longer than `most`.
 *
 * @param at milliseconds since the epoch
 */
export function waitUntil(clock: SessionClock, at: number, most: number): number {
  return Math.min(at - clock.now(), most);
}
