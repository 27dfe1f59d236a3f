import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import type { Change } from '../../../src/model/change.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';

const START = Date.UTC(2026, 10, 1);

/** A request that RBAC allowed, so many milliseconds after the start of the log. */
export function event(at: number, fields: Partial<AuditEvent> = {}): AuditEvent {
  const user = { username: 'system:serviceaccount:shop:cart', uid: '', groups: ['system:serviceaccounts'], extra: {} };
  return {
    auditID: `id-${at}`,
    stage: 'ResponseComplete',
    level: 'Metadata',
    time: START + at,
    verb: 'get',
    requestURI: '/api/v1/namespaces/shop/pods/a',
    user,
    impersonated: null,
    sourceIPs: [],
    userAgent: '',
    object: { resource: 'pods', subresource: '', namespace: 'shop', name: 'a', apiGroup: '', uid: '' },
    code: 200,
    statusReason: '',
    statusMessage: '',
    impersonationConstraint: '',
    decision: 'allow',
    reason: 'RBAC: allowed by RoleBinding "first/shop" of Role "pods" to ServiceAccount "cart/shop"',
    annotations: {},
    body: null,
    ...fields,
  };
}

/** What a log of these requests tells. */
export function auditChange(events: readonly AuditEvent[]): Change {
  const intake = createAuditIntake();
  intake.push(events);
  const change = intake.takeChange();
  if (change === null) throw new Error('no events');
  return change;
}
