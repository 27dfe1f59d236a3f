import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AuditSourceError, type AuditFiles, type OpenAuditFile } from './audit-files.ts';

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

/** Files of nodes beside those of `others`. A file that is renamed is followed as if it had been kept open. */
export function nodeLogFiles(read: ReadNodeLog, others: AuditFiles): AuditFiles {
  const open = async (path: string): Promise<OpenAuditFile | null> => {
    const place = placeOf(path);
    const identity = await identityOf(read, place.node, place.file);
    return identity === null ? null : new NodeLogFile(read, place, identity);
  };
  return {
    async stat(path) {
      if (!isNodePath(path)) return others.stat(path);
      const file = await open(path);
      return file === null ? null : { isFolder: false, size: await file.size(), identity: file.identity };
    },
    list: (path) => others.list(path),
    stream: (path) => (isNodePath(path) ? Readable.from(chunksOf(() => open(path))) : others.stream(path)),
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

  constructor(read: ReadNodeLog, place: Place, identity: string) {
    this.#read = read;
    this.#place = place;
    this.#file = place.file;
    this.identity = identity;
  }

  async size(): Promise<number> {
    await this.#find();
    const part = await this.#read(this.#place.node, this.#file, [0, 0]);
    return part === null ? 0 : (part.total ?? part.bytes.length);
  }

  async read(offset: number, most: number): Promise<Buffer> {
    const part = await this.#read(this.#place.node, this.#file, [offset, offset + most - 1]);
    if (part === null) return Buffer.alloc(0);
    return part.total === null ? part.bytes.subarray(offset) : part.bytes;
  }

  async close(): Promise<void> {
    // Nothing is held open: every read is a request of its own.
  }

  /** Where the name now belongs to another file, the own one has a rotated name; where it has none, it is gone. */
  async #find(): Promise<void> {
    const { node, file } = this.#place;
    if ((await identityOf(this.#read, node, this.#file)) === this.identity) return;
    for (const name of await rotatedNames(this.#read, node, file)) {
      if ((await identityOf(this.#read, node, name)) !== this.identity) continue;
      this.#file = name;
      return;
    }
  }
}

/** Tells files apart by the first line; null where there is no whole line yet. */
async function identityOf(read: ReadNodeLog, node: string, file: string): Promise<string | null> {
  const head = (await read(node, file, [0, HEAD_BYTES - 1]))?.bytes.subarray(0, HEAD_BYTES);
  if (head === undefined || (!head.includes(0x0a) && head.length < HEAD_BYTES)) return null;
  const end = head.indexOf(0x0a);
  return createHash('sha256')
    .update(end < 0 ? head : head.subarray(0, end))
    .digest('hex');
}

/** The files beside one that lumberjack or logrotate renamed it to, the newest first. */
async function rotatedNames(read: ReadNodeLog, node: string, file: string): Promise<readonly string[]> {
  const slash = file.lastIndexOf('/') + 1;
  const [folder, name] = [file.slice(0, slash), file.slice(slash)];
  const stem = name.replace(/\.[^.]*$/, '');
  const listing = (await read(node, folder, null))?.bytes.toString('utf8') ?? '';
  const names = [...listing.matchAll(/<a href="([^"/?]+)">/g)].map(([, href = '']) => decodeURIComponent(href));
  return names
    .filter((one) => one !== name && one.startsWith(stem) && !one.endsWith('.gz'))
    .sort()
    .reverse()
    .map((one) => folder + one);
}

async function* chunksOf(open: () => Promise<OpenAuditFile | null>): AsyncGenerator<Buffer> {
  const file = await open();
  let offset = 0;
  let chunk = (await file?.read(offset, CHUNK)) ?? null;
  while (chunk !== null && chunk.length > 0) {
    yield chunk;
    offset += chunk.length;
    chunk = (await file?.read(offset, CHUNK)) ?? null;
  }
}

function isNodePath(path: string): boolean {
  return path.startsWith(PREFIX);
}

function placeOf(path: string): Place {
  const at = path.indexOf(LOG_FOLDER);
  return { node: path.slice(PREFIX.length, at), file: path.slice(at + LOG_FOLDER.length) };
}
