import type { AuditEvent } from '../model/audit-event.ts';

/** Where GKE keeps the command; its entries have no query string. */
const GKE_COMMAND = 'command.gke.io/command';

/**
 * The command of an exec, its arguments joined by spaces: one `command=` per argument in the query, form-encoded
 * (k8s.io/api core/v1 PodExecOptions). '' where the request names none.
 */
export function execCommand(event: AuditEvent): string {
  const at = event.requestURI.indexOf('?');
  const query = at < 0 ? '' : event.requestURI.slice(at + 1);
  const parts = new URLSearchParams(query).getAll('command');
  return parts.length > 0 ? parts.join(' ') : (event.annotations[GKE_COMMAND] ?? '');
}
