import type { FaultRule } from './faults.ts';
import type { ObjectStore } from './object-store.ts';
import { bookmarkJson, eventObjectJson, type Representation } from './representation.ts';
import type { LogEntry } from './resource-log.ts';
import type { ResponseSink } from './response-sink.ts';
import type { Selection } from './selection.ts';
import { badRequest, expired, failure, invalidListOptions, type Status } from './status.ts';
import type { StoredObject } from './stored-object.ts';

/** What a watch request asks for. */
export interface WatchPlan {
  /** Undefined: begin with the present state as synthetic ADDED events. */
  readonly since: number | undefined;
  readonly endsInitialEventsWithBookmark: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  /** Set where the version is compacted: the stream consists of this ERROR. */
  readonly error?: Status;
}

/** Objects that are written together, between two looks at whether the client keeps up. */
const BATCH = 100;

/**
 * Reads a watch's options (apimachinery validateWatchOptions, apiserver cacher).
 *
 * @param watchListSupported false answers sendInitialEvents like a server without the WatchList gate
 * @returns the plan, or the Status of the refusal
 */
export function planWatch(
  store: ObjectStore,
  how: Representation,
  query: URLSearchParams,
  defaultTimeoutMs: number,
  watchListSupported: boolean,
): WatchPlan | Status {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.get('sendInitialEvents');
  if (initial !== null && !watchListSupported) {
    return invalidListOptions(
      'sendInitialEvents',
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    );
  }
  if (initial !== null && match !== 'NotOlderThan') {
    return invalidListOptions(
      'resourceVersionMatch',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  if (initial === null && match !== '') {
    return invalidListOptions(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
  const seconds = Number(query.get('timeoutSeconds') ?? '0');
  const asked = Number(version === '' ? '0' : version);
  if (!Number.isInteger(asked) || asked < 0) return badRequest(`invalid resource version "${version}"`);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const common = { bookmarks, timeoutMs: seconds > 0 ? seconds * 1000 : defaultTimeoutMs };
  if (initial === 'true') return { ...common, since: undefined, endsInitialEventsWithBookmark: bookmarks };
  if (asked === 0) {
    const since = initial === 'false' ? store.resourceVersion : undefined;
    return { ...common, since, endsInitialEventsWithBookmark: false };
  }
  const log = store.log(how.kind);
  return {
    ...common,
    since: asked,
    endsInitialEventsWithBookmark: false,
    ...(log.knows(asked) ? {} : { error: expired(`too old resource version: ${asked} (${log.compactedTo})`) }),
  };
}

interface WatchContext {
  readonly store: ObjectStore;
  readonly how: Representation;
  readonly selection: Selection;
  readonly sink: ResponseSink;
  readonly fault: FaultRule | undefined;
  readonly bookmarkEveryMs: number;
  /** Called with a function that ends the watch: the client went away, or the server closes. */
  readonly onClose: (end: () => void) => void;
}

/** Serves one watch until it times out, its client goes away or a fault ends it. Resolves when it is over. */
export async function serveWatch(plan: WatchPlan, context: WatchContext): Promise<void> {
  const { store, how, selection, sink, fault } = context;
  const error = inStreamError(store, plan, fault);
  if (error !== undefined) {
    await sink.write(`{"type":"ERROR","object":${JSON.stringify(error)}}\n`);
    sink.end();
    return;
  }
  const log = store.log(how.kind);
  const pending: LogEntry[] = plan.since === undefined ? [] : [...log.since(plan.since)];
  const signal = new Wake();
  const unsubscribe = log.subscribe((entry) => {
    pending.push(entry);
    signal.wake();
  });
  const state = { over: false, bookmarkDue: false };
  const end = (): void => {
    state.over = true;
    signal.wake();
  };
  context.onClose(end);
  const lifetime = setTimeout(end, fault?.fault === 'short-watch' ? fault.afterMs : plan.timeoutMs);
  const bookmarkTimer = setInterval(() => {
    state.bookmarkDue = true;
    signal.wake();
  }, context.bookmarkEveryMs);
  const writer = new EventWriter(how, fault);
  try {
    if (plan.since === undefined) {
      const snapshot = log.current().filter(selection.matches);
      const rv = store.resourceVersion;
      for (let start = 0; start < snapshot.length && !sink.closed && !state.over; start += BATCH) {
        const batch = snapshot.slice(start, start + BATCH);
        await sink.write(batch.map((object) => writer.event('ADDED', object)).join(''));
      }
      if (plan.endsInitialEventsWithBookmark) await sink.write(writer.bookmark(rv, true));
    }
    while (!sink.closed) {
      while (pending.length > 0 && !sink.closed) {
        const batch = pending.splice(0, BATCH);
        await sink.write(batch.map((entry) => writer.change(entry, selection)).join(''));
      }
      if (state.over || (state.bookmarkDue && plan.bookmarks)) {
        state.bookmarkDue = false;
        if (plan.bookmarks && fault?.fault !== 'short-watch')
          await sink.write(writer.bookmark(store.resourceVersion, false));
      }
      if (state.over) break;
      if (pending.length === 0) await signal.next();
    }
  } finally {
    unsubscribe();
    clearTimeout(lifetime);
    clearInterval(bookmarkTimer);
    sink.end();
  }
}

function inStreamError(store: ObjectStore, plan: WatchPlan, fault: FaultRule | undefined): Status | undefined {
  if (plan.error !== undefined) return plan.error;
  if (fault?.fault === 'gone')
    return expired(`too old resource version: ${plan.since ?? 0} (${store.resourceVersion})`);
  if (fault?.fault === 'server-error' && fault.inStream === true) {
    return failure(fault.code ?? 500, 'InternalError', 'Internal error occurred: etcdserver: leader changed');
  }
  return undefined;
}

/** Lets one loop sleep until something happens; a wake-up before the sleep is not lost. */
class Wake {
  #resolve: (() => void) | undefined;
  #woken = false;

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  async next(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#woken = false;
    this.#resolve = undefined;
  }
}

/** Writes event lines; remembers whether the Table's columns were sent, and swells the first object under that fault. */
class EventWriter {
  readonly #how: Representation;
  #padding: number;
  #columnsSent = false;

  constructor(how: Representation, fault: FaultRule | undefined) {
    this.#how = how;
    this.#padding = fault?.fault === 'huge-object' ? fault.bytes : 0;
  }

  event(type: string, object: StoredObject): string {
    // A watch that asks for lists of partial objects is accepted and stays silent: so does the real server.
    if (this.#how.form === 'partial-list') return '';
    let json = eventObjectJson(object, this.#how, this.#firstTime());
    if (this.#padding > 0) {
      json = padded(json, this.#padding);
      this.#padding = 0;
    }
    return `{"type":"${type}","object":${json}}\n`;
  }

  /** A change as this selection sees it: an object that begins to match is ADDED, one that ceases is DELETED. */
  change(entry: LogEntry, selection: Selection): string {
    const was = entry.before !== undefined && selection.matches(entry.before);
    const is = entry.type !== 'DELETED' && selection.matches(entry.object);
    if (is) return this.event(was ? 'MODIFIED' : 'ADDED', entry.object);
    return was ? this.event('DELETED', entry.object) : '';
  }

  bookmark(rv: number, endsInitialEvents: boolean): string {
    if (this.#how.form === 'partial-list') return '';
    const json = bookmarkJson(rv, endsInitialEvents, this.#how, this.#firstTime());
    return `{"type":"BOOKMARK","object":${json}}\n`;
  }

  #firstTime(): boolean {
    const first = !this.#columnsSent;
    this.#columnsSent = true;
    return first;
  }
}

/** The same JSON object with an unknown field of a given size at its end. */
export function padded(json: string, bytes: number): string {
  return `${json.slice(0, -1)},"padding":"${'x'.repeat(bytes)}"}`;
}
