import type { AuditEvent } from '../../model/audit-event.ts';
import type { Witness } from '../../model/observation.ts';
import { accessOf } from './accesses.ts';

/**
 * What an event proves about access: an allowed request that reaches into a workload. A connection counts when it
 * starts (its end may come hours later); a refused or failed request proves nothing.
 *
 * @returns null for all other events
 */
export function witnessOf(event: AuditEvent): Witness | null {
  const { object, verb, stage, code, decision } = event;
  if (object === null || decision !== 'allow' || stage === 'RequestReceived' || stage === 'Panic') return null;
  if (code !== null && code >= 400) return null;
  const { resource, subresource, apiGroup: group } = object;
  if (accessOf({ group, resource, subresource, verb }) === undefined) return null;
  // The authorizer decided about the impersonated user (k8s.io/apiserver pkg/server/config.go, the handler chain).
  const { username, groups } = event.impersonated ?? event.user;
  return {
    time: event.time,
    auditID: event.auditID,
    username,
    groups,
    verb,
    group,
    resource,
    subresource,
    namespace: object.namespace,
    name: object.name,
    reason: event.reason,
  };
}
