import type { Readable } from 'node:stream';
import type { AuditNotes } from '../../model/change.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { MACHINE_FILES } from '../audit/audit-files.ts';
import { readAuditLog } from '../audit/read-audit-log.ts';
import { createSlimmer } from '../slim/slimmer.ts';
import { createAuditPastReader } from './audit-past.ts';
import type { HistoryDatabase } from './history-database.ts';
import { HiddenTimes } from './hidden-times.ts';
import { HistoryReader, type ImportedSource } from './history-reader.ts';
import { HistoryWriter } from './history-writer.ts';
import { beginningsOf, CountedFile } from './log-position.ts';

const BATCH = 100_000;

export interface ImportOptions {
  /** What `-` reads. */
  readonly stdin?: Readable;
  /** Events that are written at once, whole or not at all; more than these are never lost with the process. */
  readonly batch?: number;
  onProgress?(progress: { readonly source: string; readonly events: number }): void;
  /** @param line counted from 1: one that could not be used */
  onUnusable?(source: string, line: number): void;
}

/** What became of one log. */
export interface ImportedLog {
  readonly name: string;
  /** null: its bytes were imported before, and it was not read again. */
  readonly notes: AuditNotes | null;
  /** Events that were not in the history before. */
  readonly added: number;
}

/**
 * Reads logs into a history. A log is known again by its bytes, whatever it is called: one that was imported before is
 * not read, and one that grew, or whose import was killed, is read from where that ended (packed ones and those that are
 * one document: from the beginning; no event is taken twice). Memory does not depend on the length of the logs.
 *
 * @param files as `auditLogFiles` finds them, or `-`
 * @throws AuditSourceError where a path cannot be read
 */
export async function* importLogs(
  files: readonly string[],
  database: HistoryDatabase,
  options: ImportOptions = {},
): AsyncGenerator<ImportedLog> {
  const reader = new HistoryReader(database);
  for (const path of files) {
    const size = path === '-' ? null : ((await MACHINE_FILES.stat(path))?.size ?? null);
    const earlier =
      size === null
        ? []
        : await beginningsOf(
            path,
            size,
            (await reader.sources()).flatMap((one) => (one.position === null ? [] : [{ ...one.position, ...one }])),
          );
    const longest = earlier.at(-1);
    if (longest !== undefined && longest.isFinished && longest.bytes === size) {
      yield { name: path, notes: null, added: 0 };
      continue;
    }
    yield await importOne(path, earlier, database, options);
  }
}

/** @param earlier the states of the log in the history, the longest last */
async function importOne(
  path: string,
  earlier: readonly ImportedSource[],
  database: HistoryDatabase,
  options: ImportOptions,
): Promise<ImportedLog> {
  const { stdin, batch = BATCH } = options;
  const name = path === '-' ? 'standard input' : sanitise(path);
  const resumed = earlier.findLast((one) => one.isResumable);
  const file = path === '-' ? null : await CountedFile.open(path, resumed?.position?.bytes ?? 0);
  const writer = await HistoryWriter.begin(database, resumed?.id ?? null);
  const hidden = new HiddenTimes(resumed?.hidden, resumed?.notes.last);
  const all = (notes: AuditNotes): AuditNotes => (resumed === undefined ? notes : added(resumed.notes, notes));
  // A new one for each batch: what the slimmer shares must not grow with the log.
  let read = createAuditPastReader(createSlimmer());
  let isByLine = false;
  let isCutShort = false;
  const [rest] = await readAuditLog([path], {
    ...(stdin === undefined ? {} : { stdin }),
    ...(file === null ? {} : { files: { ...MACHINE_FILES, stream: () => file.stream() } }),
    isByLine: resumed !== undefined,
    onEvents: () => undefined,
    onRaw: (event, raw) => {
      hidden.event(event.time);
      writer.add(event, read(event, raw));
    },
    onUnusable: (line) => {
      hidden.unusable();
      options.onUnusable?.(name, (resumed?.notes.lines ?? 0) + line);
    },
    onCutShort: () => void (isCutShort = true),
    onProgress: ({ events }) => options.onProgress?.({ source: name, events }),
    afterChunk: async (text) => {
      ({ isByLine } = text);
      if (writer.staged < batch) return;
      const line = isByLine ? file?.linePosition : null;
      await writer.save({
        notes: all(text.notes),
        position: line ?? file?.position ?? null,
        isResumable: line != null,
        hidden: hidden.soFar,
        isFinished: false,
      });
      read = createAuditPastReader(createSlimmer());
    },
  });
  if (rest === undefined) throw new Error(`${name}: nothing was read`);
  const notes = all(rest);
  const line = isByLine ? file?.linePosition : null;
  await writer.save(
    {
      notes,
      position: file?.position ?? null,
      isResumable: line != null && line.bytes === file?.position.bytes,
      hidden: hidden.ofWhole(notes, isCutShort),
      isFinished: true,
    },
    earlier.map((one) => one.id),
  );
  return { name, notes, added: writer.written };
}

/** What was counted of two parts of a log that follow each other. */
function added(before: AuditNotes, after: AuditNotes): AuditNotes {
  const times = [before.first, before.last, after.first, after.last].filter((time) => time !== null);
  return {
    source: after.source,
    lines: before.lines + after.lines,
    broken: before.broken + after.broken,
    truncated: before.truncated + after.truncated,
    duplicates: before.duplicates + after.duplicates,
    legacy: before.legacy + after.legacy,
    skipped: before.skipped + after.skipped,
    cut: before.cut + after.cut,
    unordered: before.unordered + after.unordered,
    first: times.length === 0 ? null : Math.min(...times),
    last: times.length === 0 ? null : Math.max(...times),
  };
}
