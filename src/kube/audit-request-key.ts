import type { AuditEvent } from '../model/audit-event.ts';

/**
 * Tells requests apart, also those of a client that gives all the same id and sends some at once.
 *
 * Source: k8s.io/apiserver pkg/endpoints/filters/audit_init.go (a client may send Audit-ID)
 */
export function requestKey({
  auditID,
  time,
  verb,
  requestURI,
}: Pick<AuditEvent, 'auditID' | 'time' | 'verb' | 'requestURI'>): string {
  return `${auditID} ${time} ${verb} ${requestURI}`;
}
