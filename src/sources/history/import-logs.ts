import type { Readable } from 'node:stream';
import type { AuditNotes } from '../../model/change.ts';
import { fileDigest } from '../audit/file-digest.ts';
import { readAuditLog } from '../audit/read-audit-log.ts';
import { createSlimmer } from '../slim/slimmer.ts';
import { createAuditPastReader } from './audit-past.ts';
import type { HistoryDatabase } from './history-database.ts';
import { HistoryReader } from './history-reader.ts';
import { HistoryWriter } from './history-writer.ts';

export interface ImportOptions {
  /** What `-` reads. */
  readonly stdin?: Readable;
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
 * Reads logs into a history. Whatever was imported before, whole or in part, changes nothing: an import that was killed
 * is run again, and a log that grew is imported anew. Memory does not depend on the length of the logs.
 *
 * @param files as `auditLogFiles` finds them, or `-`
 * @throws AuditSourceError where a path cannot be read
 */
export async function* importLogs(
  files: readonly string[],
  database: HistoryDatabase,
  options: ImportOptions = {},
): AsyncGenerator<ImportedLog> {
  const known = new HistoryReader(database);
  for (const path of files) {
    const sha256 = path === '-' ? null : await fileDigest(path);
    if (sha256 !== null && (await known.holds(sha256))) {
      yield { name: path, notes: null, added: 0 };
      continue;
    }
    yield await importOne(path, sha256, database, options);
  }
}

async function importOne(
  path: string,
  sha256: string | null,
  database: HistoryDatabase,
  options: ImportOptions,
): Promise<ImportedLog> {
  const { stdin } = options;
  const name = path === '-' ? 'standard input' : path;
  const writer = await HistoryWriter.begin(database, { name, sha256 });
  // A new one for each batch: what the slimmer shares must not grow with the log.
  let read = createAuditPastReader(createSlimmer());
  const [notes] = await readAuditLog([path], {
    ...(stdin === undefined ? {} : { stdin }),
    onEvents: () => undefined,
    onRaw: (event, raw) => writer.add(event, read(event, raw)),
    onUnusable: (line) => options.onUnusable?.(name, line),
    onProgress: ({ events }) => options.onProgress?.({ source: name, events }),
    afterChunk: async (soFar) => {
      if (!writer.isDue) return;
      await writer.save(soFar());
      read = createAuditPastReader(createSlimmer());
    },
  });
  if (notes === undefined) throw new Error(`${name}: nothing was read`);
  await writer.save(notes, true);
  return { name, notes, added: writer.written };
}
