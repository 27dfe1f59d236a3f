import { isSystemNamespace, type Principal } from '../../kube/audit-principal.ts';
import { requestPath } from '../../kube/request-uri.ts';
import type { AuditEvent, AuditObjectRef } from '../../model/audit-event.ts';

/** One request as detections judge it, once however many stages were logged. */
export interface AuditRequest {
  readonly event: AuditEvent;
  readonly principal: Principal;
  /** `pods`, `pods/exec`; '' for requests that name no resource. */
  readonly topic: string;
  readonly verb: string;
  readonly namespace: string;
  readonly name: string;
  /** denied: authentication, authorization or admission refused it; failed: it did not work for another reason. */
  readonly outcome: 'done' | 'denied' | 'failed';
  readonly isWrite: boolean;
}

const WRITES = new Set(['create', 'update', 'patch', 'apply', 'delete', 'deletecollection']);
/** Connections that stay open: what they do is known at ResponseStarted, their end may come hours later. */
const LONG_RUNNING = new Set([
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/proxy',
  'services/proxy',
  'nodes/proxy',
  'pods/log',
]);

export function topicOf(object: AuditObjectRef | null): string {
  if (object === null) return '';
  return object.subresource === '' ? object.resource : `${object.resource}/${object.subresource}`;
}

export function isWriteVerb(verb: string): boolean {
  return WRITES.has(verb);
}

export function isLongRunning(topic: string, verb: string): boolean {
  return verb === 'watch' || LONG_RUNNING.has(topic);
}

export function requestOf(event: AuditEvent, principal: Principal, topic: string): AuditRequest {
  return {
    event,
    principal,
    topic,
    verb: event.verb,
    namespace: event.object?.namespace ?? '',
    name: event.object?.name ?? '',
    outcome: outcomeOf(event),
    isWrite: isWriteVerb(event.verb),
  };
}

/**
 * What was refused did not happen, whatever the authorizer decided: escalation checks, pod security, quota and webhooks
 * refuse requests that RBAC allowed. 101 (exec) is a success.
 */
export function outcomeOf({ code, decision }: AuditEvent): AuditRequest['outcome'] {
  if (code === null) return decision === 'forbid' ? 'denied' : 'done';
  if (code < 400) return 'done';
  return code === 401 || code === 403 || code === 400 || code === 422 ? 'denied' : 'failed';
}

export function isInSystemNamespace(request: AuditRequest): boolean {
  return isSystemNamespace(request.namespace);
}

/** Whether a list or watch covers all namespaces: objectRef is filled in for lists too, so the path decides. */
export function isClusterWide(request: AuditRequest): boolean {
  return request.namespace === '' && !requestPath(request.event.requestURI).includes('/namespaces/');
}

export function userAgentIs(request: AuditRequest, pattern: RegExp): boolean {
  return pattern.test(request.event.userAgent);
}
