/** Audit events as rows of a history, and back. */
import type { AuditEvent, AuditObjectRef, AuditUser } from '../../model/audit-event.ts';
import type { Row } from './history-database.ts';

const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;

export function stageNumber(stage: AuditEvent['stage']): number {
  return STAGES.indexOf(stage);
}

/** What few events have. */
interface Rest {
  readonly message?: string;
  readonly constraint?: string;
  readonly annotations?: AuditEvent['annotations'];
  readonly body?: NonNullable<AuditEvent['body']>;
}

/** @returns JSON, or null where there is nothing of it */
export function restText(event: AuditEvent): string | null {
  const { statusMessage, impersonationConstraint, annotations, body } = event;
  const hasAnnotations = hasAny(annotations);
  if (statusMessage === '' && impersonationConstraint === '' && !hasAnnotations && body === null) return null;
  const rest: Rest = {
    ...(statusMessage === '' ? {} : { message: statusMessage }),
    ...(impersonationConstraint === '' ? {} : { constraint: impersonationConstraint }),
    ...(hasAnnotations ? { annotations } : {}),
    ...(body === null ? {} : { body }),
  };
  return JSON.stringify(rest);
}

/** What many requests have in common, in the order of the table's columns after the id. */
export function requestValues(event: AuditEvent): readonly (string | number | null)[] {
  const { level, verb, object, code, decision, reason, statusReason } = event;
  return [
    level,
    verb,
    object?.apiGroup ?? '',
    object?.resource ?? null,
    object?.subresource ?? '',
    object?.namespace ?? '',
    code,
    decision,
    reason,
    statusReason,
  ];
}

interface Who {
  readonly user: AuditUser;
  readonly impersonated: AuditUser | null;
}

export function principalValues({ user, impersonated }: Who): readonly string[] {
  const asked = impersonated ?? user;
  return [asked.username, JSON.stringify(asked.groups), user.username, JSON.stringify({ user, impersonated })];
}

interface Client {
  readonly userAgent: string;
  readonly sourceIPs: readonly string[];
}

export function clientValues({ userAgent, sourceIPs }: AuditEvent): readonly string[] {
  return [JSON.stringify({ userAgent, sourceIPs })];
}

export function whoOf({ value }: Row): Who {
  return JSON.parse(String(value)) as Who;
}

export function clientOf({ value }: Row): Client {
  return JSON.parse(String(value)) as Client;
}

/** Makes the event again of its row and what the row names. */
export function eventOf(row: Row, request: Row, who: Who, client: Client): AuditEvent {
  const rest = typeof row['rest'] === 'string' ? (JSON.parse(row['rest']) as Rest) : {};
  return {
    auditID: String(row['audit_id']),
    stage: STAGES[Number(row['stage'])] ?? 'ResponseComplete',
    level: request['level'] as AuditEvent['level'],
    time: Number(row['time']),
    verb: String(request['verb']),
    requestURI: String(row['uri']),
    user: who.user,
    impersonated: who.impersonated,
    sourceIPs: client.sourceIPs,
    userAgent: client.userAgent,
    object: objectOf(row, request),
    code: request['code'] as number | null,
    statusReason: String(request['status_reason']),
    statusMessage: rest.message ?? '',
    impersonationConstraint: rest.constraint ?? '',
    decision: request['decision'] as AuditEvent['decision'],
    reason: String(request['reason']),
    annotations: rest.annotations ?? {},
    body: rest.body ?? null,
  };
}

function objectOf(row: Row, request: Row): AuditObjectRef | null {
  if (request['resource'] === null) return null;
  return {
    resource: String(request['resource']),
    subresource: String(request['subresource']),
    namespace: String(request['namespace']),
    name: String(row['name']),
    apiGroup: String(request['api_group']),
    uid: String(row['uid']),
  };
}

function hasAny(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return true;
  return false;
}
