import type { ObjectStore } from './object-store.ts';
import type { ListMeta } from './representation.ts';
import type { Selection } from './selection.ts';
import type { ServedKind } from './served-kinds.ts';
import { badRequest, expired, expiredContinue, invalidListOptions, tooLargeResourceVersion } from './status.ts';
import type { Status } from './status.ts';
import type { StoredObject } from './stored-object.ts';

/** One page of a list. */
export interface ListPage {
  readonly objects: readonly StoredObject[];
  readonly meta: ListMeta;
}

interface ContinueToken {
  readonly v: 'meta.k8s.io/v1';
  /** -1: continue at whatever is newest. */
  readonly rv: number;
  /** The first key of the next page. */
  readonly start: string;
}

function encodeToken(rv: number, start: string): string {
  const token: ContinueToken = { v: 'meta.k8s.io/v1', rv, start };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodeToken(text: string): ContinueToken | undefined {
  try {
    const token: Partial<ContinueToken> = JSON.parse(Buffer.from(text, 'base64url').toString());
    const { rv, start } = token;
    return token.v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof start === 'string'
      ? { v: token.v, rv, start }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The answer to a continue token that is treated as compacted, whether it is or not. */
export function goneContinue(token: string): Status {
  return expiredContinue(encodeToken(-1, decodeToken(token)?.start ?? ''));
}

type Snapshot = { readonly rv: number; readonly start: string; readonly limit: number } | Status;

/**
 * Which snapshot a list asks for (k8s.io/apiserver storage/etcd3: resourceVersion semantics of lists).
 */
function snapshotFor(store: ObjectStore, kind: ServedKind, query: URLSearchParams): Snapshot {
  const log = store.log(kind);
  const limit = Math.max(0, Number(query.get('limit') ?? '0') || 0);
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const token = query.get('continue') ?? '';
  if (token !== '') {
    if (match !== '') {
      return invalidListOptions('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    }
    const decoded = decodeToken(token);
    if (decoded === undefined) return badRequest('invalid continue token: continue key is not valid');
    if (version !== '' && version !== '0') {
      return badRequest('specifying resource version is not allowed when using continue');
    }
    if (decoded.rv < 0) return { rv: store.resourceVersion, start: decoded.start, limit };
    if (!log.knows(decoded.rv)) return goneContinue(token);
    return { rv: decoded.rv, start: decoded.start, limit };
  }
  if (match !== '' && version === '') {
    return invalidListOptions(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (version === '') return { rv: store.resourceVersion, start: '', limit };
  const asked = Number(version);
  if (!Number.isInteger(asked) || asked < 0) return badRequest(`invalid resource version "${version}"`);
  if (asked > store.resourceVersion) return tooLargeResourceVersion(asked, store.resourceVersion);
  // The watch cache answers resourceVersion=0, and ignores the limit.
  if (asked === 0) return { rv: store.resourceVersion, start: '', limit: 0 };
  if (match === 'Exact' || (match === '' && limit > 0)) {
    if (!log.knows(asked)) return expired('The resourceVersion for the provided list is too old.');
    return { rv: asked, start: '', limit };
  }
  return { rv: store.resourceVersion, start: '', limit };
}

/**
 * One page of a list.
 *
 * @returns the page, or the Status with which the request must be refused
 */
export function listPage(
  store: ObjectStore,
  kind: ServedKind,
  selection: Selection,
  query: URLSearchParams,
): ListPage | Status {
  const snapshot = snapshotFor(store, kind, query);
  if ('code' in snapshot) return snapshot;
  const all = store.log(kind).at(snapshot.rv);
  const prefix = selection.namespace === '' || !kind.namespaced ? '' : `${selection.namespace}/`;
  const first = lowerBound(all, snapshot.start > prefix ? snapshot.start : prefix);
  // '0' follows '/' in ASCII, so this is the first key behind the namespace.
  const end = prefix === '' ? all.length : lowerBound(all, `${selection.namespace}0`);
  const objects: StoredObject[] = [];
  let index = first;
  for (; index < end && (snapshot.limit === 0 || objects.length < snapshot.limit); index += 1) {
    const object = all[index];
    if (object !== undefined && selection.matches(object)) objects.push(object);
  }
  const next = index < end ? all[index] : undefined;
  const resourceVersion = String(snapshot.rv);
  if (next === undefined) return { objects, meta: { resourceVersion } };
  return {
    objects,
    meta: {
      resourceVersion,
      continue: encodeToken(snapshot.rv, next.key),
      ...(selection.hasSelector ? {} : { remainingItemCount: end - index }),
    },
  };
}

function lowerBound(sorted: readonly StoredObject[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
