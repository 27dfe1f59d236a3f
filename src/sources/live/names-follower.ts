import { reasonOf } from './connection-error.ts';
import { isStatus } from './api-error.ts';
import { textOf, objectOf } from './json-shape.ts';
import { KIND_PLANS, targetOf, type KindTarget } from './kinds.ts';
import { StatusReporter, type KindFollowPlan } from './kind-follower.ts';
import { listAll } from './lister.ts';
import { around, type FollowContext } from './follow-context.ts';
import { failureOf } from './scope-state.ts';
import { keyOfRaw } from './sink.ts';

/** Namespaces are gone through again and again, and never for more than a twentieth of the time. */
const ROUND_MS = 60_000;
const REST_FACTOR = 20;

const NAMES_ONLY =
  'only name, type and number of keys were read (--secrets names): age, labels, owners and annotations are not known';

/**
 * Follows Secrets by name, type and number of keys only: Tables with includeObject=None, which hold nothing else. Their
 * rows do not say in which namespace they are, so each namespace is listed by itself; instead of a watch for each,
 * they are listed again every minute.
 */
export async function followNames(plan: KindFollowPlan, context: FollowContext, onSettled: () => void): Promise<void> {
  const { target, signal } = plan;
  const { clock, mode, sink } = context;
  const reporter = new StatusReporter(target, context, onSettled);
  let wasListed = false;
  let failures = 0;
  reporter.report({ status: 'syncing', reason: '' }, 'all');

  while (!signal.aborted) {
    const started = clock.now();
    try {
      const everywhere = await namespacesOf(signal, context);
      const names = everywhere ?? plan.namespaces;
      const denied = new Map<string, string>();
      const seen = new Set<string>();
      for (const namespace of names) await readNamespace(namespace, seen, denied);
      const read = names.filter((name) => !denied.has(name));
      sink.replaceDone(target.kind, everywhere === null ? read : 'all', seen);
      wasListed = true;
      failures = 0;
      const [firstReason = 'the namespaces may not be listed, and none is named'] = denied.values();
      if (read.length === 0 && (denied.size > 0 || everywhere === null)) {
        reporter.report({ status: 'denied', reason: firstReason }, []);
      } else {
        const reason = denied.size === 0 ? NAMES_ONLY : `denied in ${[...denied.keys()].join(', ')}: ${firstReason}`;
        reporter.report(
          { status: 'live', reason, namesOnly: true },
          denied.size === 0 && everywhere !== null ? 'all' : read,
        );
      }
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const { state, lasting } = failureOf(error, wasListed);
      const isBroken = mode === 'once' && !lasting && failures >= 3;
      reporter.report(isBroken ? { status: 'broken', reason: reasonOf(error) } : state, wasListed ? 'all' : []);
      if (mode === 'once' && (lasting || isBroken)) return;
    }
    if (mode === 'once' && failures === 0) return;
    const rest = Math.max(around(ROUND_MS, clock), (clock.now() - started) * REST_FACTOR);
    await clock.sleep(failures > 0 ? around(ROUND_MS / 10, clock) : rest, signal);
  }

  async function readNamespace(namespace: string, seen: Set<string>, denied: Map<string, string>): Promise<void> {
    const release = await context.slots.acquire();
    try {
      await listAll(
        {
          target,
          namespace,
          includeObject: 'None',
          signal,
          onPage: (items) => {
            for (const item of items) seen.add(keyOfRaw(item));
            sink.page(target.kind, items);
          },
          onRestart: () => undefined,
        },
        context.transport,
        clock,
      );
    } catch (error) {
      if (!isStatus(error, 403)) throw error;
      denied.set(namespace, reasonOf(error));
    } finally {
      release();
    }
  }
}

/** The names of all namespaces; null where they may not be listed. */
async function namespacesOf(signal: AbortSignal, context: FollowContext): Promise<readonly string[] | null> {
  const target: KindTarget = { ...targetOf('Namespace'), plan: { ...KIND_PLANS.Namespace, form: 'metadata' } };
  let names: string[] = [];
  try {
    await listAll(
      {
        target,
        namespace: null,
        includeObject: 'None',
        signal,
        onPage: (items) => names.push(...items.map((item) => textOf(objectOf(item['metadata'])['name']))),
        onRestart: () => {
          names = [];
        },
      },
      context.transport,
      context.clock,
    );
    return names;
  } catch (error) {
    if (isStatus(error, 403)) return null;
    throw error;
  }
}
