import { countText } from '../src/kube/count-text.ts';
import { createAuditIntake, type AuditIntake } from '../src/analyses/audit/audit-intake.ts';
import type { Config } from '../src/config/config-value.ts';
import type { AuditEvent } from '../src/model/audit-event.ts';
import type { AuditQuery } from '../src/model/audit-query.ts';
import type { AuditState } from '../src/model/audit-state.ts';
import { AuditSourceError, MACHINE_FILES } from '../src/sources/audit/audit-files.ts';
import { readAuditLog, type AuditProgress } from '../src/sources/audit/read-audit-log.ts';
import { createSeenEvents } from '../src/sources/audit/seen-events.ts';
import type { Connection } from '../src/sources/live/connection.ts';
import { cuttingThreads } from './cutting-threads.ts';
import { isDeployer } from './deployers.ts';
import { loadLearned, saveLearned } from './load-learned.ts';
import { NODE_PROXY_WARNING, nodeLogs, type NodeLogs } from './node-logs.ts';
import { progress } from './progress.ts';
import { readHistory } from './read-history.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';
import { boundedYoungGeneration, boundOldGeneration } from './bounded-memory.ts';

/**
 * Up to here what is garbage may stay: collecting it often takes a third more processor time. Beyond, a log of months,
 * with thousands of detections that are kept, would pass 300 MB.
 */
const ROOMY = 180 * 1024 * 1024;
/** Events between two looks at the memory, each of which costs as much as some twenty events. */
const LOOK_EVERY = 4000;

/**
 * Reads the logs of `--audit-log` to their end.
 *
 * @param logs files, folders or `-`
 * @param self the user that k8sec itself is; null where that is not known
 * @param onEvents gets every event in order of reading; nothing of them need be kept
 * @param connection of the cluster whose nodes `--audit-source node-proxy` reads
 */
export async function loadAudit(
  world: World,
  settings: Settings,
  config: Config,
  logs: readonly string[],
  self: string | null,
  onEvents: (events: readonly AuditEvent[]) => void = () => undefined,
  connection: Connection | null = null,
): Promise<AuditState> {
  const shown = progress(world, settings);
  const { intake, take } = await taking(world, settings, config, self, onEvents);
  let nodes: NodeLogs | null = null;
  if (settings.nodeProxy && connection !== null) {
    world.warn(`${NODE_PROXY_WARNING}\n`);
    nodes = await nodeLogs(connection, new AbortController().signal);
  }
  try {
    const since = settings.auditFrom ?? null;
    const options = {
      stdin: process.stdin,
      files: nodes?.files ?? MACHINE_FILES,
      since,
      until: settings.auditUntil ?? null,
      seen: createSeenEvents(),
      threads: nodes === null ? cuttingThreads() : null,
      onEvents: take,
      onProgress: ({ source, events }: AuditProgress) =>
        shown.show(() => `reading ${source}: ${countText(events)} events`),
    };
    let paths = [...logs, ...((await nodes?.rotated(since)) ?? []), ...(nodes?.paths ?? [])];
    while (paths.length > 0) {
      for (const one of await readAuditLog(paths, options)) intake.note(one);
      // What was rotated while it was read has another name by now.
      paths = [...((await nodes?.rotated(since)) ?? [])];
    }
    const audit = intake.state();
    refuseOtherText(audit);
    await saveLearned(world, settings.learned, intake);
    return audit;
  } finally {
    nodes?.close();
    shown.clear();
  }
}

/**
 * @throws AuditSourceError where the logs hold lines, and none of them is an event: whoever named another file must not
 *   be told that nothing happened
 */
function refuseOtherText({ notes }: AuditState): void {
  const lines = notes.reduce((sum, note) => sum + note.lines, 0);
  const skipped = notes.reduce((sum, note) => sum + note.skipped, 0);
  if (lines === 0 || skipped < lines) return;
  const names = notes.map((note) => note.source).join(', ');
  throw new AuditSourceError(
    `${names}: no audit events: none of ${lines === 1 ? 'the one line' : `the ${countText(lines)} lines`} there is one; is it the log that kube-apiserver --audit-log-path names, or the export of a cloud's audit log?`,
  );
}

interface HistoryOptions {
  /** What is asked for: some more may go by. */
  readonly only?: AuditQuery;
  /** As for `loadAudit`. */
  readonly self?: string | null;
  readonly onEvents?: (events: readonly AuditEvent[]) => void;
}

/**
 * Reads a history in the order of its logs.
 *
 * @throws HistoryError where it cannot be used
 */
export async function loadAuditHistory(
  world: World,
  settings: Settings,
  config: Config,
  path: string,
  { only = {}, self = null, onEvents = () => undefined }: HistoryOptions,
): Promise<AuditState> {
  const shown = progress(world, settings);
  const { intake, take } = await taking(world, settings, config, self, onEvents);
  try {
    await readHistory(
      path,
      { ...only, since: settings.auditFrom, until: settings.auditUntil },
      {
        onEvents: (events, count) => {
          take(events);
          shown.show(() => `reading ${path}: ${countText(count)} events`);
        },
        onNotes: (notes) => intake.note(notes),
      },
    );
    await saveLearned(world, settings.learned, intake);
    return intake.state();
  } finally {
    shown.clear();
  }
}

async function taking(
  world: World,
  settings: Settings,
  config: Config,
  self: string | null,
  onEvents: (events: readonly AuditEvent[]) => void,
): Promise<{ readonly intake: AuditIntake; readonly take: (events: readonly AuditEvent[]) => void }> {
  const learned = await loadLearned(world, settings.learned);
  const boundYoung = boundedYoungGeneration(8);
  let isRoomy = true;
  let unseen = 0;
  const intake = createAuditIntake({ burst: config.burst, isDeployer: isDeployer(config), self, learned });
  const take = (events: readonly AuditEvent[]): void => {
    unseen += events.length;
    if (unseen >= LOOK_EVERY) {
      unseen = 0;
      boundYoung();
      if (isRoomy && process.memoryUsage.rss() > ROOMY) {
        isRoomy = false;
        boundOldGeneration('loaded');
      }
    }
    onEvents(events);
    intake.push(events);
  };
  return { intake, take };
}
