import { ApiError, isStatus } from './api-error.ts';
import { Backoff } from './backoff.ts';
import { around, PROBE_MS, type FollowContext } from './follow-context.ts';
import { InitialEvents } from './initial-events.ts';
import { objectOf, textOf, type JsonObject } from './json-shape.ts';
import type { KindTarget } from './kinds.ts';
import { listAll } from './lister.ts';
import { failureOf, type ScopeState } from './scope-state.ts';
import { keyOfRaw, nameOfRaw } from './sink.ts';
import { afterWatch, isExpired } from './watch-failure.ts';
import { watchOnce } from './watcher.ts';

export interface ScopePlan {
  readonly target: KindTarget;
  /** null: the whole cluster. */
  readonly namespace: string | null;
  readonly signal: AbortSignal;
  readonly report: (state: ScopeState) => void;
  /** Whether to end on the first 403, because somebody knows what else to try. */
  readonly endsWhenDenied: boolean;
}

/** How often a kind is listed that may be listed but not watched. */
const POLL_MS = 60_000;
/** client-go's VeryShortWatchError: a watch that ends at once without an event. */
const SHORT_WATCH_MS = 1000;
/** After so many failures in a row, nothing having ever been read, the kind is said to be broken. */
const BROKEN_AFTER = 5;
const STREAM_TRIES = 3;
/** A server tells what happened while nobody watched as soon as a watch goes on. */
const CATCH_UP_MS = 10_000;
/** After a list that had to be continued inconsistently, and whose start is too old to be watched, it is read again. */
const APPROXIMATE_MS = 5 * 60_000;

/** Lists one kind in one scope and follows its changes (client-go tools/cache/reflector.go). */
export class ScopeFollower {
  readonly #plan: ScopePlan;
  readonly #context: FollowContext;
  readonly #backoff: Backoff;
  /** Where the next watch goes on; null: list first. */
  #version: string | null = null;
  /** Where to go on if `#version`, the start of an inconsistent list, is too old by now. */
  #laterVersion: string | null = null;
  #wasListed = false;
  #isPolling = false;
  #failures = 0;
  #serverErrors = 0;
  /** Watch lists that broke before their end; a connection that can't carry them gets pages. */
  #streamFailures = 0;
  /** Whether changes between the pages of an inconsistent list may never have been told; listed again soon. */
  #isApproximate = false;
  /** When the server was last heard to have nothing more to tell, in milliseconds since the epoch. */
  #heard = 0;
  /** Since when changes may not have been told; null: all are. */
  #unseenSince: number | null = null;

  constructor(plan: ScopePlan, context: FollowContext) {
    this.#plan = plan;
    this.#context = context;
    this.#backoff = new Backoff(context.clock);
  }

  /**
   * Runs until the signal aborts; in mode `once` until the scope was listed or refused.
   *
   * @returns why it ended
   */
  async run(): Promise<'ended' | 'denied'> {
    const { signal, endsWhenDenied } = this.#plan;
    const { clock, mode, watchList } = this.#context;
    while (!signal.aborted) {
      const streams = mode === 'watch' && watchList.enabled && !this.#isPolling && this.#streamFailures < STREAM_TRIES;
      if (this.#version !== null || streams) {
        await this.#watch();
        continue;
      }
      const failure = await this.#list();
      if (signal.aborted) break;
      if (failure === null) {
        if (mode === 'once') return 'ended';
        if (this.#isPolling) {
          await clock.sleep(around(POLL_MS, clock), signal);
          this.#version = null;
        }
      } else if (endsWhenDenied && isStatus(failure, 403)) {
        return 'denied';
      } else if (await this.#failed(failure)) {
        return 'ended';
      }
    }
    return 'ended';
  }

  /** @returns what went wrong, or null */
  async #list(): Promise<unknown> {
    const { target, namespace, signal, report } = this.#plan;
    const { transport, clock, mode, sink, slots } = this.#context;
    const release = await slots.acquire();
    try {
      if (signal.aborted) return null;
      const isFirst = !this.#wasListed && this.#failures === 0;
      if (isFirst) report({ status: 'syncing', reason: '' });
      // Before the only list that there is nothing was told that could be gone.
      let seen = mode === 'once' && isFirst ? null : new Set<string>();
      const outcome = await listAll(
        {
          target,
          namespace,
          includeObject: 'Metadata',
          signal,
          onPage: (items) => {
            if (seen !== null) for (const item of items) seen.add(keyOfRaw(item));
            sink.page(target.kind, items);
          },
          onRestart: () => {
            seen = new Set();
          },
        },
        transport,
        clock,
      );
      this.#synced(seen);
      this.#version = outcome.firstVersion;
      this.#laterVersion = outcome.firstVersion === outcome.resourceVersion ? null : outcome.resourceVersion;
      this.#reportLive();
      return null;
    } catch (error) {
      return error ?? new Error('unknown');
    } finally {
      release();
    }
  }

  async #watch(): Promise<void> {
    const { target, namespace, signal } = this.#plan;
    const { transport, clock, sink, slots } = this.#context;
    const isInitial = this.#version === null;
    const release = isInitial ? await slots.acquire() : () => undefined;
    if (signal.aborted) {
      release();
      return;
    }
    if (isInitial && !this.#wasListed) this.#plan.report({ status: 'syncing', reason: '' });
    const initial = new InitialEvents(target.kind, sink);
    let isOpen = false;
    const started = clock.now();
    const ending = new AbortController();
    const over = new AbortController();
    if (this.#isApproximate) {
      void clock.sleep(around(APPROXIMATE_MS, clock), over.signal).then(() => ending.abort());
    }
    const caughtUp = async (): Promise<void> => {
      await clock.sleep(CATCH_UP_MS, over.signal);
      if (over.signal.aborted) return;
      this.#unseenSince = null;
      this.#reportLive();
    };
    try {
      const events = await watchOnce(
        {
          target,
          namespace,
          resourceVersion: this.#version,
          includeObject: 'Metadata',
          signal: AbortSignal.any([signal, ending.signal]),
          onOpen: () => {
            isOpen = true;
            if (isInitial) return;
            this.#reportLive();
            if (this.#unseenSince === null) this.#heard = clock.now();
            else void caughtUp();
          },
          onEvent: (type, object) => {
            if (this.#version !== null) this.#apply(type, object);
            else initial.add(type, object);
          },
          onBatch: () => {
            initial.flush();
            this.#heard = clock.now();
          },
          onInitialEnd: (version) => {
            initial.flush();
            this.#synced(initial.seen);
            this.#version = version;
            this.#reportLive();
            release();
          },
          onVersion: (version) => this.#reached(version),
        },
        transport,
        clock,
      );
      this.#serverErrors = 0;
      if (this.#version === null) await this.#failed(new Error('a watch list ended before all objects had come'));
      else if (events === 0 && clock.now() - started < SHORT_WATCH_MS) await this.#pause(0);
    } catch (error) {
      release();
      if (signal.aborted) return;
      if (ending.signal.aborted) this.#version = null;
      else await this.#watchFailed(error, isOpen);
    } finally {
      over.abort();
      release();
    }
  }

  #apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: JsonObject): void {
    const { sink } = this.#context;
    const { kind } = this.#plan.target;
    if (type !== 'DELETED') {
      sink.upsert(kind, object);
      return;
    }
    const { namespace, name } = nameOfRaw(object);
    sink.remove(kind, namespace, name, textOf(objectOf(object['metadata'])['uid']));
  }

  /**
   * The scope was read whole.
   *
   * @param seen all that is there; null where nothing can be gone
   */
  #synced(seen: ReadonlySet<string> | null): void {
    const { target, namespace } = this.#plan;
    if (seen !== null) this.#context.sink.replaceDone(target.kind, namespace === null ? 'all' : [namespace], seen);
    this.#wasListed = true;
    this.#heard = this.#context.clock.now();
    this.#unseenSince = this.#isPolling ? (this.#unseenSince ?? this.#heard) : null;
    this.#isApproximate = false;
    this.#streamFailures = 0;
    this.#failures = 0;
  }

  #reached(version: string): void {
    this.#version = version;
    // What an inconsistent list may have missed has been told by now.
    if (this.#laterVersion === null || !isAtLeast(version, this.#laterVersion)) return;
    this.#laterVersion = null;
    this.#reportLive();
  }

  #reportLive(): void {
    const isApproximate = this.#laterVersion !== null || this.#isApproximate;
    const reason = isApproximate
      ? 'approximate: the list expired while it was read, and changes since its start are not all known yet'
      : this.#isPolling
        ? `may be listed but not watched: listed again every ${POLL_MS / 1000} s`
        : '';
    this.#report({ status: 'live', reason }, isApproximate ? this.#heard : null);
  }

  /** Says with what was read once since when changes of it may not have been told. */
  #report(state: ScopeState, since: number | null = null): void {
    const unseenSince = this.#unseenSince ?? since;
    const wasRead = state.status === 'live' || state.status === 'stale';
    this.#plan.report(wasRead && unseenSince !== null ? { ...state, unseenSince } : state);
  }

  async #watchFailed(error: unknown, isOpen: boolean): Promise<void> {
    const isInitial = this.#version === null;
    if (error instanceof ApiError) this.#serverErrors += 1;
    if (!isInitial) this.#unseenSince ??= this.#heard;
    switch (afterWatch(error, this.#serverErrors, isInitial)) {
      case 'pages':
        // Such a server does not do it for any kind.
        this.#context.watchList.enabled = false;
        return;
      case 'poll':
        // Listing tells whether only watching is refused.
        this.#isPolling = true;
        this.#version = null;
        return;
      case 'relist':
        this.#serverErrors = 0;
        this.#isApproximate = this.#laterVersion !== null && isExpired(error);
        this.#version = this.#isApproximate ? this.#laterVersion : null;
        this.#laterVersion = null;
        break;
      case 'again':
        break;
    }
    if (isInitial) {
      this.#streamFailures += 1;
      await this.#failed(error);
      return;
    }
    // A watch that was open may well open again at once; that is not worth a word.
    if (isOpen) this.#reportLive();
    else this.#report(failureOf(error, true).state);
    await this.#pause(error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0);
  }

  /** @returns whether to give up for good: in mode `once`, on a refusal or after too many failures */
  async #failed(error: unknown): Promise<boolean> {
    const { target, namespace, signal } = this.#plan;
    const { clock, mode, sink } = this.#context;
    if (signal.aborted) return true;
    const failure = failureOf(error, this.#wasListed);
    this.#failures += 1;
    if (failure.state.status === 'absent' && this.#wasListed) {
      sink.replaceDone(target.kind, namespace === null ? 'all' : [namespace], new Set());
      this.#wasListed = false;
    }
    const isBroken = !failure.lasting && !this.#wasListed && this.#failures >= BROKEN_AFTER;
    this.#report(isBroken ? { status: 'broken', reason: failure.state.reason } : failure.state);
    if (mode === 'once' && (failure.lasting || isBroken || isStatus(error, 401))) return true;
    if (failure.lasting) {
      this.#isPolling = false;
      await clock.sleep(around(PROBE_MS, clock), signal);
    } else {
      await this.#pause(error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0);
    }
    return false;
  }

  async #pause(atLeastMs: number): Promise<void> {
    const { clock } = this.#context;
    await clock.sleep(Math.max(atLeastMs, this.#backoff.next()), this.#plan.signal);
  }
}

/** Resource versions of one cluster are numbers that grow; where one is none, nothing is claimed. */
function isAtLeast(version: string, other: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(other)) return false;
  return BigInt(version) >= BigInt(other);
}
