import type { AuditEvent } from '../model/audit-event.ts';

/**
 * Tells requests apart, also those of a client that gives all the same id.
 *
 * Source: k8s.io/apiserver pkg/endpoints/filters/audit_init.go (a client may send Audit-ID)
 */
export function requestKey({ auditID, time }: Pick<AuditEvent, 'auditID' | 'time'>): string {
  return `${auditID} ${time}`;
}
