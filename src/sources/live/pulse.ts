import type { Clock } from './clock.ts';

/** Milliseconds between two beats. */
const PERIOD = 200;

/**
 * When to look at what arrives: at once after a calm, and from then on at each beat with all that came meanwhile. Events that
 * are looked at one by one cost twice what they cost in one go (test/bench/README.md).
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #waiting: (() => void)[] = [];
  /** When the calm begins, milliseconds since the epoch. */
  #next = 0;

  /** @param signal ends waiting */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Calls back at the next beat, which is now where the last one was a period ago. */
  call(back: () => void): void {
    this.#waiting.push(back);
    if (this.#waiting.length > 1) return;
    // The clock may have been set back.
    const wait = Math.min(this.#next - this.#clock.now(), PERIOD);
    if (wait <= 0) this.#beat();
    else void this.#clock.sleep(wait, this.#signal).then(() => this.#beat());
  }

  #beat(): void {
    this.#next = this.#clock.now() + PERIOD;
    for (const back of this.#waiting.splice(0)) back();
  }
}
