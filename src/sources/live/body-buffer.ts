const SMALLEST = 64 * 1024;
/** Larger buffers are given back to the system: one huge page must not be paid for until the end. */
const LARGEST_KEPT = 12 * 1024 * 1024;
const MOST_KEPT = 3;

/** Where one body is collected as it arrives. Give it back with `release` when nothing reads `bytes()` any more. */
export interface BodyMemory {
  readonly length: number;
  append(chunk: Buffer): void;
  /** A view of what has arrived; it may be changed in place, and is good until the next `append`. */
  bytes(): Buffer;
  release(): void;
}

/** Has memory for bodies. */
export interface BodyMemories {
  take(): BodyMemory;
}

/** All of its ArrayBuffer. */
type Memory = Uint8Array<ArrayBuffer>;

class BodyBuffer implements BodyMemory {
  readonly #pool: BodyPool;
  #memory: Memory;
  #length = 0;

  constructor(pool: BodyPool, memory: Memory) {
    this.#pool = pool;
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#memory.length) {
      this.#memory = new Uint8Array(this.#memory.buffer.transfer(Math.max(needed, this.#memory.length * 2)));
    }
    this.#memory.set(chunk, this.#length);
    this.#length = needed;
  }

  bytes(): Buffer {
    return Buffer.from(this.#memory.buffer, 0, this.#length);
  }

  release(): void {
    if (this.#length < 0) return;
    this.#length = -1;
    this.#pool.put(this.#memory);
  }
}

/**
 * Reuses the memory of bodies. Pages of megabytes come by the hundred, and memory outside of V8's heap is freed only
 * when the collector happens to run; so it is given back as soon as no body is under way.
 */
export class BodyPool implements BodyMemories {
  readonly #free: Memory[] = [];
  #taken = 0;

  take(): BodyMemory {
    this.#taken += 1;
    return new BodyBuffer(this, this.#free.pop() ?? new Uint8Array(SMALLEST));
  }

  put(memory: Memory): void {
    this.#taken -= 1;
    if (memory.length <= LARGEST_KEPT && this.#free.length < MOST_KEPT) this.#free.push(memory);
    else giveBack(memory);
    if (this.#taken === 0) for (const one of this.#free.splice(0)) giveBack(one);
  }
}

/**
 * Frees what a chunk of a body held, where it has memory of its own. Node's HTTP client makes a copy for each chunk, and
 * reading 20,000 pods would fill tens of megabytes with them before the collector runs: every page of that is a fault.
 *
 * @param chunk nobody reads it any more
 */
export function giveBackChunk({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}

function giveBack(memory: Memory): void {
  memory.buffer.transfer(0);
}
