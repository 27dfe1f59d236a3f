import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditState } from '../../model/audit-state.ts';
import type { AuditNotes, Change } from '../../model/change.ts';
import type { LearnedProfiles } from '../../model/learned-profiles.ts';
import { AccessUses } from './access-uses.ts';
import { DeprecatedCalls } from './deprecated-calls.ts';
import { createAuditDetector, type AuditDetectorOptions } from './audit-detector.ts';
import { LogCoverage } from './log-coverage.ts';
import { RecentWrites } from './recent-writes.ts';
import { SeenUsers } from './seen-users.ts';

/** Takes the events of all sources in, and keeps what the store needs of them. */
export interface AuditIntake {
  push(events: readonly AuditEvent[]): void;
  /** What a source counted so far; replaces what it said before. */
  note(notes: AuditNotes): void;
  /** A change for the store where anything came since the last call, else null. */
  takeChange(): Change | null;
  /** What is kept now. */
  state(): AuditState;
  /** What was learned of principals by now. */
  learned(): LearnedProfiles;
}

/** Memory is bounded by the number of actors, not by the length of the logs. */
export function createAuditIntake(options: AuditDetectorOptions = {}): AuditIntake {
  const detector = createAuditDetector(options);
  const coverage = new LogCoverage();
  const uses = new AccessUses();
  const deprecated = new DeprecatedCalls();
  const users = new SeenUsers();
  const writes = new RecentWrites();
  const notes = new Map<string, AuditNotes>();
  let groups: AuditState['groups'] = new Map();
  let isChanged = false;
  const state = (): AuditState => {
    if (detector.isDirty) groups = detector.groups();
    return {
      groups,
      writes: writes.writes(),
      users: users.users(),
      total: coverage.total,
      coverage: coverage.coverage(),
      learning: detector.learning(),
      uses: uses.uses(),
      usesAreComplete: uses.isComplete,
      deprecatedCalls: deprecated.calls(),
      notes: [...notes.values()],
    };
  };
  return {
    push(events) {
      if (events.length === 0) return;
      detector.push(events);
      coverage.add(events);
      uses.add(events);
      deprecated.add(events);
      users.add(events);
      writes.add(events);
      isChanged = true;
    },
    note(one) {
      notes.set(one.source, one);
      isChanged = true;
    },
    takeChange() {
      if (!isChanged) return null;
      isChanged = false;
      return { type: 'audit', audit: state() };
    },
    state,
    learned: () => detector.learned(),
  };
}
