import { createAuditIntake } from '../src/analyses/audit/audit-intake.ts';
import type { SourceSink } from '../src/app/session-source.ts';
import type { Config } from '../src/config/config-value.ts';
import type { AuditEvent } from '../src/model/audit-event.ts';
import { followAuditLog } from '../src/sources/audit/follow-audit-log.ts';
import type { Clock } from '../src/sources/live/clock.ts';
import { isDeployer } from './deployers.ts';
import type { Settings } from './settings.ts';

/** How often logs are looked at again, in milliseconds. */
const LOOK_EVERY = 500;

/**
 * Follows audit logs into the session; what goes wrong is a note, and costs nothing else. The first change of type
 * `audit` comes when every log was read once, or cannot be.
 */
export function followAudit(
  settings: Settings,
  logs: readonly string[],
  config: Config,
  clock: Clock,
  sink: SourceSink,
  signal: AbortSignal,
): void {
  if (logs.length === 0) return;
  const intake = createAuditIntake({ burst: config.burst, isDeployer: isDeployer(config) });
  const tell = (): void => {
    const change = intake.takeChange();
    if (change !== null && !signal.aborted) sink.apply([change]);
  };
  followAuditLog(logs, {
    onEvents: (events) => intake.push(events.filter((event) => isAskedFor(event, settings))),
    onNotes: (notes) => intake.note(notes),
    wait: async () => {
      tell();
      await clock.sleep(LOOK_EVERY, signal);
    },
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return;
    sink.note(`audit log: ${error instanceof Error ? error.message : String(error)}`);
    sink.apply([{ type: 'audit', audit: intake.state() }]);
  });
}

function isAskedFor({ time }: AuditEvent, { auditFrom, auditUntil }: Settings): boolean {
  return (auditFrom === undefined || time >= auditFrom) && (auditUntil === undefined || time < auditUntil);
}
