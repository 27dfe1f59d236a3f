import { setImmediate } from 'node:timers/promises';

let last = Promise.resolve();

/**
 * Resolves in a turn of the event loop that nobody else has who asks here, in the order of asking: kinds are listed four at
 * a time, and what each of them does in a turn would add up to what a key waits for.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => setImmediate());
  return last;
}
