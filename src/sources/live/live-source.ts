import type { Coverage } from '../../model/coverage.ts';
import type { ClusterFacts } from '../../model/change.ts';
import { apiVersionOf, type Kind } from '../../model/kind.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { discover, fetchVersion, hasWatchList, placeKind, type ServedResources } from './discovery.ts';
import { dryRun, type DryRunResult } from './dry-run.ts';
import type { JsonObject } from './json-shape.ts';
import { followKind } from './kind-follower.ts';
import { targetOf, type KindTarget } from './kinds.ts';
import { followNames } from './names-follower.ts';
import { NetworkError } from './network-error.ts';
import { readObject } from './object-reader.ts';
import { fetchClusterUid, fetchMetricFacts, fetchUser } from './probe-endpoints.ts';
import { isStatus } from './api-error.ts';
import { around, type FollowContext } from './follow-context.ts';
import { Semaphore } from './semaphore.ts';
import type { LiveSink } from './sink.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';

/** Which part of Secrets may be read: nothing; names, types and key counts; or their metadata too. */
type SecretsMode = 'off' | 'names' | 'metadata';

export interface LiveSourceOptions {
  readonly connection: Connection;
  readonly kinds: readonly Kind[];
  /** Where to read kinds that may not be read in the whole cluster: `-n`, else the context's, else the config's. */
  readonly namespaces: readonly string[];
  readonly secretsMode: SecretsMode;
  /** once: list and end; watch: follow until aborted. */
  readonly mode: 'once' | 'watch';
  readonly sink: LiveSink;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Shorter idle limits, for tests. */
  readonly limits?: Omit<TransportOptions, 'clock'>;
  /** Whether initial lists may be streamed where the server can; pages where not, and always in mode `once`. */
  readonly watchList?: 'auto' | 'never';
}

export interface LiveSource {
  /**
   * Resolves when every kind was read or is known not to be readable; in mode `once` that is the end.
   *
   * @throws ConnectionError, NetworkError or ApiError (401) where the server can't be talked to at all
   */
  readonly initial: Promise<void>;
  /** Resolves when nothing runs any more: after the abort, or in mode `once` after the lists. Never rejects. */
  readonly done: Promise<void>;
  /** The object as it is now; of a Secret only metadata. */
  fetchObject(kind: Kind, namespace: string, name: string): Promise<JsonObject>;
  /** What the server would say to a manifest, changing nothing. */
  dryRun(manifest: JsonObject): Promise<DryRunResult>;
}

/** client-go's discovery and informers start at once; so many lists at a time spare the server. */
const PARALLEL_LISTS = 4;
const START_TRIES = 5;
const REDISCOVER_MS = 5 * 60_000;
/** After a CustomResourceDefinition appeared, the server needs a moment to serve it. */
const ESTABLISH_MS = 2000;

/** Reads a cluster into a sink, and follows it. */
export function startLiveSource(options: LiveSourceOptions): LiveSource {
  const { connection, clock, signal } = options;
  const transport = createTransport(connection, { clock, ...options.limits });
  const targets = new Map<Kind, KindTarget>();
  const running: Promise<unknown>[] = [];
  const initial = start(options, transport, targets, running);
  const done = initial
    .then(() => Promise.all(running))
    .then(
      () => undefined,
      () => undefined,
    )
    .finally(() => {
      if (options.mode === 'watch') transport.close();
    });
  signal.addEventListener('abort', () => transport.close(), { once: true });
  return {
    initial,
    done,
    fetchObject: (kind, namespace, name) =>
      readObject(transport, targets.get(kind) ?? targetOf(kind), namespace, name, signal),
    dryRun: (manifest) => dryRun(transport, manifest, signal),
  };
}

async function start(
  options: LiveSourceOptions,
  transport: Transport,
  targets: Map<Kind, KindTarget>,
  running: Promise<unknown>[],
): Promise<void> {
  const { sink, signal, clock, mode, connection } = options;
  sink.facts({
    source: 'cluster',
    complete: true,
    context: sanitise(connection.contextName) || null,
    server: sanitise(connection.server),
    storedLogin: connection.storedLogin,
    ...(connection.server.startsWith('https:')
      ? { serverTrust: connection.trust.insecure ? ('unchecked' as const) : ('checked' as const) }
      : {}),
  });
  const [version, served] = await untilAnswered(
    () =>
      Promise.all([
        fetchVersion(transport, signal).catch((error: unknown) => {
          if (isStatus(error, 403, 404)) return null;
          throw error;
        }),
        discover(transport, options.kinds, signal),
      ]),
    clock,
    signal,
  );
  sink.facts({ serverVersion: version === null ? null : sanitise(version.gitVersion) });

  const bell = new Bell();
  const context: FollowContext = {
    transport,
    clock,
    mode,
    sink: ringingOnCrds(sink, bell),
    slots: new Semaphore(PARALLEL_LISTS),
    watchList: { enabled: options.watchList !== 'never' && version !== null && hasWatchList(version) },
  };
  const facts = gatherFacts(transport, signal, sink);
  running.push(facts);
  const settled: Promise<void>[] = mode === 'once' ? [facts] : [];
  const absent = new Set<Kind>();
  for (const kind of options.kinds) {
    if (kind === 'Secret' && options.secretsMode === 'off') {
      sink.status(coverageOf(kind, 'denied', 'not read: --secrets off', clock));
      continue;
    }
    const target = place(kind, served, sink, clock, absent);
    if (target !== null) settled.push(follow(target));
  }
  if (mode === 'watch') running.push(lookForAbsent());
  await Promise.all(settled);

  function follow(target: KindTarget): Promise<void> {
    targets.set(target.kind, target);
    const { promise, resolve } = Promise.withResolvers<void>();
    const plan = { target, namespaces: options.namespaces, signal };
    const work = target.kind === 'Secret' && options.secretsMode === 'names' ? followNames : followKind;
    const ended = work(plan, context, resolve);
    running.push(ended);
    // Whatever ends it, nobody waits for it any longer; a defect surfaces in `initial`.
    return mode === 'once' ? ended : Promise.race([promise, ended]);
  }

  /** Kinds whose CustomResourceDefinition is installed later are followed from then on. */
  async function lookForAbsent(): Promise<void> {
    while (!signal.aborted && absent.size > 0) {
      await bell.rungWithin(around(REDISCOVER_MS, clock), clock, signal);
      if (signal.aborted) return;
      await clock.sleep(ESTABLISH_MS, signal);
      const now = await discover(transport, [...absent], signal).catch(() => null);
      if (now === null) continue;
      for (const kind of absent) {
        const placement = placeKind(kind, now);
        if (placement.status !== 'served') continue;
        absent.delete(kind);
        void follow(placement.target);
      }
    }
  }
}

/** Says what is not served, and gives the target of what is. */
function place(
  kind: Kind,
  served: ServedResources | null,
  sink: LiveSink,
  clock: Clock,
  absent: Set<Kind>,
): KindTarget | null {
  const placement = placeKind(kind, served);
  switch (placement.status) {
    case 'served':
      return placement.target;
    case 'absent':
      absent.add(kind);
      sink.status(coverageOf(kind, 'absent', 'the server does not serve it', clock));
      return null;
    case 'unsupported': {
      const versions = placement.versions.map((version) => sanitise(version)).join(', ');
      sink.status(coverageOf(kind, 'unsupported', `served only as ${versions}`, clock));
      return null;
    }
  }
}

function coverageOf(kind: Kind, status: Coverage['status'], reason: string, clock: Clock): Coverage {
  return { kind, apiVersion: apiVersionOf(kind), status, namespaces: [], reason, since: clock.now() };
}

async function gatherFacts(transport: Transport, signal: AbortSignal, sink: LiveSink): Promise<void> {
  const tell = (facts: Partial<ClusterFacts>): void => {
    if (!signal.aborted) sink.facts(facts);
  };
  await Promise.all([
    fetchClusterUid(transport, signal).then((clusterUID) => tell({ clusterUID })),
    fetchUser(transport, signal).then(tell),
    fetchMetricFacts(transport, signal).then(tell),
  ]);
}

/** The first requests are tried again only where that may help: not where the address or the login is wrong. */
async function untilAnswered<T>(attempt: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  const backoff = new Backoff(clock);
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      const isWorthIt =
        (error instanceof NetworkError && (error.what === 'reset' || error.what === 'truncated')) ||
        isStatus(error, 429, 500, 502, 503, 504);
      if (!isWorthIt || tries >= START_TRIES) throw error;
      await clock.sleep(backoff.next(), signal);
    }
  }
}

/** Ends a sleep early. */
class Bell {
  #ring: (() => void) | null = null;

  ring(): void {
    this.#ring?.();
  }

  async rungWithin(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const waking = new AbortController();
    this.#ring = () => waking.abort();
    await clock.sleep(milliseconds, AbortSignal.any([signal, waking.signal]));
    this.#ring = null;
  }
}

function ringingOnCrds(sink: LiveSink, bell: Bell): LiveSink {
  return {
    page: (kind, objects) => sink.page(kind, objects),
    replaceDone: (kind, namespaces, seen) => sink.replaceDone(kind, namespaces, seen),
    upsert(kind, object) {
      if (kind === 'CustomResourceDefinition') bell.ring();
      sink.upsert(kind, object);
    },
    remove: (kind, namespace, name, uid) => sink.remove(kind, namespace, name, uid),
    status: (coverage) => sink.status(coverage),
    facts: (facts) => sink.facts(facts),
  };
}
