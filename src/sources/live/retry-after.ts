import { ApiError } from './api-error.ts';
import type { Clock } from './clock.ts';

/** client-go's (rest/with_retry.go). */
const MAX_RETRIES = 10;
/** A server that asks for more than this is treated as failing. */
const MAX_WAIT_MS = 60_000;

/**
 * Tries again where the API server says when: 429 and 5xx answers with a Retry-After (rest/with_retry.go).
 *
 * @param attempt one try
 * @throws what the last try threw
 */
export async function withRetryAfter<T>(attempt: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const wait = waitOf(error);
      if (wait === null || tries >= MAX_RETRIES) throw error;
      await clock.sleep(wait * (1 + clock.random() / 10), signal);
      signal.throwIfAborted();
    }
  }
}

function waitOf(error: unknown): number | null {
  if (!(error instanceof ApiError) || error.retryAfterMs === null || error.retryAfterMs > MAX_WAIT_MS) return null;
  return error.status === 429 || error.status >= 500 ? error.retryAfterMs : null;
}
