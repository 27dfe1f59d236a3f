import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { Change } from '../../../src/model/change.ts';
import { AUDIT_RULES } from '../../../src/rules/audit/audit-rules.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { auditNotes } from '../../analyses/audit/audit-notes.ts';

/** A settled engine with the rules of the audit pane, on a cluster and the events of its log. */
export function auditEngine(events: readonly AuditEvent[], changes: readonly Change[] = []): Engine {
  const store = new ClusterStore();
  store.apply(changes);
  if (events.length > 0) {
    const intake = createAuditIntake();
    intake.push(events);
    intake.note(auditNotes({ source: 'x', lines: 1, first: 0, last: 0 }));
    store.apply([{ type: 'audit', audit: intake.state() }]);
  }
  const made = new Engine(new StoreView(store, Date.parse('2026-11-23T12:00:00Z')), AUDIT_RULES);
  made.settle();
  return made;
}
