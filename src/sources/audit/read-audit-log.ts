import type { Readable } from 'node:stream';
import type { JsonObject } from '../../kube/audit-json.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditNotes } from '../../model/change.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { AuditText, MOST_LINE_BYTES } from './audit-text.ts';
import { auditLogFiles, AuditSourceError, MACHINE_FILES, type AuditFiles } from './audit-files.ts';
import { CuttingThreads, ThreadError, type ThreadOptions } from './cutting-threads.ts';
import { hasBodies } from './has-bodies.ts';
import { begunAhead, BegunChunks } from './read-ahead.ts';
import { createSeenEvents, type SeenEvents } from './seen-events.ts';
import { unpacked } from './unpacked.ts';

export interface ReadAuditLogOptions {
  /** What `-` reads. */
  readonly stdin?: Readable;
  readonly files?: AuditFiles;
  /** Never more than 100 events; the array is the receiver's. */
  onEvents(events: readonly AuditEvent[]): void;
  /** Every such event with what it was made from, for readers of whole bodies. */
  onRaw?(event: AuditEvent, raw: () => JsonObject): void;
  /** @param line counted from 1: one that could not be used */
  onUnusable?(line: number): void;
  /** The end of the source is missing. */
  onCutShort?(): void;
  /** Called after every chunk. */
  onProgress?(progress: AuditProgress): void;
  /** Awaited after every chunk: nothing is read meanwhile. */
  afterChunk?(text: AuditTextState): Promise<void>;
  /** Whether the sources are known to be lines, as the rest of a log is whose beginning was read before. */
  readonly isByLine?: boolean;
  /** Only events at or after, and before, in milliseconds since the epoch. */
  readonly since?: number | null;
  readonly until?: number | null;
  /** Shared between readers of logs that overlap. */
  readonly seen?: SeenEvents;
  readonly signal?: AbortSignal;
  /** For files with bodies; null, or none, where this thread does it all. */
  readonly threads?: ThreadOptions | null;
}

type AuditTextState = Pick<AuditText, 'notes' | 'isByLine'>;

/** How far a log was read. */
export interface AuditProgress {
  readonly source: string;
  readonly events: number;
}

/**
 * Reads audit logs from beginning to end: files, folders, rotated and gzipped files, `-`. Memory stays bounded whatever
 * their size; what cannot be used is counted, never guessed.
 *
 * @returns one note per source
 * @throws AuditSourceError where a path is not there or cannot be opened; AbortError when the signal fires
 */
export async function readAuditLog(
  paths: readonly string[],
  options: ReadAuditLogOptions,
): Promise<readonly AuditNotes[]> {
  const files = options.files ?? MACHINE_FILES;
  const seen = options.seen ?? createSeenEvents();
  const found = await auditLogFiles(paths, files);
  const notes: AuditNotes[] = [];
  const threads = await threadsFor(found, files, options);
  const ahead = threads === null ? files.begunAhead : threads.count;
  const begin = (path: string): BegunLog =>
    threads === null || path === '-' ? beginLog(path, files, options.stdin) : beginCutLog(path, threads);
  try {
    for await (const log of begunAhead(found, ahead, begin)) notes.push(await readOne(log, seen, options));
  } finally {
    await threads?.close();
  }
  return notes;
}

/** Null where there is nothing to do for threads. */
async function threadsFor(
  paths: readonly string[],
  files: AuditFiles,
  options: ReadAuditLogOptions,
): Promise<CuttingThreads | null> {
  const { threads } = options;
  if (threads == null || !(await hasBodies(paths, files, threads.leastBytes))) return null;
  return new CuttingThreads(threads, options.onRaw === undefined ? 'events' : 'events and objects', MOST_LINE_BYTES);
}

/** A log whose first bytes are on their way. */
interface BegunLog {
  /** Its name in notes. */
  readonly source: string;
  readonly chunks: BegunChunks;
  readonly isCut: boolean;
  /** That came so far, as they are stored. */
  bytes(): number;
  close(): Promise<void>;
}

function beginLog(path: string, files: AuditFiles, stdin: Readable | undefined): BegunLog {
  const stream = path === '-' ? stdin : files.stream(path);
  if (stream === undefined) throw new AuditSourceError('-: there is no standard input to read');
  let bytes = 0;
  const chunks = new BegunChunks(unpacked(stream, (chunk) => void (bytes += chunk.length)));
  return {
    source: path === '-' ? 'standard input' : sanitise(path),
    chunks,
    isCut: false,
    bytes: () => bytes,
    close: () => chunks.close(),
  };
}

function beginCutLog(path: string, threads: CuttingThreads): BegunLog {
  let bytes = 0;
  const chunks = new BegunChunks(threads.read(path, (stored) => void (bytes = stored)));
  return { source: sanitise(path), chunks, isCut: true, bytes: () => bytes, close: () => chunks.close() };
}

async function readOne(log: BegunLog, seen: SeenEvents, options: ReadAuditLogOptions): Promise<AuditNotes> {
  const { source, chunks } = log;
  const text = new AuditText({
    source,
    seen,
    isByLine: options.isByLine ?? false,
    isCut: log.isCut,
    since: options.since ?? null,
    until: options.until ?? null,
    onEvents: (events) => options.onEvents(events),
    onRaw: options.onRaw === undefined ? undefined : (event, raw) => options.onRaw?.(event, raw),
    onUnusable: (line) => options.onUnusable?.(line),
  });
  const onTorn = (error: unknown): void => {
    if (options.signal?.aborted === true || error instanceof ThreadError) throw error;
    if (log.bytes() === 0) throw new AuditSourceError(`${source}: ${messageOf(error)}`);
    // What could be read counts; a rest that cannot is a hole, and said so.
    text.markCutShort();
  };
  for await (const chunk of untilTorn(chunks, onTorn)) {
    options.signal?.throwIfAborted();
    text.push(chunk);
    options.onProgress?.({ source, events: text.events });
    await options.afterChunk?.(text);
  }
  text.end();
  text.flush();
  if (text.isCutShort) options.onCutShort?.();
  return text.notes;
}

/** The chunks of a file up to where it cannot be read; what goes wrong with those that could is not the file's. */
async function* untilTorn(chunks: AsyncIterable<Buffer>, onTorn: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    onTorn(error);
  }
}

function messageOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'EACCES') return 'permission denied (audit logs belong to root; copy the file, or pipe it in with -)';
  if (code === 'ENOENT') return 'no such file';
  return error instanceof Error ? error.message : String(error);
}
