import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;

/** Some bytes at the beginning of a file. */
export interface LogPosition {
  readonly bytes: number;
  /** Of these bytes, in hex. */
  readonly sha256: string;
}

/** Which of some positions are beginnings of a file: it is the same log, whatever it is called, perhaps grown. */
export async function beginningsOf<T extends LogPosition>(
  path: string,
  size: number,
  known: readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  const hash = createHash('sha256');
  let at = 0;
  for (const one of known.filter(({ bytes }) => bytes <= size).toSorted((a, b) => a.bytes - b.bytes)) {
    if (one.bytes > at) {
      const rest = createReadStream(path, { start: at, end: one.bytes - 1, highWaterMark: CHUNK_BYTES });
      for await (const chunk of rest) hash.update(chunk as Buffer);
      at = one.bytes;
    }
    if (hash.copy().digest('hex') === one.sha256) found.push(one);
  }
  return found;
}

/** A file on its way to a reader, and how far it was read. */
export class CountedFile {
  readonly #path: string;
  readonly #start: number;
  readonly #hash: Hash;
  #bytes: number;
  #lineHash: Hash;
  #lineBytes: number;
  #isPacked = false;

  private constructor(path: string, start: number, hash: Hash) {
    this.#path = path;
    this.#start = start;
    this.#hash = hash;
    this.#lineHash = hash.copy();
    this.#bytes = start;
    this.#lineBytes = start;
  }

  /** @param start where reading begins, in bytes; what is before counts as read */
  static async open(path: string, start: number): Promise<CountedFile> {
    const hash = createHash('sha256');
    if (start > 0) {
      const before = createReadStream(path, { end: start - 1, highWaterMark: CHUNK_BYTES });
      for await (const chunk of before) hash.update(chunk as Buffer);
    }
    return new CountedFile(path, start, hash);
  }

  /** The bytes of the file from its start on. */
  async *stream(): AsyncGenerator<Buffer> {
    for await (const piece of createReadStream(this.#path, { start: this.#start, highWaterMark: CHUNK_BYTES })) {
      const chunk = piece as Buffer;
      this.#count(chunk);
      yield chunk;
    }
  }

  /** All bytes that were read. */
  get position(): LogPosition {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** The bytes up to the last newline that was read; null of packed files. */
  get linePosition(): LogPosition | null {
    if (this.#isPacked) return null;
    return { bytes: this.#lineBytes, sha256: this.#lineHash.copy().digest('hex') };
  }

  #count(chunk: Buffer): void {
    if (this.#bytes === 0) this.#isPacked = chunk[0] === 0x1f && chunk[1] === 0x8b;
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      this.#hash.update(chunk.subarray(0, end));
      this.#lineHash = this.#hash.copy();
      this.#lineBytes = this.#bytes + end;
    }
    this.#hash.update(chunk.subarray(end));
    this.#bytes += chunk.length;
  }
}
