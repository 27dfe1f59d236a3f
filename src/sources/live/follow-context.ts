import type { Clock } from './clock.ts';
import type { Semaphore } from './semaphore.ts';
import type { LiveSink } from './sink.ts';
import type { Transport } from './transport.ts';

/** What all followers of one source share. */
export interface FollowContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly sink: LiveSink;
  /** Places for lists that are under way. */
  readonly slots: Semaphore;
  readonly mode: 'once' | 'watch';
  /** Whether initial lists may be streamed; turned off for all where the server turns out not to do it. */
  readonly watchList: { enabled: boolean };
}

/** How often a refused kind is looked at again. */
export const PROBE_MS = 5 * 60_000;

/** A wait between 80 % and 120 % of the given one, so that kinds do not probe in step. */
export function around(milliseconds: number, clock: Clock): number {
  return milliseconds * (0.8 + 0.4 * clock.random());
}
