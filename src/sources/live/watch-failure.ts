import { ApiError, isStatus } from './api-error.ts';
import { NoInitialEnd } from './watcher.ts';

/**
 * What to do after a watch that failed (client-go tools/cache/reflector.go, watchHandler and handleListError).
 * - again: watch from the same version
 * - relist: the version is of no use any more
 * - poll: listing may be allowed where watching is not
 * - pages: the server has no watch lists
 */
export type AfterWatch = 'again' | 'relist' | 'poll' | 'pages';

/** In-stream server errors at one version before the list is taken anew. */
const SAME_VERSION_TRIES = 5;

/**
 * @param error what the watch threw
 * @param serverErrors how many watches in a row ended with an error of the server, this one included
 * @param isInitial whether it was a watch list that had not ended its initial events
 */
export function afterWatch(error: unknown, serverErrors: number, isInitial: boolean): AfterWatch {
  if (isInitial && (isStatus(error, 400, 422) || error instanceof NoInitialEnd)) return 'pages';
  if (isStatus(error, 403, 405)) return 'poll';
  if (isExpired(error)) return 'relist';
  if (!(error instanceof ApiError) || error.status === 401 || error.status === 429) return 'again';
  return error.status >= 500 && serverErrors < SAME_VERSION_TRIES ? 'again' : 'relist';
}

/** Whether the server no longer has the history that was asked for. */
export function isExpired(error: unknown): boolean {
  return isStatus(error, 410) || (error instanceof ApiError && /^(Expired|Gone)$/.test(error.reason));
}
