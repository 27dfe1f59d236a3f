import { requestPath } from '../../kube/request-uri.ts';
import type { AuditEvent } from '../../model/audit-event.ts';

/** What a request was about, as lists show it: `pods/cart (shop)`, `secrets (all)`, `/metrics`. */
export function objectText({ object, requestURI, body }: AuditEvent): string {
  if (object === null) return requestPath(requestURI) || '(no path)';
  const named = object.name || body?.pod?.name || '';
  const resource = object.subresource === '' ? object.resource : `${object.resource}/${object.subresource}`;
  const name = named === '' ? resource : `${resource} ${named}`;
  if (object.namespace !== '') return `${name} (${object.namespace})`;
  return named === '' && !requestPath(requestURI).includes('/namespaces/') ? `${name} (all)` : name;
}
