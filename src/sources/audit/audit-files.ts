import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = 1 << 20;

/** The files of a machine as far as logs need them; tests bring their own. */
export interface AuditFiles {
  /** How many files may be begun while one before them is read. Each takes some 3 MB. */
  readonly begunAhead: number;
  /** null where there is nothing. */
  stat(path: string): Promise<FileState | null>;
  /** Names in a folder, in no order. */
  list(path: string): Promise<readonly string[]>;
  /** The bytes of a file, each chunk only until the next is asked for. */
  stream(path: string): AsyncIterable<Buffer | string>;
  /** A file that stays the same when another takes its name. null where there is nothing. */
  open(path: string): Promise<OpenAuditFile | null>;
}

export interface OpenAuditFile {
  readonly identity: string;
  size(): Promise<number>;
  /** Bytes from an offset; fewer (or none) where the file ends. */
  read(offset: number, most: number): Promise<Buffer>;
  close(): Promise<void>;
}

interface FileState {
  readonly isFolder: boolean;
  readonly size: number;
  /** Tells a rotated file from the new one of the same name. */
  readonly identity: string;
}

/** The file system of this machine. */
export const MACHINE_FILES: AuditFiles = {
  begunAhead: 3,
  async stat(path) {
    try {
      const found = await stat(path);
      return { isFolder: found.isDirectory(), size: found.size, identity: `${found.dev}:${found.ino}` };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  },
  list: (path) => readdir(path),
  stream: (path) => fileChunks(path),
  async open(path) {
    try {
      const file = await open(path, 'r');
      const { dev, ino } = await file.stat();
      return {
        identity: `${dev}:${ino}`,
        size: async () => (await file.stat()).size,
        async read(offset, most) {
          const buffer = Buffer.allocUnsafe(most);
          const { bytesRead } = await file.read(buffer, 0, most, offset);
          return buffer.subarray(0, bytesRead);
        },
        close: () => file.close(),
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  },
};

/** Of files that were read to their end, for the next ones: new ones cost more than to read a small file. */
const spareBuffers: Buffer[] = [];
const MOST_SPARE = 8;

/** Reads ahead into two buffers in turn: a new one for each chunk would cost more than reading. */
async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  const read = (buffer: Buffer): Promise<Buffer> =>
    file.read(buffer, 0, CHUNK, null).then(({ bytesRead }) => buffer.subarray(0, bytesRead));
  let now = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(CHUNK);
  let other = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(CHUNK);
  let next = read(now);
  try {
    for (let chunk = await next; chunk.length > 0; chunk = await next) {
      [now, other] = [other, now];
      next = read(now);
      yield chunk;
    }
    // Whoever asks for more than the last chunk has done with it; who left before may have it still.
    if (spareBuffers.length < MOST_SPARE) spareBuffers.push(now, other);
  } finally {
    await next.catch(() => undefined);
    await file.close();
  }
}

/** A path that cannot be read as an audit log; the message is for the person. */
export class AuditSourceError extends Error {}

/**
 * The files behind the paths of `--audit-log`: folders to the bottom, hidden files left out. Rotated files come before
 * the file they were rotated from, in the order of the times in their names (lumberjack writes
 * `audit-2026-11-23T10-00-00.000.log`, logrotate `audit.log.2.gz`).
 *
 * @throws AuditSourceError for a path that is not there
 */
export async function auditLogFiles(paths: readonly string[], files: AuditFiles): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if (path === '-') {
      found.push(path);
      continue;
    }
    const state = await files.stat(path);
    if (state === null) throw new AuditSourceError(`${path}: no such file or folder`);
    if (state.isFolder) found.push(...(await filesIn(path, files)));
    else found.push(path);
  }
  return [...new Set(found)];
}

async function filesIn(folder: string, files: AuditFiles): Promise<string[]> {
  const found: string[] = [];
  const names = (await files.list(folder)).filter((name) => !name.startsWith('.'));
  const paths = names.sort(byRotation).map((name) => join(folder, name));
  const states = await Promise.all(paths.map((path) => files.stat(path)));
  for (const [at, path] of paths.entries()) {
    const state = states[at] ?? null;
    if (state === null) continue;
    if (state.isFolder) found.push(...(await filesIn(path, files)));
    else found.push(path);
  }
  return found;
}

/**
 * Those of the names in a folder that rotated files of a log have, the oldest first.
 *
 * @param name of the file that is written to
 */
export function rotatedFrom(name: string, names: readonly string[]): readonly string[] {
  const { base } = rotation(name);
  return names.filter((one) => one !== name && rotation(one).base === base).sort(byRotation);
}

/**
 * When lumberjack renamed a file to this name, in milliseconds since the epoch; null for other names. It writes UTC
 * (gopkg.in/natefinch/lumberjack.v2 backupName).
 */
export function rotationTime(name: string): number | null {
  const [, day = '', hour = '', minute = '', second = ''] =
    /-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})\./.exec(name) ?? [];
  const time = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}

/** `audit-…log` before `audit.log`; `audit.log.10` before `audit.log.2` before `audit.log`. */
function byRotation(a: string, b: string): number {
  const left = rotation(a);
  const right = rotation(b);
  if (left.base !== right.base) return left.base < right.base ? -1 : 1;
  if (left.number !== right.number) return right.number - left.number;
  return a < b ? -1 : a > b ? 1 : 0;
}

function rotation(name: string): { readonly base: string; readonly number: number } {
  const plain = name.replace(/\.gz$/, '');
  const numbered = /^(.*)\.(\d{1,6})$/.exec(plain);
  if (numbered !== null) return { base: numbered[1] ?? plain, number: Number(numbered[2]) };
  const timed = /^(.*?)-\d{4}-?\d\d-?\d\d[T\d.:-]*?(\.[a-z]+)?$/i.exec(plain);
  if (timed !== null) return { base: `${timed[1] ?? ''}${timed[2] ?? ''}`, number: 0.5 };
  return { base: plain, number: 0 };
}
