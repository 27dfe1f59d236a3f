import type { SessionClock } from './session-source.ts';

/**
 * Milliseconds of work between two turns of the event loop: with a collection of garbage and the last value, which may take
 * as long again, a key waits so that a frame of 16 ms is met.
 */
export const SLICE = 6;

/** Long work that is done in slices, so that keys and sockets get their turn in between. */
export class Turns {
  readonly #clock: SessionClock;
  /** Milliseconds since the epoch. */
  #begin: number;
  #spentAtBegin: number;
  #before = 0;

  constructor(clock: SessionClock) {
    this.#clock = clock;
    this.#begin = clock.now();
    this.#spentAtBegin = clock.spent();
  }

  /** Milliseconds of processor time so far, without what others took meanwhile. */
  get cost(): number {
    return this.#before + this.#clock.spent() - this.#spentAtBegin;
  }

  /** Whether this slice is used up. */
  get isOver(): boolean {
    return this.#clock.now() - this.#begin >= SLICE;
  }

  /** Resolves when the others had their turn. */
  async next(): Promise<void> {
    this.#before = this.cost;
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    this.#begin = this.#clock.now();
    this.#spentAtBegin = this.#clock.spent();
  }
}
