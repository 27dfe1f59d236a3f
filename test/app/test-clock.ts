import type { SessionClock } from '../../src/app/session-source.ts';
import { NOW } from './fake-model.ts';

/** Time that passes when the test says so; `soon` is a macrotask, as in the program. */
export class TestClock implements SessionClock {
  #now = NOW;
  #spent = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  spent(): number {
    return this.#spent;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  /** Time that the program takes, and nobody else has. */
  spend(milliseconds: number): void {
    this.#now += milliseconds;
    this.#spent += milliseconds;
  }

  /** Time that other programs take. */
  lose(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** As somebody corrects the machine's clock: what waits does so no longer than before. */
  setBack(milliseconds: number): void {
    this.#now -= milliseconds;
    this.#timers = this.#timers.map((one) => ({ ...one, at: one.at - milliseconds }));
  }

  /** Lets time pass, and what is due run to its end. */
  async pass(milliseconds: number): Promise<void> {
    await quiet();
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await quiet();
    }
    this.#now = Math.max(this.#now, end);
  }
}

/** Enough turns of the event loop for every slice of these tiny clusters. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
