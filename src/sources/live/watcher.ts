import { statusError } from './api-error.ts';
import type { Clock } from './clock.ts';
import { listOf, objectOf, textOf, type JsonObject } from './json-shape.ts';
import { acceptOf, pathOf, type KindTarget } from './kinds.ts';
import { parseObject } from './list-page.ts';
import { NetworkError } from './network-error.ts';
import { TableReader } from './table-rows.ts';
import type { Transport } from './transport.ts';

export interface WatchPlan {
  readonly target: KindTarget;
  readonly namespace: string | null;
  /** Where to go on; null asks for all objects first (WatchList). */
  readonly resourceVersion: string | null;
  readonly includeObject: 'Metadata' | 'None';
  readonly signal: AbortSignal;
  /** The server has accepted the watch. */
  readonly onOpen: () => void;
  readonly onEvent: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: JsonObject) => void;
  /** All events that one read of the connection brought were handed over. */
  readonly onBatch: () => void;
  /** Of a WatchList: everything that existed at this version was handed over. */
  readonly onInitialEnd: (resourceVersion: string) => void;
  readonly onVersion: (resourceVersion: string) => void;
}

/** The watch list has not ended its initial events in time. */
export class NoInitialEnd extends Error {
  override readonly name = 'NoInitialEnd';
}

const TIMEOUT_SECONDS = 300;
/** How long initial events may make no progress before the server is taken not to end them (an old etcd). */
const INITIAL_MS = 60_000;
const INITIAL_PROGRESS = 500;

/**
 * Watches once, until the server ends the watch.
 *
 * @returns how many events came (bookmarks are none)
 * @throws ApiError, also for an ERROR event in the stream; NetworkError; NoInitialEnd
 */
export async function watchOnce(plan: WatchPlan, transport: Transport, clock: Clock): Promise<number> {
  const { target } = plan;
  const table = new TableReader(plan.namespace);
  const giveUp = new AbortController();
  const stopped = new AbortController();
  let events = 0;
  let isInitial = plan.resourceVersion === null;
  if (isInitial) {
    void giveUpWithoutProgress(() => (isInitial ? events : null), giveUp, stopped.signal, clock);
  }
  try {
    const lines = transport.stream(
      {
        path: `${pathOf(target, plan.namespace)}?${queryOf(plan, clock).toString()}`,
        accept: acceptOf(target.plan.form, 'watch'),
        signal: AbortSignal.any([plan.signal, giveUp.signal]),
      },
      plan.onOpen,
    );
    for await (const batch of lines) {
      for (const line of batch) {
        const { type, object } = parseEvent(line, target);
        const version = textOf(objectOf(object['metadata'])['resourceVersion']);
        if (type === 'ERROR') throw statusError(object, 500);
        if (type === 'BOOKMARK') {
          // The columns of a Table come with the first event, which may be a bookmark.
          if (target.plan.form === 'table') table.read(object);
          if (isInitial && endsInitialEvents(object, target)) {
            isInitial = false;
            plan.onInitialEnd(version);
          }
        } else if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
          events += 1;
          for (const one of target.plan.form === 'table' ? table.read(object) : [object]) plan.onEvent(type, one);
        }
        // Initial events come in any order: their versions say nothing about where to go on.
        if (!isInitial && version !== '') plan.onVersion(version);
      }
      plan.onBatch();
    }
    return events;
  } finally {
    stopped.abort();
  }
}

function queryOf(plan: WatchPlan, clock: Clock): URLSearchParams {
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(Math.floor(TIMEOUT_SECONDS * (1 + clock.random()))),
  });
  if (plan.resourceVersion === null) {
    query.set('sendInitialEvents', 'true');
    query.set('resourceVersionMatch', 'NotOlderThan');
  } else {
    query.set('resourceVersion', plan.resourceVersion);
  }
  if (plan.target.plan.form === 'table') query.set('includeObject', plan.includeObject);
  return query;
}

function parseEvent(line: Buffer, target: KindTarget): { readonly type: string; readonly object: JsonObject } {
  try {
    const event = objectOf(parseObject(line, target.plan));
    return { type: textOf(event['type']), object: objectOf(event['object']) };
  } catch (error) {
    throw new NetworkError('truncated', 'an event of the watch is not valid JSON', { cause: error });
  }
}

/** The annotation is on the object, or on that of the fake row where the objects are Tables. */
function endsInitialEvents(object: JsonObject, target: KindTarget): boolean {
  const rows = target.plan.form === 'table' ? listOf(object['rows']) : undefined;
  const bearer = rows === undefined ? object : objectOf(objectOf(rows[0])['object']);
  const annotations = objectOf(objectOf(bearer['metadata'])['annotations']);
  return annotations['k8s.io/initial-events-end'] === 'true';
}

async function giveUpWithoutProgress(
  progress: () => number | null,
  giveUp: AbortController,
  stopped: AbortSignal,
  clock: Clock,
): Promise<void> {
  for (let before = 0; ;) {
    await clock.sleep(INITIAL_MS, stopped);
    const now = progress();
    if (stopped.aborted || now === null) return;
    if (now - before < INITIAL_PROGRESS) {
      giveUp.abort(new NoInitialEnd('the server did not end the initial events of a watch list'));
      return;
    }
    before = now;
  }
}
