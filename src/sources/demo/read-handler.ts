import { goneContinue, listPage } from './list-page.ts';
import { negotiateForm, type Form } from './negotiate.ts';
import type { Reply } from './reply.ts';
import { listJson, objectJson, type IncludeObject, type Representation } from './representation.ts';
import type { ResourcePath } from './request-path.ts';
import { SelectorError, selectionOf, type Selection } from './selection.ts';
import type { ServedKind } from './served-kinds.ts';
import type { ServerState } from './server-state.ts';
import * as status from './status.ts';
import { padded, planWatch, serveWatch } from './watch-stream.ts';

/** A GET of one resource. */
export interface ReadRequest {
  readonly path: ResourcePath;
  readonly kind: ServedKind;
  /** `get`, `list` or `watch`. */
  readonly verb: string;
  readonly query: URLSearchParams;
}

/** Which forms a verb can be answered in: a watch accepts lists of partial objects, and then says nothing. */
const OFFERED: Readonly<Record<string, readonly Form[]>> = {
  get: ['json', 'table', 'partial'],
  list: ['json', 'table', 'partial-list'],
  watch: ['json', 'table', 'partial', 'partial-list'],
};

const MINUTE = 60_000;

/** Answers a get, list or watch. */
export async function answerRead(state: ServerState, reply: Reply, read: ReadRequest): Promise<void> {
  const form = negotiateForm(reply.accept, OFFERED[read.verb] ?? ['json']);
  if (form === undefined) return reply.status(status.notAcceptable());
  const includeObject = read.query.get('includeObject') ?? 'Metadata';
  if (includeObject !== 'None' && includeObject !== 'Metadata' && includeObject !== 'Object') {
    return reply.status(status.badRequest(`invalid includeObject: "${includeObject}"`));
  }
  const how = representation(state, read, form, includeObject);
  if (read.verb === 'get') return answerGet(state, reply, read, how);
  let selection: Selection;
  try {
    selection = selectionOf(read.kind, read.path.namespace, read.query);
  } catch (error) {
    if (error instanceof SelectorError) return reply.status(status.badRequest(error.message));
    throw error;
  }
  return read.verb === 'watch'
    ? answerWatch(state, reply, read, how, selection)
    : answerList(state, reply, read, how, selection);
}

function representation(
  state: ServerState,
  read: ReadRequest,
  form: Form,
  includeObject: IncludeObject,
): Representation {
  return { kind: read.kind, version: read.path.version, form, includeObject, now: state.now() };
}

function answerGet(state: ServerState, reply: Reply, read: ReadRequest, how: Representation): Promise<void> {
  const { namespace, name } = read.path;
  const key = read.kind.namespaced ? `${namespace}/${name}` : name;
  const stored = state.store.log(read.kind).get(key);
  if (stored === undefined) return reply.status(status.notFound(read.kind, name));
  const json = objectJson(stored, how);
  return reply.body(200, reply.fault?.fault === 'huge-object' ? padded(json, reply.fault.bytes) : json);
}

function answerList(
  state: ServerState,
  reply: Reply,
  read: ReadRequest,
  how: Representation,
  selection: Selection,
): Promise<void> {
  const token = read.query.get('continue') ?? '';
  if (reply.fault?.fault === 'gone') {
    return reply.status(
      token === '' ? status.expired('The resourceVersion for the provided list is too old.') : goneContinue(token),
    );
  }
  const page = listPage(state.store, read.kind, selection, read.query);
  if ('code' in page) {
    const seconds = page.details?.retryAfterSeconds;
    return reply.status(page, seconds === undefined ? {} : { 'retry-after': String(seconds) });
  }
  const [first, ...rest] = page.objects;
  if (reply.fault?.fault === 'huge-object' && first !== undefined) {
    const swollen = { ...first, body: padded(first.body, reply.fault.bytes) };
    return reply.body(200, listJson([swollen, ...rest], page.meta, how));
  }
  return reply.body(200, listJson(page.objects, page.meta, how));
}

async function answerWatch(
  state: ServerState,
  reply: Reply,
  read: ReadRequest,
  how: Representation,
  selection: Selection,
): Promise<void> {
  const { fault } = reply;
  const timeout = state.watchTimeoutMs ?? (30 + 30 * state.dice.random()) * MINUTE;
  const supported = state.watchList && fault?.fault !== 'no-watch-list';
  const plan = planWatch(state.store, how, read.query, timeout, supported);
  if ('code' in plan) return reply.status(plan);
  let endWatch: (() => void) | undefined;
  const context = {
    store: state.store,
    how,
    selection,
    sink: reply.stream(),
    fault,
    bookmarkEveryMs: state.bookmarkEveryMs,
    onClose: (end: () => void) => {
      endWatch = end;
      state.watches.add(end);
      reply.onClose(end);
    },
  };
  try {
    await serveWatch(plan, context);
  } finally {
    if (endWatch !== undefined) state.watches.delete(endWatch);
  }
}
