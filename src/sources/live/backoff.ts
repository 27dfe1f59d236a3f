import type { Clock } from './clock.ts';

/** client-go's reflector (tools/cache/reflector.go): 800 ms, doubling to 30 s, jitter 1.0, reset after 2 minutes. */
const FIRST_MS = 800;
const CAP_MS = 30_000;
const RESET_AFTER_MS = 2 * 60_000;

/** How long to wait before the next try; longer each time, until there was peace for two minutes. */
export class Backoff {
  readonly #clock: Clock;
  #step = FIRST_MS;
  #last = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds: the step, plus up to as much again by chance */
  next(): number {
    const now = this.#clock.now();
    if (now - this.#last > RESET_AFTER_MS) this.#step = FIRST_MS;
    this.#last = now;
    const wait = this.#step * (1 + this.#clock.random());
    this.#step = Math.min(CAP_MS, this.#step * 2);
    return wait;
  }
}
