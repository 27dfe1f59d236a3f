import type { Readable } from 'node:stream';
import { createGunzip, constants } from 'node:zlib';
import type { JsonObject } from '../../kube/audit-json.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditNotes } from '../../model/change.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { AuditText } from './audit-text.ts';
import { auditLogFiles, AuditSourceError, MACHINE_FILES, type AuditFiles } from './audit-files.ts';
import { begunAhead, BegunChunks } from './read-ahead.ts';
import { createSeenEvents, type SeenEvents } from './seen-events.ts';

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
  for await (const log of begunAhead(found, files.begunAhead, (path) => beginLog(path, files, options.stdin))) {
    notes.push(await readOne(log, seen, options));
  }
  return notes;
}

/** A log whose first bytes are on their way. */
interface BegunLog {
  /** Its name in notes. */
  readonly source: string;
  readonly chunks: BegunChunks;
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
    bytes: () => bytes,
    close: () => chunks.close(),
  };
}

async function readOne(log: BegunLog, seen: SeenEvents, options: ReadAuditLogOptions): Promise<AuditNotes> {
  const { source, chunks } = log;
  const text = new AuditText({
    source,
    seen,
    isByLine: options.isByLine ?? false,
    since: options.since ?? null,
    until: options.until ?? null,
    onEvents: (events) => options.onEvents(events),
    onRaw: options.onRaw === undefined ? undefined : (event, raw) => options.onRaw?.(event, raw),
    onUnusable: (line) => options.onUnusable?.(line),
  });
  try {
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted();
      text.push(chunk);
      options.onProgress?.({ source, events: text.events });
      await options.afterChunk?.(text);
    }
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    if (log.bytes() === 0) throw new AuditSourceError(`${source}: ${messageOf(error)}`);
    // What could be read counts; a rest that cannot is a hole, and said so.
    text.markCutShort();
  }
  text.end();
  text.flush();
  if (text.isCutShort) options.onCutShort?.();
  return text.notes;
}

/** The bytes of a stream, unpacked where they begin as gzip does (RFC 1952), whatever the file is called. */
export async function* unpacked(
  stream: AsyncIterable<Buffer | string>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | null> => {
    const { value, done } = await chunks.next();
    if (done === true) return null;
    const chunk = typeof value === 'string' ? Buffer.from(value) : value;
    onChunk(chunk);
    return chunk;
  };
  async function* all(first: Buffer): AsyncGenerator<Buffer> {
    for (let chunk: Buffer | null = first; chunk !== null; chunk = await next()) yield chunk;
  }
  try {
    let first = await next();
    while (first !== null && first.length < 2) {
      const kept = Buffer.from(first);
      const more = await next();
      if (more === null) break;
      first = Buffer.concat([kept, more]);
    }
    if (first === null) return;
    if (first[0] !== 0x1f || first[1] !== 0x8b) {
      yield* all(first);
      return;
    }
    const gunzip = createGunzip({ chunkSize: 256 << 10, finishFlush: constants.Z_SYNC_FLUSH });
    const feeding = feed(all(first), gunzip);
    feeding.catch(() => undefined);
    for await (const chunk of gunzip) yield chunk as Buffer;
    await feeding;
  } finally {
    await chunks.return?.();
  }
}

/** Writes at the pace of the reader. */
async function feed(source: AsyncIterable<Buffer>, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const chunk of source) {
      if (gunzip.destroyed) return;
      await new Promise<void>((resolve) => {
        // A chunk that waits when the unpacking is ended is never called back.
        const go = (): void => {
          gunzip.off('close', go);
          resolve();
        };
        gunzip.on('close', go);
        gunzip.write(chunk, go);
      });
    }
  } finally {
    // What came before an error is unpacked, too.
    gunzip.end();
  }
}

function messageOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'EACCES') return 'permission denied (audit logs belong to root; copy the file, or pipe it in with -)';
  if (code === 'ENOENT') return 'no such file';
  return error instanceof Error ? error.message : String(error);
}
