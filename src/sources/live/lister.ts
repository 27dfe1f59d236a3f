import { isStatus } from './api-error.ts';
import { Backoff } from './backoff.ts';
import type { BodyMemories } from './body-buffer.ts';
import type { Clock } from './clock.ts';
import type { JsonObject } from './json-shape.ts';
import { acceptOf, MAX_PAGE_BYTES, pathOf, type KindTarget } from './kinds.ts';
import { headOfList, parsePage, type ListPage } from './list-page.ts';
import { NetworkError } from './network-error.ts';
import { podPageReader } from './pod-page.ts';
import { TableReader } from './table-rows.ts';
import { ownTurn } from './own-turn.ts';
import type { Answer, Transport } from './transport.ts';

export interface ListPlan {
  readonly target: KindTarget;
  /** null: of all namespaces. */
  readonly namespace: string | null;
  /** Of Tables: whether the metadata comes with the rows. */
  readonly includeObject: 'Metadata' | 'None';
  readonly signal: AbortSignal;
  /** Called with the objects in the server's order, several times for a large page. */
  readonly onPage: (items: readonly JsonObject[]) => void;
  /** The list begins again: what was seen of it before says nothing about what is gone. */
  readonly onRestart: () => void;
}

export interface ListOutcome {
  /** The version of the last page; a watch from here sees every later change. */
  readonly resourceVersion: string;
  /** The version of the first page; differs where the list had to be continued inconsistently. */
  readonly firstVersion: string;
}

/** A page that did not come whole is asked for again; the token stays good for minutes. */
const PAGE_TRIES = 4;
/** The next pages are made smaller at half of what a page may weigh, so that none has to be thrown away. */
const COMFORTABLE_BYTES = MAX_PAGE_BYTES / 2;
const LARGEST_OBJECT_BYTES = 256 * 1024 * 1024;
/**
 * So many objects are handed on until the event loop has its turn: a whole page of pods takes 80 ms in code that has not
 * run before, and a key that is pressed meanwhile waits for its end.
 */
const AT_ONCE = 50;

/**
 * Lists a kind in pages; the next page is requested before the present one is parsed.
 *
 * A continue token that has expired (410) restarts the list once; the second time the server's inconsistent token is
 * taken, since a list that takes longer than the history is kept would never end.
 *
 * @throws ApiError or NetworkError; SyntaxError where an answer stays broken
 */
export async function listAll(plan: ListPlan, transport: Transport, clock: Clock): Promise<ListOutcome> {
  const { target, signal } = plan;
  const backoff = new Backoff(clock);
  const table = new TableReader(plan.namespace);
  const pods = target.kind === 'Pod' ? podPageReader() : null;
  let limit = target.plan.pageSize;
  let firstVersion = '';
  let hasRestarted = false;
  let failures = 0;
  let token = '';
  let ahead: Ahead | null = null;

  for (;;) {
    let answer: Answer;
    try {
      answer = await (ahead ?? requestPage(plan, transport, token, limit, pods)).answer;
      ahead = null;
    } catch (error) {
      ahead = null;
      signal.throwIfAborted();
      if (isStatus(error, 410) && token !== '') {
        token = hasRestarted ? error.continueToken : '';
        if (hasRestarted && token === '') throw error;
        if (!hasRestarted) plan.onRestart();
        hasRestarted = true;
      } else if (error instanceof NetworkError && error.what === 'too-large' && limit > 1) {
        limit = Math.ceil(limit / 2);
      } else {
        failures += 1;
        if (failures >= PAGE_TRIES || !isTransient(error)) throw error;
        await clock.sleep(backoff.next(), signal);
        signal.throwIfAborted();
      }
      continue;
    }

    let page: ListPage;
    try {
      if (answer.bytes.length > COMFORTABLE_BYTES) limit = Math.max(1, Math.floor(limit / 2));
      const next = headOfList(answer.bytes)?.continueToken ?? '';
      if (next !== '') ahead = requestPage(plan, transport, next, limit, pods);
      page = parsePage(answer.bytes, target.plan, table, pods);
    } catch (error) {
      ahead?.cancel();
      ahead = null;
      failures += 1;
      if (failures >= PAGE_TRIES) throw error;
      await clock.sleep(backoff.next(), signal);
      signal.throwIfAborted();
      continue;
    } finally {
      answer.release();
    }

    failures = 0;
    if (token === '') firstVersion = page.resourceVersion;
    for (let start = 0; start < page.items.length; start += AT_ONCE) {
      await ownTurn();
      signal.throwIfAborted();
      plan.onPage(page.items.slice(start, start + AT_ONCE));
    }
    token = page.continueToken;
    if (token === '') return { resourceVersion: page.resourceVersion, firstVersion };
  }
}

interface Ahead {
  readonly answer: Promise<Answer>;
  cancel(): void;
}

function requestPage(
  plan: ListPlan,
  transport: Transport,
  token: string,
  limit: number,
  bodies: BodyMemories | null,
): Ahead {
  const { target } = plan;
  const query = new URLSearchParams({ limit: String(limit) });
  if (token !== '') query.set('continue', token);
  if (target.plan.form === 'table') query.set('includeObject', plan.includeObject);
  const cancelling = new AbortController();
  const answer = transport.getBuffer({
    path: `${pathOf(target, plan.namespace)}?${query.toString()}`,
    accept: acceptOf(target.plan.form, 'list'),
    signal: AbortSignal.any([plan.signal, cancelling.signal]),
    maxBytes: limit === 1 ? LARGEST_OBJECT_BYTES : MAX_PAGE_BYTES,
    ...(bodies === null ? {} : { bodies }),
  });
  // Whoever needs the page sees the error; a page that is cancelled may fail unseen.
  answer.catch(() => undefined);
  return {
    answer,
    cancel() {
      cancelling.abort(new Error('the page is not needed'));
      answer.then((late) => late.release()).catch(() => undefined);
    },
  };
}

function isTransient(error: unknown): boolean {
  if (error instanceof NetworkError) return error.what !== 'certificate' && error.what !== 'unreachable';
  return isStatus(error, 429, 500, 502, 503, 504);
}
