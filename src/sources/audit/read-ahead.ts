/** Chunks of which the first is asked for at once, before somebody wants it. */
export class BegunChunks {
  readonly #chunks: AsyncGenerator<Buffer, void>;
  readonly #first: Promise<IteratorResult<Buffer, void>>;

  constructor(chunks: AsyncGenerator<Buffer, void>) {
    this.#chunks = chunks;
    this.#first = chunks.next();
    // Whoever wants the chunk is told that there is none, and nobody before.
    this.#first.catch(() => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      for (let next = await this.#first; next.done !== true; next = await this.#chunks.next()) yield next.value;
    } finally {
      await this.close();
    }
  }

  /** Lets go of the source; the rest of its chunks is lost. */
  async close(): Promise<void> {
    await this.#chunks.return();
  }
}

/**
 * Hands out what `begin` makes of each path, in order. While one is in use the next ones are begun already; those that
 * nobody asked for in the end are closed.
 *
 * @param most how many are begun before their turn
 */
export async function* begunAhead<T extends { close(): Promise<void> }>(
  paths: readonly string[],
  most: number,
  begin: (path: string) => T,
): AsyncGenerator<T, void> {
  const begun: T[] = [];
  let next = 0;
  try {
    for (;;) {
      for (let path = paths[next]; path !== undefined && begun.length <= most; path = paths[next]) {
        // Nothing may ever come from standard input: it is not begun, and so not waited for, before its turn.
        if (path === '-' && begun.length > 0) break;
        begun.push(begin(path));
        next += 1;
      }
      const [now] = begun;
      if (now === undefined) return;
      yield now;
      begun.shift();
    }
  } finally {
    await Promise.all(begun.map((one) => one.close()));
  }
}
