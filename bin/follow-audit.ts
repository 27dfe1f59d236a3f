import { createAuditIntake } from '../src/analyses/audit/audit-intake.ts';
import type { SourceSink } from '../src/app/session-source.ts';
import type { Config } from '../src/config/config-value.ts';
import type { AuditEvent } from '../src/model/audit-event.ts';
import type { AuditNotes } from '../src/model/change.ts';
import { MACHINE_FILES } from '../src/sources/audit/audit-files.ts';
import { createSeenEvents } from '../src/sources/audit/seen-events.ts';
import { readAuditLog } from '../src/sources/audit/read-audit-log.ts';
import { followAuditLog } from '../src/sources/audit/follow-audit-log.ts';
import type { Clock } from '../src/sources/live/clock.ts';
import type { Connection } from '../src/sources/live/connection.ts';
import { isDeployer } from './deployers.ts';
import { loadLearned, saveLearned } from './load-learned.ts';
import { NODE_PROXY_WARNING, nodeLogs, type NodeLogs } from './node-logs.ts';
import { readHistory } from './read-history.ts';
import type { Settings } from './settings.ts';
import { processWorld } from './world.ts';

/** How often logs are looked at again, in milliseconds. */
const LOOK_EVERY = 500;
/** The same through the API server, where each look is some requests. */
const LOOK_AT_NODES_EVERY = 5_000;

/** How often what was learned is written while logs grow, in milliseconds. */
const SAVE_EVERY = 60_000;

/** Whether a session has an audit log to show, besides that of the demo. */
export function hasAuditLog({ auditLogs, history }: Settings): boolean {
  return auditLogs.length > 0 || history !== undefined;
}

/**
 * Follows audit logs into the session, or reads a history into it; what goes wrong is a note, and costs nothing else. The
 * first change of type `audit` comes when every log was read once, or cannot be.
 *
 * @returns resolves after the signal, when what was learned is written
 */
export async function followAudit(
  settings: Settings,
  logs: readonly string[],
  config: Config,
  clock: Clock,
  sink: SourceSink,
  signal: AbortSignal,
  connection: Connection | null = null,
): Promise<void> {
  const { history, auditFrom: since, auditUntil: until } = settings;
  if (logs.length === 0 && !settings.nodeProxy && history === undefined) return;
  const what = history === undefined ? 'audit log' : 'history';
  const note = (error: unknown): void => {
    if (!signal.aborted) sink.note(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
  const files = processWorld();
  const options = { burst: config.burst, isDeployer: isDeployer(config) };
  let saveTo = settings.learned;
  const learned = await loadLearned(files, saveTo).catch((error: unknown) => {
    saveTo = undefined;
    note(error);
    return null;
  });
  const intake = createAuditIntake({ ...options, learned });
  let savedAt = clock.now();
  const save = (): Promise<void> => saveLearned(files, saveTo, intake).catch(note);
  const tell = (): void => {
    const change = intake.takeChange();
    if (change !== null && !signal.aborted) sink.apply([change]);
  };
  let nodes: NodeLogs | null = null;
  try {
    if (history !== undefined) {
      const into = {
        onEvents: (events: readonly AuditEvent[]) => intake.push(events),
        onNotes: (notes: AuditNotes) => intake.note(notes),
      };
      await readHistory(history, { since, until }, into, signal);
      sink.apply([{ type: 'audit', audit: intake.state() }]);
      return await save();
    }
    if (settings.nodeProxy && connection !== null) {
      sink.note(NODE_PROXY_WARNING);
      nodes = await nodeLogs(connection, signal);
    }
    const lookEvery = nodes === null ? LOOK_EVERY : LOOK_AT_NODES_EVERY;
    const options = {
      files: nodes?.files ?? MACHINE_FILES,
      seen: createSeenEvents(),
      onEvents: (events: readonly AuditEvent[]) => intake.push(events.filter((event) => isAskedFor(event, settings))),
      signal,
    };
    let looks = 0;
    const readRotated = async (): Promise<void> => {
      for (const one of await readAuditLog((await nodes?.rotated(since ?? null)) ?? [], options)) intake.note(one);
    };
    await readRotated();
    await followAuditLog([...logs, ...(nodes?.paths ?? [])], {
      ...options,
      onNotes: (notes) => intake.note(notes),
      wait: async () => {
        looks += 1;
        // From now on a log is followed over its rotation; what was rotated before that has a name by now.
        if (looks === 1) await readRotated();
        tell();
        if (clock.now() - savedAt >= SAVE_EVERY) {
          savedAt = clock.now();
          await save();
        }
        await clock.sleep(lookEvery, signal);
      },
      signal,
    });
  } catch (error) {
    note(error);
    if (!signal.aborted) sink.apply([{ type: 'audit', audit: intake.state() }]);
  }
  nodes?.close();
  await save();
}

function isAskedFor({ time }: AuditEvent, { auditFrom, auditUntil }: Settings): boolean {
  return (auditFrom === undefined || time >= auditFrom) && (auditUntil === undefined || time < auditUntil);
}
