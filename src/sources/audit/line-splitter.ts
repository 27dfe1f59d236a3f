const NEWLINE = 0x0a;
/** Delivered at once: V8 keeps longer strings apart from its young objects, where each costs several times as much. */
export const MOST_AT_ONCE = 64 << 10;

/** What a splitter delivers. */
export interface LineSink {
  /** Some lines, the last without its newline; each may be empty or end in `\r`. Only for now: the bytes may change. */
  lines(bytes: Buffer): void;
  /** The two ends of a line over the cap; all between was dropped unseen. */
  longLine(head: string, tail: string): void;
}

export interface LineSplitterOptions {
  /** Longest line that is kept whole, in bytes. */
  readonly mostBytes: number;
  /** How much of each end of a longer line is kept. */
  readonly endBytes: number;
}

/** Cuts chunks of bytes into lines of UTF-8 text, in memory that depends on the cap only. */
export class LineSplitter {
  readonly #sink: LineSink;
  readonly #options: LineSplitterOptions;
  /** The unfinished line: its pieces while it is short, its two ends once it is over the cap. */
  #pieces: Buffer[] = [];
  #length = 0;
  #head: Buffer | null = null;
  #tail: Buffer = Buffer.alloc(0);

  constructor(sink: LineSink, options: LineSplitterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Bytes of the line that has no newline yet. */
  get pending(): number {
    return this.#length;
  }

  /** @param chunk not kept: its bytes may change */
  push(chunk: Buffer): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#keep(chunk);
      return;
    }
    let from = 0;
    if (this.#length > 0) {
      const first = chunk.indexOf(NEWLINE);
      this.#keep(chunk.subarray(0, first));
      this.#finish();
      from = first + 1;
    }
    while (from <= last) {
      const to = endOfLines(chunk, from, last);
      this.#sink.lines(chunk.subarray(from, to));
      from = to + 1;
    }
    this.#keep(chunk.subarray(last + 1));
  }

  /** Delivers a last line that ends without a newline. */
  end(): void {
    if (this.#length > 0) this.#finish();
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    const { mostBytes, endBytes } = this.#options;
    if (this.#head === null) {
      this.#pieces.push(Buffer.from(piece));
      if (this.#length <= mostBytes) return;
      const all = Buffer.concat(this.#pieces);
      this.#pieces = [];
      this.#head = Buffer.from(all.subarray(0, endBytes));
      this.#tail = Buffer.from(all.subarray(Math.max(0, all.length - endBytes)));
      return;
    }
    const joined = piece.length >= endBytes ? piece : Buffer.concat([this.#tail, piece]);
    this.#tail = Buffer.from(joined.subarray(Math.max(0, joined.length - endBytes)));
  }

  #finish(): void {
    if (this.#head === null) {
      const [only, ...others] = this.#pieces;
      if (only !== undefined) this.#sink.lines(others.length === 0 ? only : Buffer.concat(this.#pieces));
    } else {
      this.#sink.longLine(this.#head.toString('utf8'), this.#tail.toString('utf8'));
    }
    this.#pieces = [];
    this.#length = 0;
    this.#head = null;
    this.#tail = Buffer.alloc(0);
  }
}

/** The newline that ends as many whole lines as are delivered at once, at least one. */
function endOfLines(chunk: Buffer, from: number, last: number): number {
  if (last - from <= MOST_AT_ONCE) return last;
  const end = chunk.lastIndexOf(NEWLINE, from + MOST_AT_ONCE);
  return end >= from ? end : chunk.indexOf(NEWLINE, from);
}

/** The lines of a text, in turn. */
export function eachLine(bytes: Buffer, take: (line: string) => void): void {
  const text = bytes.toString('utf8');
  let from = 0;
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    take(text.slice(from, to));
    from = to + 1;
  }
  take(from === 0 ? text : text.slice(from));
}
