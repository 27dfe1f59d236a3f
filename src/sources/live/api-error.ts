import type { V1StatusCause } from '@kubernetes/client-node';
import { sanitise } from '../../kube/sanitise.ts';
import { oneLine } from './connection-error.ts';
import { objectOf, objectsOf, textOf } from './json-shape.ts';

/** One reason of a refusal, as the API server names it. */
export type StatusCause = Readonly<Required<V1StatusCause>>;

const MAX_MESSAGE = 600;
const MAX_CAUSES = 50;

/** The API server refused a request. All text is safe to show. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status, or the code of a Status in a watch. */
  readonly status: number;
  /** The Status reason, such as `Forbidden` or `Expired`; '' where the answer had none. */
  readonly reason: string;
  /** How long the server asks to wait; null where it does not. */
  readonly retryAfterMs: number | null;
  readonly causes: readonly StatusCause[];
  /** The token with which an expired list may be continued inconsistently; '' where there is none. */
  readonly continueToken: string;

  constructor(fields: {
    readonly status: number;
    readonly reason?: string;
    readonly message: string;
    readonly retryAfterMs?: number | null;
    readonly causes?: readonly StatusCause[];
    readonly continueToken?: string;
  }) {
    super(oneLine(fields.message, MAX_MESSAGE));
    this.status = fields.status;
    this.reason = sanitise(fields.reason ?? '', MAX_MESSAGE);
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.causes = fields.causes ?? [];
    this.continueToken = fields.continueToken ?? '';
  }
}

/** Whether an error is the API server's answer with that status. */
export function isStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}

/**
 * The error for an answer that is not 2xx.
 *
 * @param status the HTTP status
 * @param body the body, a Status object as JSON where the API server itself answered
 * @param retryAfter the Retry-After header; undefined where there is none
 */
export function apiErrorOf(status: number, body: Buffer, retryAfter: string | undefined): ApiError {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    // A proxy's page, or a plain line.
  }
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status') {
    return statusError(parsed, status, retryAfterMs);
  }
  const line = body.toString('utf8', 0, MAX_MESSAGE).replaceAll(/\s+/g, ' ').trim();
  return new ApiError({ status, message: line === '' ? `HTTP ${status}` : `HTTP ${status}: ${line}`, retryAfterMs });
}

/**
 * The error that a Status object means, of a body or of an ERROR event in a watch.
 *
 * @param status used where the object has no code
 */
export function statusError(object: unknown, status: number, retryAfterMs: number | null = null): ApiError {
  const { code, reason, message, details, metadata } = objectOf(object);
  const { retryAfterSeconds, causes } = objectOf(details);
  return new ApiError({
    status: typeof code === 'number' && code !== 0 ? code : status,
    reason: textOf(reason),
    message: textOf(message) === '' ? `HTTP ${status}` : textOf(message),
    retryAfterMs:
      retryAfterMs ??
      (typeof retryAfterSeconds === 'number' && retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : null),
    causes: objectsOf(causes)
      .slice(0, MAX_CAUSES)
      .map((cause) => ({
        reason: sanitise(textOf(cause['reason']), MAX_MESSAGE),
        message: oneLine(textOf(cause['message']), MAX_MESSAGE),
        field: sanitise(textOf(cause['field']), MAX_MESSAGE),
      })),
    continueToken: textOf(objectOf(metadata)['continue']),
  });
}
