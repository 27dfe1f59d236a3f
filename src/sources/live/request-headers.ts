import type { OutgoingHttpHeaders } from 'node:http';
import { TOOL } from '../../model/tool.ts';
import type { Connection } from './connection.ts';
import type { Identity } from './credential.ts';
import { proxyAuthorization } from './proxy-tunnel.ts';

/** What servers and audit logs see of us. A name that begins like `curl` would be answered in indented JSON. */
const USER_AGENT = `${TOOL.name}/${TOOL.version}`;

/**
 * The headers of one request.
 *
 * @param proxy the http proxy that the request line goes to; null where it goes to the server
 */
export function requestHeaders(
  connection: Connection,
  identity: Identity,
  plan: {
    readonly accept: string;
    readonly body?: string;
    readonly contentType?: string;
    readonly range?: readonly [number, number];
  },
  proxy: URL | null,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { accept: plan.accept, 'user-agent': USER_AGENT };
  // Parts are those of the file, not of what it is packed into.
  if (plan.range !== undefined) headers['range'] = `bytes=${plan.range.join('-')}`;
  else if (connection.compress) headers['accept-encoding'] = 'gzip';
  if (proxy !== null) headers['host'] = new URL(connection.server).host;
  const login = proxy === null ? null : proxyAuthorization(proxy);
  if (login !== null) headers['proxy-authorization'] = login;
  if (identity.authorization !== null) headers['authorization'] = identity.authorization;
  if (plan.body !== undefined) {
    headers['content-type'] = plan.contentType ?? 'application/json';
    headers['content-length'] = Buffer.byteLength(plan.body);
  }
  impersonate(headers, connection);
  return headers;
}

/** One header per group and value: the API server does not split them (client-go transport/round_trippers.go). */
function impersonate(headers: OutgoingHttpHeaders, { impersonation }: Connection): void {
  if (impersonation === null) return;
  headers['Impersonate-User'] = impersonation.user;
  if (impersonation.uid !== '') headers['Impersonate-Uid'] = impersonation.uid;
  if (impersonation.groups.length > 0) headers['Impersonate-Group'] = [...impersonation.groups];
  for (const [key, values] of Object.entries(impersonation.extra)) {
    headers[`Impersonate-Extra-${escapeHeaderKey(key)}`] = [...values];
  }
}

/** Percent-encodes what a header name may not hold, and the percent sign itself. */
function escapeHeaderKey(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9!#$&'*+\-.^_`|~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
