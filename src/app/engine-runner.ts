import { Engine } from '../engine/engine.ts';
import type { Change } from '../model/change.ts';
import type { Rule } from '../rules/rule.ts';
import { ClusterStore } from '../store/cluster-store.ts';
import { StoreView } from '../store/store-view.ts';
import type { SessionClock } from './session-source.ts';
import { SLICE } from './turns.ts';

/**
 * Milliseconds between the end of judging and the next change: what changes of a watch have in common (a namespace, a
 * pane's figures) is judged once for all that come meanwhile. Pictures are further apart.
 */
const REST = 250;
/** Once all was read, no more than a tenth of the time goes to judging: the more comes at once, the less a change costs. */
const DUTY = 10;
/** Unless what is shown would get too old, milliseconds. */
const LONGEST_REST = 2000;
/** That many changes at once are a list, which is judged as it comes. */
const LIST = 100;

/**
 * Feeds an engine with changes in slices, so that keys and sockets get their turn in between, and in one go with those
 * that come soon after each other.
 */
export class EngineRunner {
  readonly engine: Engine;
  readonly #clock: SessionClock;
  readonly #onWork: () => void;
  readonly #queue: (readonly Change[])[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = false;
  #stopped = false;
  #isHeld = false;
  /** A slice came due while it was held. */
  #isDue = false;
  #isTickDue = false;
  #unsettledSince: number | null;
  /** When the last slice ended, in milliseconds since the epoch. */
  #ended = 0;
  #endRest: (() => void) | undefined;
  /** Milliseconds that the slices took since all was judged. */
  #cost = 0;
  #rest = REST;
  #isFollowing = false;

  /** @param onWork called after each slice that had something to judge */
  constructor(rules: readonly Rule[], clock: SessionClock, onWork: () => void) {
    this.engine = new Engine(new StoreView(new ClusterStore(), clock.now()), rules);
    this.#clock = clock;
    this.#onWork = onWork;
    this.#unsettledSince = clock.now();
  }

  /** When the first change was applied that is not judged yet, in milliseconds since the epoch; null: all are. */
  get unsettledSince(): number | null {
    return this.#unsettledSince;
  }

  /** All was read once: what comes from now on may wait for more where judging it takes long. */
  follow(): void {
    this.#isFollowing = true;
  }

  push(changes: readonly Change[]): void {
    if (this.#stopped) return;
    this.#queue.push(changes);
    if (changes.length < LIST) this.#wait();
    else this.#wake();
  }

  /** Moves the clock of the view; what depends on time is judged again. */
  tick(): void {
    this.#isTickDue = true;
    this.#unsettledSince ??= this.#clock.now();
    this.#wake();
  }

  /** Resolves once everything that came so far is judged. */
  settled(): Promise<void> {
    if (this.#queue.length > 0) this.#wake();
    return this.#running ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  /**
   * Applies and judges nothing for a while: a picture is of one moment.
   *
   * @returns ends it
   */
  hold(): () => void {
    this.#isHeld = true;
    return () => {
      this.#isHeld = false;
      if (!this.#isDue) return;
      this.#isDue = false;
      this.#clock.soon(() => this.#slice());
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    this.#endRest?.();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #wait(): void {
    if (this.#running || this.#endRest !== undefined) return;
    const left = this.#ended + this.#rest - this.#clock.now();
    if (left <= 0) this.#wake();
    else this.#endRest = this.#clock.after(left, () => this.#wake());
  }

  #wake(): void {
    if (this.#running || this.#stopped) return;
    this.#endRest?.();
    this.#endRest = undefined;
    this.#running = true;
    this.#clock.soon(() => this.#slice());
  }

  #slice(): void {
    if (this.#stopped) return;
    if (this.#isHeld) {
      this.#isDue = true;
      return;
    }
    const begin = this.#clock.now();
    if (this.#isTickDue) this.engine.view.tick(this.#clock.now());
    this.#isTickDue = false;
    const end = begin + SLICE;
    const isDone = (): boolean => this.#clock.now() >= end;
    for (let changes = this.#queue.shift(); changes !== undefined; changes = this.#queue.shift()) {
      // Most events of a watch tell what no rule reads.
      if (this.engine.apply(changes)) this.#unsettledSince ??= this.#clock.now();
      if (isDone()) break;
    }
    const hadWork = this.#unsettledSince !== null;
    const settled = this.#queue.length === 0 && this.engine.settle(isDone);
    this.#ended = this.#clock.now();
    this.#cost += this.#ended - begin;
    if (settled) {
      this.#running = false;
      if (this.#isFollowing) this.#rest = Math.min(Math.max(REST, this.#cost * DUTY), LONGEST_REST);
      this.#cost = 0;
      this.#unsettledSince = null;
    } else {
      this.#clock.soon(() => this.#slice());
    }
    if (hadWork) this.#onWork();
    if (settled) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
