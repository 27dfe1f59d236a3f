/**
 * A row of Azure Monitor's table AKSAudit as an audit.k8s.io Event: PascalCase columns, nested ones as objects or as
 * JSON text, bodies possibly the text `skipped-too-big-size-object` (learn.microsoft.com, tables/aksaudit).
 */
import { isObject, type JsonObject } from './audit-json.ts';

const COLUMNS: Readonly<Record<string, string>> = {
  AuditId: 'auditID',
  Level: 'level',
  Stage: 'stage',
  RequestUri: 'requestURI',
  Verb: 'verb',
  User: 'user',
  ImpersonatedUser: 'impersonatedUser',
  SourceIps: 'sourceIPs',
  UserAgent: 'userAgent',
  ObjectRef: 'objectRef',
  ResponseStatus: 'responseStatus',
  RequestObject: 'requestObject',
  ResponseObject: 'responseObject',
  Annotations: 'annotations',
  RequestReceivedTime: 'requestReceivedTimestamp',
  StageReceivedTime: 'stageTimestamp',
};

export function isAksRow(raw: JsonObject): boolean {
  return typeof raw['AuditId'] === 'string' && typeof raw['Stage'] === 'string';
}

/** @param raw a row for which `isAksRow` holds */
export function fromAksRow(raw: JsonObject): JsonObject {
  const event: Record<string, unknown> = {};
  for (const [column, field] of Object.entries(COLUMNS)) {
    const value = nested(raw[column]);
    if (value !== undefined && value !== null && value !== '') event[field] = value;
  }
  event['requestReceivedTimestamp'] ??= raw['TimeGenerated'];
  return event;
}

/** Columns of type dynamic come as text from some exports. */
function nested(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) || Array.isArray(parsed) ? parsed : value;
  } catch {
    return value;
  }
}
