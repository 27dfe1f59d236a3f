import { objectText } from '../analyses/audit/object-text.ts';
import { kindInfo, KINDS, type Kind } from '../model/kind.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import { UsageError } from './command.ts';

/** What `audit --events` keeps. */
export interface EventFilter {
  readonly object: { readonly resource: string; readonly namespace: string; readonly name: string } | null;
  readonly actor: string | null;
}

/**
 * Parses `KIND/NS/NAME`, `KIND/NAME` or `KIND`; KIND as kubectl takes it (kind or plural).
 *
 * @throws UsageError where it is none of these
 */
export function parseObjectFilter(text: string): NonNullable<EventFilter['object']> {
  const [kind = '', ...rest] = text.split('/');
  if (kind === '' || rest.length > 2) throw new UsageError(`--object is KIND/NAMESPACE/NAME or KIND/NAME, not ${text}`);
  const name = rest.at(-1) ?? '';
  return { resource: resourceOf(kind), namespace: rest.length === 2 ? (rest[0] ?? '') : '', name };
}

function resourceOf(word: string): string {
  const lower = word.toLowerCase();
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const info = kindInfo(kind);
    if (info.kind.toLowerCase() === lower || info.resource === lower) return info.resource;
  }
  return lower;
}

/** The name that a log has for `sa:shop/cart` or `user:bob`, as other questions name them; a name of a log is itself. */
export function userOf(text: string): string {
  const account = /^sa:([^:/]+)\/([^:/]+)$/.exec(text);
  if (account !== null) return `system:serviceaccount:${account[1] ?? ''}:${account[2] ?? ''}`;
  return text.startsWith('user:') ? text.slice('user:'.length) : text;
}

export function keepsEvent(filter: EventFilter, event: AuditEvent): boolean {
  const { object, actor } = filter;
  if (actor !== null && event.user.username !== actor && event.impersonated?.username !== actor) return false;
  if (object === null) return true;
  const ref = event.object;
  if (ref === null || ref.resource !== object.resource) return false;
  if (object.namespace !== '' && ref.namespace !== object.namespace) return false;
  return object.name === '' || ref.name === object.name || event.body?.pod?.name === object.name;
}

/** One line of the chronological record. */
export function eventLine(event: AuditEvent): string {
  const who =
    event.impersonated === null ? event.user.username : `${event.user.username} as ${event.impersonated.username}`;
  const code = event.code === null ? (event.decision ?? '-') : String(event.code);
  const time = new Date(event.time).toISOString();
  return `${time}  ${code.padEnd(6)} ${event.verb.padEnd(16)} ${objectText(event)}  ${who || '(unauthenticated)'}  ${event.sourceIPs.join(',')}  ${event.auditID}`;
}
