import { ApiError } from './api-error.ts';
import { reasonOf } from './connection-error.ts';
import type { Coverage } from '../../model/coverage.ts';

/** What can be seen of one kind in one scope: the whole cluster, or one namespace. */
export interface ScopeState {
  readonly status: Coverage['status'];
  readonly reason: string;
  readonly namesOnly?: true;
  readonly unseenSince?: number;
}

/** What a failed list or watch means. */
export interface Failure {
  /** refused: an answer that stays as it is; broken: something that may be better soon. */
  readonly lasting: boolean;
  readonly state: ScopeState;
}

/**
 * Reads a failure: refusals are states that are looked at again now and then, everything else is tried again soon.
 *
 * @param error what a list threw
 * @param wasListed whether there is something that is now out of date
 */
export function failureOf(error: unknown, wasListed: boolean): Failure {
  const reason = reasonOf(error);
  if (error instanceof ApiError) {
    switch (error.status) {
      case 403:
        return { lasting: true, state: { status: 'denied', reason } };
      case 404:
        return { lasting: true, state: { status: 'absent', reason: 'the server does not serve it' } };
      case 405:
      case 406:
      case 415:
        return { lasting: true, state: { status: 'unsupported', reason } };
      case 401:
        return {
          lasting: false,
          state: { status: wasListed ? 'stale' : 'denied', reason: `the login is not accepted: ${reason}` },
        };
    }
  }
  return { lasting: false, state: { status: wasListed ? 'stale' : 'syncing', reason } };
}

/**
 * The state of a kind from those of its namespaces.
 *
 * @param scopes by namespace
 * @param refusal why the whole cluster can't be listed
 * @returns the namespaces that were read, and what is to be said of the others
 */
export function stateOfNamespaces(
  scopes: ReadonlyMap<string, ScopeState>,
  refusal: string,
): ScopeState & { readonly namespaces: readonly string[] } {
  const names = (status: ScopeState['status']): string[] =>
    [...scopes].filter(([, state]) => state.status === status).map(([name]) => name);
  const read = [...names('live'), ...names('stale')];
  const parts = [`may not be listed in all namespaces: ${refusal}`];
  for (const status of ['denied', 'stale', 'broken', 'syncing'] as const) {
    const concerned = names(status);
    if (concerned.length > 0) parts.push(`${status} in ${concerned.join(', ')}`);
  }
  const unseen = [...scopes.values()].flatMap(({ unseenSince }) => unseenSince ?? []);
  return {
    status: overall(scopes),
    namespaces: read,
    reason: parts.join('; '),
    ...(unseen.length === 0 ? {} : { unseenSince: Math.min(...unseen) }),
  };
}

/** The worst that can still change first, then the best that was reached. */
function overall(scopes: ReadonlyMap<string, ScopeState>): ScopeState['status'] {
  const all = new Set([...scopes.values()].map(({ status }) => status));
  for (const status of ['syncing', 'stale', 'live', 'broken', 'denied', 'unsupported'] as const) {
    if (all.has(status)) return status;
  }
  return all.size === 0 ? 'syncing' : 'absent';
}
