const SMALLEST = 64 * 1024;
/** Larger buffers are given back to the system: one huge page must not be paid for until the end. */
const LARGEST_KEPT = 12 * 1024 * 1024;
const MOST_KEPT = 3;

/** One body as it arrives. Give it back with `release` when nothing reads `bytes()` any more. */
export class BodyBuffer {
  readonly #pool: BodyPool;
  #memory: Buffer;
  #length = 0;

  constructor(pool: BodyPool, memory: Buffer) {
    this.#pool = pool;
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  append(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#memory.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#memory.length * 2));
      this.#memory.copy(grown, 0, 0, this.#length);
      this.#memory = grown;
    }
    chunk.copy(this.#memory, this.#length);
    this.#length = needed;
  }

  /** A view of what has arrived; it may be changed in place. */
  bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  release(): void {
    if (this.#length < 0) return;
    this.#length = -1;
    this.#pool.put(this.#memory);
  }
}

/**
 * Reuses the memory of bodies. Pages of megabytes come by the hundred, and memory outside of V8's heap is freed only
 * when the collector happens to run.
 */
export class BodyPool {
  readonly #free: Buffer[] = [];

  take(): BodyBuffer {
    return new BodyBuffer(this, this.#free.pop() ?? Buffer.allocUnsafeSlow(SMALLEST));
  }

  put(memory: Buffer): void {
    if (memory.length <= LARGEST_KEPT && this.#free.length < MOST_KEPT) this.#free.push(memory);
  }
}
