import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditState } from '../../model/audit-state.ts';
import type { AuditNotes, Change } from '../../model/change.ts';
import { AccessUses } from './access-uses.ts';
import { DeprecatedCalls } from './deprecated-calls.ts';
import { createAuditDetector, type AuditDetectorOptions } from './audit-detector.ts';
import { LogCoverage } from './log-coverage.ts';

/** Events kept for questions: at about 1 KB each, 20 MB. */
const DEFAULT_WINDOW = 20_000;
/** Events over the window before it is cut. */
const TRIM_AFTER = 2_000;

export interface AuditIntakeOptions extends AuditDetectorOptions {
  /** How many of the newest events are kept. */
  readonly window?: number;
}

/** Takes the events of all sources in, and keeps what the store needs of them. */
export interface AuditIntake {
  push(events: readonly AuditEvent[]): void;
  /** What a source counted so far; replaces what it said before. */
  note(notes: AuditNotes): void;
  /** A change for the store where anything came since the last call, else null. */
  takeChange(): Change | null;
  /** What is kept now. */
  state(): AuditState;
}

/** Memory is bounded by the window and the number of actors, not by the length of the logs. */
export function createAuditIntake(options: AuditIntakeOptions = {}): AuditIntake {
  const most = options.window ?? DEFAULT_WINDOW;
  const detector = createAuditDetector(options);
  const coverage = new LogCoverage();
  const uses = new AccessUses();
  const deprecated = new DeprecatedCalls();
  const notes = new Map<string, AuditNotes>();
  let groups: AuditState['groups'] = new Map();
  let recent: AuditEvent[] = [];
  let isChanged = false;
  const state = (): AuditState => {
    if (detector.isDirty) groups = detector.groups();
    return {
      groups,
      events: recent.slice(-most),
      total: coverage.total,
      coverage: coverage.coverage(),
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
      if (most > 0) {
        for (const event of events) recent.push(event);
        // Trimmed now and then only: moving the window for every batch would cost more than it saves.
        if (recent.length > most + TRIM_AFTER) recent = recent.slice(-most);
      }
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
  };
}
