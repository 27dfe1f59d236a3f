import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditGroup, AuditHour } from '../../model/audit-group.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** What was detected, grouped per detection and actor, by group key. */
export function auditGroups(view: ClusterView): ReadonlyMap<string, AuditGroup> {
  return view.derive('audit-groups', '', (inner) => inner.audit().groups);
}

/** One group; readers are re-run only when this group changes. */
export function auditGroup(view: ClusterView, key: string): AuditGroup | undefined {
  return view.derive('audit-group', key, (inner) => auditGroups(inner).get(key));
}

/** The events that are kept of a group, or of some of its hours, in order of the hours. */
export function eventsOf({ hours }: { readonly hours: readonly Pick<AuditHour, 'events'>[] }): readonly AuditEvent[] {
  return hours.flatMap(({ events }) => events);
}
