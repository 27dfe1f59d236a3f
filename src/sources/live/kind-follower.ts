import { acceptOf, apiVersionOfTarget, pathOf, type KindTarget } from './kinds.ts';
import { around, PROBE_MS, type FollowContext } from './follow-context.ts';
import { ScopeFollower } from './scope-follower.ts';
import { stateOfNamespaces, type ScopeState } from './scope-state.ts';
import type { Coverage } from '../../model/coverage.ts';

export interface KindFollowPlan {
  readonly target: KindTarget;
  /** Where to read where the whole cluster may not be read; empty: nowhere. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Follows one kind: in the whole cluster, else in the namespaces given; asks now and then whether that has changed.
 *
 * @param onSettled called once, when the kind was read or it is known that it can't be
 */
export async function followKind(plan: KindFollowPlan, context: FollowContext, onSettled: () => void): Promise<void> {
  const { target, signal } = plan;
  const { clock, mode, sink, transport } = context;
  const reporter = new StatusReporter(target, context, onSettled);
  const hasFallback = target.namespaced && plan.namespaces.length > 0;

  while (!signal.aborted) {
    const whole = new ScopeFollower(
      {
        target,
        namespace: null,
        signal,
        endsWhenDenied: hasFallback,
        report: (state) => reporter.report(state, state.status === 'denied' ? [] : 'all'),
      },
      context,
    );
    if ((await whole.run()) === 'ended') break;

    // Whatever was read of the whole cluster before is no longer followed.
    if (reporter.wasLiveEverywhere) sink.replaceDone(target.kind, 'all', new Set());
    reporter.wasLiveEverywhere = false;
    const probing = new AbortController();
    const scopes = new Map<string, ScopeState>(
      plan.namespaces.map((name) => [name, { status: 'syncing', reason: '' }]),
    );
    const refusal = `the cluster-wide list of ${target.resource} is forbidden`;
    const followers = plan.namespaces.map((namespace) =>
      new ScopeFollower(
        {
          target,
          namespace,
          signal: AbortSignal.any([signal, probing.signal]),
          endsWhenDenied: false,
          report: (state) => {
            scopes.set(namespace, state);
            const { namespaces, ...overall } = stateOfNamespaces(scopes, refusal);
            reporter.report(overall, namespaces);
          },
        },
        context,
      ).run(),
    );
    if (mode === 'watch') {
      await untilListable();
      probing.abort();
    }
    await Promise.all(followers);
    if (mode === 'once') break;
  }

  async function untilListable(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(around(PROBE_MS, clock), signal);
      try {
        const path = `${pathOf(target, null)}?limit=1${target.plan.form === 'table' ? '&includeObject=None' : ''}`;
        (await transport.getBuffer({ path, accept: acceptOf(target.plan.form, 'list'), signal })).release();
        return;
      } catch {
        // Still refused, or the connection is down: the followers of the namespaces say which.
      }
    }
  }
}

/** Turns states into coverage, tells the sink of changes only, and notices when the kind is settled. */
export class StatusReporter {
  readonly #target: KindTarget;
  readonly #context: FollowContext;
  readonly #onSettled: () => void;
  #last: Coverage | null = null;
  #isSettled = false;
  wasLiveEverywhere = false;

  constructor(target: KindTarget, context: FollowContext, onSettled: () => void) {
    this.#target = target;
    this.#context = context;
    this.#onSettled = onSettled;
  }

  report(state: ScopeState, namespaces: Coverage['namespaces']): void {
    const last = this.#last;
    const isSame =
      last !== null &&
      last.status === state.status &&
      last.reason === state.reason &&
      last.unseenSince === state.unseenSince &&
      String(last.namespaces) === String(namespaces);
    if (!isSame) {
      const since = last?.status === state.status ? last.since : this.#context.clock.now();
      const { kind } = this.#target;
      this.#last = { kind, apiVersion: apiVersionOfTarget(this.#target), ...state, namespaces, since };
      this.#context.sink.status(this.#last);
    }
    if (namespaces === 'all' && state.status === 'live') this.wasLiveEverywhere = true;
    if (state.status !== 'syncing') this.#settle();
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#onSettled();
  }
}
