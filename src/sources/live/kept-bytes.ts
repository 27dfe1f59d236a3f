/** Which parts of some bytes are kept, in order; the parts between them are left out. */
export class KeptBytes {
  readonly #bytes: Buffer;
  /** Start and end in turn. */
  readonly #edges: number[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Keeps bytes that lie behind all that were kept before. */
  keep(start: number, end: number): void {
    const edges = this.#edges;
    if (edges[edges.length - 1] === start) edges[edges.length - 1] = end;
    else edges.push(start, end);
  }

  /**
   * Moves what is kept together, in place.
   *
   * @returns a view of the same memory
   */
  join(): Buffer {
    let length = 0;
    for (let at = 0; at < this.#edges.length; at += 2) {
      const start = this.#edges[at] ?? 0;
      const end = this.#edges[at + 1] ?? 0;
      if (start !== length) this.#bytes.copyWithin(length, start, end);
      length += end - start;
    }
    return this.#bytes.subarray(0, length);
  }
}
