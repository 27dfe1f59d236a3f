import { Engine } from '../engine/engine.ts';
import type { Change } from '../model/change.ts';
import type { Kind } from '../model/kind.ts';
import type { Rule } from '../rules/rule.ts';
import { ClusterStore } from '../store/cluster-store.ts';
import { StoreView } from '../store/store-view.ts';
import type { SessionClock } from './session-source.ts';
import { SLICE } from './turns.ts';
import { waitUntil } from './wait-until.ts';

/**
 * The least and the most milliseconds between the end of judging and the next change: what changes of a watch have in
 * common (a namespace, a pane's figures) is judged once for all that come meanwhile. In between, no more than a tenth of
 * a processor goes to judging: the more comes at once, the less a change costs.
 */
interface Wait {
  readonly least: number;
  readonly most: number;
}
/** What somebody wrote is looked for: with the next picture, half a second later at most, it shows within a second. */
const WRITTEN: Wait = { least: 250, most: 500 };
/** What runs in a cluster changes all the time by itself, and waits for company. */
const RUNNING: Wait = { least: 1000, most: 2000 };
const DUTY = 10;

/** Kinds whose events are mostly status, written by kubelets and controllers. */
const RUNNING_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  'Pod',
  'Node',
  'Endpoints',
  'EndpointSlice',
  'ReplicaSet',
  'ReplicationController',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'PersistentVolume',
  'PersistentVolumeClaim',
]);
/** That many changes at once are a list, which is judged as it comes. */
const LIST = 100;

/**
 * Feeds an engine with changes in slices, so that keys and sockets get their turn in between, and in one go with those
 * that come soon after each other.
 */
export class EngineRunner {
  readonly engine: Engine;
  readonly #clock: SessionClock;
  readonly #onWork: (isWritten: boolean) => void;
  readonly #queue: (readonly Change[])[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = false;
  #stopped = false;
  #isHeld = false;
  /** A slice came due while it was held. */
  #isDue = false;
  #isTickDue = false;
  /** Whether somebody wrote something of what is not judged yet. */
  #isWritten = false;
  #unsettledSince: number | null;
  /** When the last slice ended, in milliseconds since the epoch. */
  #ended = 0;
  #pause: { readonly until: number; readonly end: () => void } | undefined;
  /** Milliseconds of processor time that the slices took since all was judged. */
  #cost = 0;
  /** The wait that keeps to the share of judging, milliseconds. */
  #rest = 0;
  #isFollowing = false;

  /** @param onWork called after each slice that had something to judge, and told whether somebody wrote some of it */
  constructor(rules: readonly Rule[], clock: SessionClock, onWork: (isWritten: boolean) => void) {
    this.engine = new Engine(new StoreView(new ClusterStore(), clock.now()), rules);
    this.#clock = clock;
    this.#onWork = onWork;
    this.#unsettledSince = clock.now();
  }

  /** When the first change was applied that is not judged yet, in milliseconds since the epoch; null: all are. */
  get unsettledSince(): number | null {
    return this.#unsettledSince;
  }

  /** All was read once: what comes from now on may wait for more. */
  follow(): void {
    this.#isFollowing = true;
  }

  push(changes: readonly Change[]): void {
    if (this.#stopped) return;
    this.#queue.push(changes);
    if (changes.length < LIST) this.#wait(this.#isFollowing && changes.every(isRunning) ? RUNNING : WRITTEN);
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
    this.#pause?.end();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #wait({ least, most }: Wait): void {
    const until = this.#ended + Math.min(Math.max(least, this.#rest), most);
    if (this.#running || (this.#pause !== undefined && this.#pause.until <= until)) return;
    this.#pause?.end();
    const left = waitUntil(this.#clock, until, most);
    if (left <= 0) this.#wake();
    else this.#pause = { until, end: this.#clock.after(left, () => this.#wake()) };
  }

  #wake(): void {
    if (this.#running || this.#stopped) return;
    this.#pause?.end();
    this.#pause = undefined;
    this.#running = true;
    this.#clock.soon(() => this.#slice());
  }

  #slice(): void {
    if (this.#stopped) return;
    if (this.#isHeld) {
      this.#isDue = true;
      return;
    }
    const spent = this.#clock.spent();
    if (this.#isTickDue) this.engine.view.tick(this.#clock.now());
    this.#isTickDue = false;
    const end = this.#clock.now() + SLICE;
    const isDone = (): boolean => this.#clock.now() >= end;
    for (let changes = this.#queue.shift(); changes !== undefined; changes = this.#queue.shift()) {
      // Most events of a watch tell what no rule reads.
      if (this.engine.apply(changes)) {
        this.#unsettledSince ??= this.#clock.now();
        this.#isWritten ||= changes.some(isWritten);
      }
      if (isDone()) break;
    }
    const hadWork = this.#unsettledSince !== null;
    const settled = this.#queue.length === 0 && this.engine.settle(isDone);
    this.#ended = this.#clock.now();
    this.#cost += this.#clock.spent() - spent;
    if (settled) {
      this.#running = false;
      if (this.#isFollowing) this.#rest = this.#cost * DUTY;
      this.#cost = 0;
      this.#unsettledSince = null;
    } else {
      this.#clock.soon(() => this.#slice());
    }
    if (hadWork) this.#onWork(this.#isWritten);
    if (settled) this.#isWritten = false;
    if (settled) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Whether a change is what goes on in a cluster without anybody doing something. */
function isRunning(change: Change): boolean {
  const kind = kindOf(change);
  return kind !== undefined && RUNNING_KINDS.has(kind);
}

/** Whether somebody wrote or deleted an object. */
function isWritten(change: Change): boolean {
  const kind = kindOf(change);
  return kind !== undefined && !RUNNING_KINDS.has(kind);
}

/** The kind of the object that a change brings or takes. */
function kindOf(change: Change): Kind | undefined {
  if (change.type === 'upsert') return change.object.kind;
  return change.type === 'remove' ? change.kind : undefined;
}
