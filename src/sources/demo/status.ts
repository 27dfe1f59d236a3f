import type { ServedKind } from './served-kinds.ts';

interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A failure as the API server words it. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** A Status object; wording and reasons are those of k8s.io/apimachinery/pkg/api/errors. */
export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export function unauthorized(): Status {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

/** 404 for an object that does not exist. */
export function notFound(kind: Pick<ServedKind, 'group' | 'resource'>, name: string): Status {
  return failure(404, 'NotFound', `${qualified(kind)} "${name}" not found`, {
    name,
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.resource,
  });
}

/** 404 for a group, version or resource that is not served. */
export function unknownResource(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): Status {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** The answer to a dry run: the demo cluster has no validation, so it must not pretend. */
export function dryRunNotImplemented(): Status {
  return failure(
    501,
    'NotImplemented',
    'the demo cluster cannot validate objects: only a real API server can answer a dry run',
    {},
  );
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

/** 415: bodies are read as JSON only, not as protobuf. */
export function unsupportedMediaType(): Status {
  return failure(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json',
  );
}

/** 422 for list options that contradict each other. */
export function invalidListOptions(field: string, message: string): Status {
  return failure(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field }],
  });
}

export function internalError(message: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

export function unavailable(): Status {
  return failure(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
}

/** 410 of a list or watch whose resourceVersion is compacted. */
export function expired(message: string): Status {
  return failure(410, 'Expired', message);
}

/**
 * 410 of a continue token that is too old (etcd3/errors.go): the answer carries a token with which the list can be
 * ended, at the price of consistency.
 */
export function expiredContinue(inconsistentToken: string): Status {
  const status = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
      'without the continue parameter, or use the continue token in this response to retrieve the remainder of the ' +
      'results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
      'modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return { ...status, metadata: { continue: inconsistentToken } };
}

/** 504 for a resourceVersion that this server has not reached. */
export function tooLargeResourceVersion(asked: number, current: number): Status {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** 406: none of the asked media types can be made from this resource. */
export function notAcceptable(): Status {
  return failure(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}

/** `deployments.apps`, or `pods` in the core group. */
export function qualified(kind: Pick<ServedKind, 'group' | 'resource'>): string {
  return kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
}
