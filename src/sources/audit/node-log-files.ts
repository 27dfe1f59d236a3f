import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { constants, gunzipSync } from 'node:zlib';
import { AuditSourceError, rotatedFrom, rotationTime, type AuditFiles, type OpenAuditFile } from './audit-files.ts';
import { unpacked } from './unpacked.ts';

/** What a node answers for a part of a file of its /var/log. */
export interface NodeLogPart {
  readonly bytes: Buffer;
  /** Of the whole file; null where the node sent all of it. */
  readonly total: number | null;
}

/**
 * Reads below /var/log of a node.
 *
 * @param path below /var/log; ends in `/` for a folder, whose listing is HTML (net/http FileServer)
 * @param range first and last byte; null for the whole
 * @returns null where there is nothing, or nothing behind the first byte of the range
 */
export type ReadNodeLog = (
  node: string,
  path: string,
  range: readonly [number, number] | null,
) => Promise<NodeLogPart | null>;

const PREFIX = 'node:';
const CHUNK = 1 << 20;
/** Enough for the first event of any log: its auditID and time tell a rotated file from the new one. */
const HEAD_BYTES = 4096;
const LOG_FOLDER = '/var/log/';

/**
 * The name of a node's file among others, such as `node:control-plane-1/var/log/kubernetes/audit.log`.
 *
 * @throws AuditSourceError where a node does not serve it
 */
export function nodeLogPath(node: string, path: string): string {
  if (!path.startsWith(LOG_FOLDER) || path.split('/').includes('..')) {
    throw new AuditSourceError(`node ${node} writes its audit log to ${path}: a kubelet serves ${LOG_FOLDER} only`);
  }
  return `${PREFIX}${node}${path}`;
}

/**
 * The files that a node's log was rotated to, packed or not, the oldest first.
 *
 * @param path as `nodeLogPath` names the log
 * @param since what ended before, as its name tells, is left out; in milliseconds since the epoch
 */
export async function rotatedNodeLogs(
  read: ReadNodeLog,
  path: string,
  since: number | null,
): Promise<readonly string[]> {
  const { node, file } = placeOf(path);
  const names = await rotatedNames(read, node, file);
  return names
    .filter((name) => since === null || (rotationTime(name) ?? since) >= since)
    .map((name) => `${PREFIX}${node}${LOG_FOLDER}${name}`);
}

/** Files of nodes beside those of `others`. A file that is renamed is followed as if it had been kept open. */
export function nodeLogFiles(read: ReadNodeLog, others: AuditFiles): AuditFiles {
  const open = async (path: string): Promise<OpenAuditFile | null> => {
    const place = placeOf(path);
    const identity = await identityOf(read, place.node, place.file);
    return identity === null ? null : new NodeLogFile(read, place, identity);
  };
  return {
    // Each would be more requests to an API server.
    begunAhead: 0,
    async stat(path) {
      if (!isNodePath(path)) return others.stat(path);
      const file = await open(path);
      return file === null ? null : { isFolder: false, size: await file.size(), identity: file.identity };
    },
    list: (path) => others.list(path),
    stream: (path) => (isNodePath(path) ? Readable.from(chunksOf(open(path))) : others.stream(path)),
    open: (path) => (isNodePath(path) ? open(path) : others.open(path)),
  };
}

interface Place {
  readonly node: string;
  /** Below /var/log. */
  readonly file: string;
}

class NodeLogFile implements OpenAuditFile {
  readonly identity: string;
  readonly #read: ReadNodeLog;
  readonly #place: Place;
  /** The name that it has now. */
  #file: string;
  #isGone = false;

  constructor(read: ReadNodeLog, place: Place, identity: string) {
    this.#read = read;
    this.#place = place;
    this.#file = place.file;
    this.identity = identity;
  }

  /** Where it is gone: as if more could come of it, but none does. */
  async size(): Promise<number> {
    await this.#find();
    if (this.#isGone) return Number.MAX_SAFE_INTEGER;
    const part = await this.#read(this.#place.node, this.#file, [0, 0]);
    const size = part === null ? 0 : (part.total ?? part.bytes.length);
    if (!this.#isPackedSince) return size;
    // RFC 1952: a packed file ends with the length of what is in it.
    return (await this.#bytes(size - 4, 4)).readUInt32LE();
  }

  async read(offset: number, most: number): Promise<Buffer> {
    if (this.#isGone) return Buffer.alloc(0);
    if (!this.#isPackedSince) return await this.#bytes(offset, most);
    const whole = chunksFrom(0, (from) => this.#bytes(from, CHUNK));
    let at = 0;
    for await (const chunk of unpacked(whole, () => undefined)) {
      at += chunk.length;
      if (at > offset) return Buffer.from(chunk.subarray(Math.max(0, chunk.length - (at - offset))).subarray(0, most));
    }
    return Buffer.alloc(0);
  }

  async close(): Promise<void> {
    // Nothing is held open: every read is a request of its own.
  }

  /** Whether the file was packed after it was opened: it is told under its first name, unpacked. */
  get #isPackedSince(): boolean {
    return isPacked(this.#file) && !isPacked(this.#place.file);
  }

  async #bytes(offset: number, most: number): Promise<Buffer> {
    const part = await this.#read(this.#place.node, this.#file, [offset, offset + most - 1]);
    if (part === null) return Buffer.alloc(0);
    return part.total === null ? part.bytes.subarray(offset, offset + most) : part.bytes;
  }

  /** Where the name now belongs to another file, the own one has a rotated name; where it has none, it is gone. */
  async #find(): Promise<void> {
    const { node, file } = this.#place;
    if ((await identityOf(this.#read, node, this.#file)) === this.identity) return;
    const names = (await rotatedNames(this.#read, node, file)).toReversed();
    // A packed file may still be written while the plain one is there.
    for (const name of [...names.filter((one) => !isPacked(one)), ...names.filter(isPacked)]) {
      if ((await identityOf(this.#read, node, name)) !== this.identity) continue;
      this.#file = name;
      return;
    }
    this.#isGone = true;
  }
}

/** Tells files apart by the first line, packed or not; null where there is no whole line yet. */
async function identityOf(read: ReadNodeLog, node: string, file: string): Promise<string | null> {
  const start = (await read(node, file, [0, HEAD_BYTES - 1]))?.bytes.subarray(0, HEAD_BYTES);
  const head = start !== undefined && isPacked(file) ? beginningIn(start) : start;
  if (head === undefined || (!head.includes(0x0a) && head.length < HEAD_BYTES)) return null;
  const end = head.indexOf(0x0a);
  return createHash('sha256')
    .update(end < 0 ? head : head.subarray(0, end))
    .digest('hex');
}

/** What the beginning of a packed file holds, as far as it can be told. */
function beginningIn(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, HEAD_BYTES);
  } catch {
    return Buffer.alloc(0);
  }
}

function isPacked(file: string): boolean {
  return file.endsWith('.gz');
}

/** The files beside one that lumberjack or logrotate renamed it to, the oldest first. */
async function rotatedNames(read: ReadNodeLog, node: string, file: string): Promise<readonly string[]> {
  const slash = file.lastIndexOf('/') + 1;
  const [folder, name] = [file.slice(0, slash), file.slice(slash)];
  const listing = (await read(node, folder, null))?.bytes.toString('utf8') ?? '';
  const names = [...listing.matchAll(/<a href="([^"/?]+)">/g)].map(([, href = '']) => decodeURIComponent(href));
  return rotatedFrom(name, names).map((one) => folder + one);
}

/** All of a file, also of one that is rotated meanwhile. */
async function* chunksOf(opening: Promise<OpenAuditFile | null>): AsyncGenerator<Buffer> {
  const file = await opening;
  if (file === null) return;
  let offset = 0;
  let before: number;
  do {
    before = offset;
    for await (const chunk of chunksFrom(offset, (from) => file.read(from, CHUNK))) {
      yield chunk;
      offset += chunk.length;
    }
  } while (offset > before && (await file.size()) > offset);
}

async function* chunksFrom(start: number, read: (offset: number) => Promise<Buffer>): AsyncGenerator<Buffer> {
  let offset = start;
  for (let chunk = await read(offset); chunk.length > 0; chunk = await read(offset)) {
    yield chunk;
    offset += chunk.length;
  }
}

function isNodePath(path: string): boolean {
  return path.startsWith(PREFIX);
}

function placeOf(path: string): Place {
  const at = path.indexOf(LOG_FOLDER);
  return { node: path.slice(PREFIX.length, at), file: path.slice(at + LOG_FOLDER.length) };
}
