import { countText } from '../src/kube/count-text.ts';
import { auditLogFiles, MACHINE_FILES } from '../src/sources/audit/audit-files.ts';
import { openHistory } from '../src/sources/history/history-database.ts';
import { importLogs } from '../src/sources/history/import-logs.ts';
import { ArgumentError } from './arguments.ts';
import { progress } from './progress.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Lines of one log that are named, where they could not be used. */
const MOST_NAMED = 20;

/**
 * `k8sec audit import LOG… --history FILE`: reads logs into a history. What was imported before is not imported again.
 *
 * @returns 0, or 3 where some lines could not be used
 * @throws ArgumentError without a log or --history; AuditSourceError, HistoryError where one cannot be used
 */
export async function runImport(world: World, settings: Settings, words: readonly string[]): Promise<number> {
  const { history } = settings;
  const logs = [...words, ...settings.auditLogs];
  if (logs.length === 0) throw new ArgumentError('audit import takes the logs to read: file, folder, .gz or -');
  if (history === undefined) throw new ArgumentError('audit import needs --history FILE, the history to fill');
  if (settings.auditFrom !== undefined || settings.auditUntil !== undefined) {
    throw new ArgumentError('audit import reads whole logs: --since and --until are for the questions');
  }
  const files = await auditLogFiles(logs, MACHINE_FILES);
  const database = await openHistory(history, 'write');
  const shown = progress(world, settings);
  const unusable = new Map<string, number[]>();
  let isWhole = true;
  try {
    const options = {
      stdin: process.stdin,
      onProgress: ({ source, events }: { source: string; events: number }) =>
        shown.show(() => `importing ${source}: ${countText(events)} events`),
      onUnusable: (source: string, line: number) => {
        const lines = unusable.get(source);
        if (lines === undefined) unusable.set(source, [line]);
        else if (lines.length < MOST_NAMED) lines.push(line);
      },
    };
    for await (const { name, notes, added } of importLogs(files, database, options)) {
      shown.clear();
      if (notes === null) {
        if (!settings.quiet) world.warn(`${name}: imported before\n`);
        continue;
      }
      if (!settings.quiet) world.warn(`${name}: ${countText(added)} events added\n`);
      if (notes.lines > 0 && notes.skipped >= notes.lines) {
        isWhole = false;
        world.warn(`${name}: no audit events: none of its ${countText(notes.lines)} lines is one\n`);
      }
      const lost = notes.broken + notes.truncated + notes.legacy;
      if (lost === 0) continue;
      isWhole = false;
      const lines = unusable.get(name) ?? [];
      const more = lost > lines.length ? ' and more' : '';
      const where = lines.length === 0 ? 'its end is missing' : `lines ${lines.join(', ')}${more}`;
      world.warn(`${name}: ${lost} could not be used, and may have held changes: ${where}\n`);
    }
  } finally {
    shown.clear();
    database.close();
  }
  return isWhole ? 0 : 3;
}
