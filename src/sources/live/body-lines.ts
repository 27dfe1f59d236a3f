const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines. A line that spans many chunks is joined once, when it ends. */
export class LineSplitter {
  #pieces: Buffer[] = [];
  #pending = 0;

  /** Bytes of the line that has not ended yet. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * @param chunk the next bytes; must not change afterwards
   * @returns the lines that end in it, without their newlines, empty ones left out
   */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      const line = this.#pieces.length === 0 ? tail : Buffer.concat([...this.#pieces, tail]);
      this.#pieces = [];
      this.#pending = 0;
      if (line.length > 0) lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#pieces.push(chunk.subarray(start));
      this.#pending += chunk.length - start;
    }
    return lines;
  }
}
