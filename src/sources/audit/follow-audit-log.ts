import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditNotes } from '../../model/change.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { AuditText } from './audit-text.ts';
import { auditLogFiles, MACHINE_FILES, type AuditFiles, type OpenAuditFile } from './audit-files.ts';
import { readAuditLog } from './read-audit-log.ts';
import { createSeenEvents, type SeenEvents } from './seen-events.ts';

const CHUNK = 1 << 20;

export interface FollowAuditLogOptions {
  readonly files?: AuditFiles;
  readonly onEvents: (events: readonly AuditEvent[]) => void;
  /** Called after every look at the files, once per source. */
  onNotes(notes: AuditNotes): void;
  /** Resolves when it is time to look again (a timer, or the file system's word). */
  wait(signal: AbortSignal): Promise<void>;
  /** Shared with what was read before. */
  readonly seen?: SeenEvents;
  readonly signal: AbortSignal;
}

interface Followed {
  readonly path: string;
  file: OpenAuditFile | null;
  offset: number;
  text: AuditText;
  /** Of the files that had this name before. */
  before: AuditNotes | null;
}

/**
 * Reads logs from their beginning and goes on as they grow, until the signal fires. A file that is renamed is read to
 * its end before the new one of its name; one that was cut and begins again (copytruncate) is read from the start.
 * Folders are looked through again every time; packed files in them are read once.
 *
 * @throws AuditSourceError where a path is not there at the beginning
 */
export async function followAuditLog(paths: readonly string[], options: FollowAuditLogOptions): Promise<void> {
  const files = options.files ?? MACHINE_FILES;
  const seen = options.seen ?? createSeenEvents();
  const followed = new Map<string, Followed>();
  const packed = new Set<string>();
  let isFirst = true;
  while (!options.signal.aborted) {
    for (const path of await pathsNow(paths, files, isFirst)) {
      if (options.signal.aborted) break;
      if (path.endsWith('.gz')) await readPacked(path, packed, seen, files, options);
      else await readOn(path, followed, seen, files, options);
    }
    isFirst = false;
    if (!options.signal.aborted) await options.wait(options.signal);
  }
  for (const one of followed.values()) await one.file?.close();
}

/** A file that is missing between two rotations is no error; at the beginning it is. */
async function pathsNow(paths: readonly string[], files: AuditFiles, isFirst: boolean): Promise<readonly string[]> {
  if (isFirst) return auditLogFiles(paths, files);
  const there: string[] = [];
  for (const path of paths) {
    if ((await files.stat(path))?.isFolder === true) there.push(...(await auditLogFiles([path], files)));
    else there.push(path);
  }
  return there;
}

async function readPacked(
  path: string,
  done: Set<string>,
  seen: SeenEvents,
  files: AuditFiles,
  options: FollowAuditLogOptions,
): Promise<void> {
  const identity = (await files.stat(path))?.identity;
  if (identity === undefined || done.has(identity)) return;
  done.add(identity);
  const { onEvents, signal } = options;
  for (const notes of await readAuditLog([path], { files, seen, onEvents, signal })) options.onNotes(notes);
}

async function readOn(
  path: string,
  followed: Map<string, Followed>,
  seen: SeenEvents,
  files: AuditFiles,
  options: FollowAuditLogOptions,
): Promise<void> {
  let one = followed.get(path);
  if (one === undefined) {
    one = { path, file: null, offset: 0, text: newText(path, seen, options), before: null };
    followed.set(path, one);
  }
  if (one.file !== null) {
    await readToEnd(one, options.signal);
    const now = await files.stat(path);
    if (now !== null && now.identity !== one.file.identity) {
      // Renamed or removed: what was written until then has been read, and the writer has the new file.
      await readToEnd(one, options.signal);
      await one.file.close();
      one.file = null;
      restart(one, seen, options);
    }
  }
  if (one.file === null) {
    one.file = await files.open(path);
    if (one.file !== null) one.offset = offsetOf(one.file.identity, one, followed);
    await readToEnd(one, options.signal);
  }
  one.text.flush();
  options.onNotes(sum(one.before, one.text.notes));
}

async function readToEnd(one: Followed, signal: AbortSignal): Promise<void> {
  const { file } = one;
  if (file === null) return;
  if ((await file.size()) < one.offset) {
    one.offset = 0;
    one.text.restart();
  }
  while (!signal.aborted) {
    const chunk = await file.read(one.offset, CHUNK);
    if (chunk.length === 0) return;
    one.offset += chunk.length;
    one.text.push(chunk);
  }
}

/** How far a file was read under another name: a rotated file in a followed folder is not read again. */
function offsetOf(identity: string, own: Followed, followed: ReadonlyMap<string, Followed>): number {
  for (const other of followed.values()) {
    if (other !== own && other.file?.identity === identity) return other.offset;
  }
  return 0;
}

function restart(one: Followed, seen: SeenEvents, options: FollowAuditLogOptions): void {
  one.text.end();
  one.text.flush();
  one.before = sum(one.before, one.text.notes);
  one.text = newText(one.path, seen, options);
  one.offset = 0;
}

function newText(path: string, seen: SeenEvents, options: FollowAuditLogOptions): AuditText {
  return new AuditText({ source: sanitise(path), seen, onEvents: options.onEvents });
}

/** The notes of one name: those of the files that had it, added up. */
function sum(before: AuditNotes | null, now: AuditNotes): AuditNotes {
  if (before === null) return now;
  const total = (field: 'lines' | 'broken' | 'truncated' | 'duplicates' | 'legacy' | 'skipped' | 'cut' | 'unordered') =>
    before[field] + now[field];
  return {
    source: now.source,
    lines: total('lines'),
    broken: total('broken'),
    truncated: total('truncated'),
    duplicates: total('duplicates'),
    legacy: total('legacy'),
    skipped: total('skipped'),
    cut: total('cut'),
    unordered: total('unordered'),
    first: before.first === null ? now.first : now.first === null ? before.first : Math.min(before.first, now.first),
    last: before.last === null ? now.last : now.last === null ? before.last : Math.max(before.last, now.last),
  };
}
