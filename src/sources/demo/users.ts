import type { IncomingMessage } from 'node:http';

/** Who makes a request, as authentication found it. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Bearer tokens and whom they stand for. */
export type Tokens = Readonly<Record<string, User>>;

/**
 * The user of a request, before impersonation.
 *
 * @param fallback whom requests without a bearer token stand for
 * @returns undefined where a token is unknown: such a request is answered with 401
 */
export function authenticate(request: IncomingMessage, tokens: Tokens, fallback: User): User | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return fallback;
  const match = /^Bearer (.+)$/i.exec(header);
  const user = match?.[1] === undefined ? undefined : tokens[match[1]];
  if (user === undefined) return undefined;
  return user.groups.includes('system:authenticated')
    ? user
    : { ...user, groups: [...user.groups, 'system:authenticated'] };
}

/**
 * Whom a request wants to be through the Impersonate-* headers.
 *
 * @returns undefined where it impersonates nobody
 */
export function impersonatedUser(request: IncomingMessage): User | undefined {
  const headers = request.headersDistinct;
  const name = headers['impersonate-user']?.[0];
  if (name === undefined) return undefined;
  const extra: Record<string, readonly string[]> = {};
  for (const [header, values] of Object.entries(headers)) {
    const key = /^impersonate-extra-(.+)$/.exec(header)?.[1];
    if (key !== undefined && values !== undefined) extra[decodeURIComponent(key)] = values;
  }
  const uid = headers['impersonate-uid']?.[0];
  return {
    name,
    groups: [...(headers['impersonate-group'] ?? []), 'system:authenticated'],
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
