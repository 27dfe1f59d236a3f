import type { BodyCutter, BodyReaders } from './body-cutter.ts';
import { shapeOf } from './first-line.ts';

const NEWLINE = 0x0a;
/** Shorter lines have no bodies, or such that cost nothing. */
export const LONG_LINE = 2048;

export interface CutLinesOptions {
  readonly cutter: BodyCutter;
  readonly readers: BodyReaders;
  /** Longer lines are handed on as they are. */
  readonly mostBytes: number;
  /** @param bytes what comes next of the log; only for now: they may change */
  write(bytes: Buffer): void;
}

/**
 * A log with shorter lines: as many of them, with the same events in them, in memory that depends on the longest line
 * only. What is one document, not lines, stays as it is.
 */
export class CutLines {
  readonly #options: CutLinesOptions;
  #isCut: boolean | null = null;
  /** The unfinished line; none where it is handed on already. */
  #pieces: Buffer[] = [];
  #length = 0;
  #isTooLong = false;

  constructor(options: CutLinesOptions) {
    this.#options = options;
  }

  /** @param chunk is overwritten */
  push(chunk: Buffer): void {
    this.#isCut ??= isByLine(chunk);
    if (!this.#isCut) {
      this.#options.write(chunk);
      return;
    }
    let from = this.#finish(chunk);
    /** What is handed on together: lines that are not cut. */
    let kept = from;
    for (let to = chunk.indexOf(NEWLINE, from); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      if (to - from > LONG_LINE) {
        const rest = this.#cut(chunk.subarray(from, to));
        if (rest.length < to - from) {
          this.#write(chunk.subarray(kept, from));
          kept = to - rest.length;
        }
      }
      from = to + 1;
    }
    this.#write(chunk.subarray(kept, from));
    this.#keep(chunk.subarray(from));
  }

  /** Hands on what stands behind the last newline. */
  end(): void {
    for (const piece of this.#pieces) this.#options.write(piece);
    this.#pieces = [];
  }

  /** Goes on with the unfinished line. @returns where the next begins; the end of the chunk where it has none */
  #finish(chunk: Buffer): number {
    if (this.#length === 0) return 0;
    const to = chunk.indexOf(NEWLINE);
    if (to < 0) {
      this.#keep(chunk);
      return chunk.length;
    }
    this.#keep(chunk.subarray(0, to));
    if (!this.#isTooLong) this.#write(this.#cut(Buffer.concat(this.#pieces)));
    this.#pieces = [];
    this.#length = 0;
    this.#isTooLong = false;
    this.#write(chunk.subarray(to, to + 1));
    return to + 1;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (!this.#isTooLong) this.#pieces.push(Buffer.from(piece));
    else this.#write(piece);
    if (this.#isTooLong || this.#length <= this.#options.mostBytes) return;
    this.#isTooLong = true;
    this.end();
  }

  #cut(line: Buffer): Buffer {
    return line.length > LONG_LINE ? this.#options.cutter.cut(line, this.#options.readers) : line;
  }

  #write(bytes: Buffer): void {
    if (bytes.length > 0) this.#options.write(bytes);
  }
}

/** Whether a log is lines, as far as its beginning tells: a first line may go on with the next. */
function isByLine(start: Buffer): boolean {
  const newline = start.indexOf(NEWLINE);
  if (newline < 0) return false;
  const from = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
  return shapeOf(start.toString('utf8', from).trimStart()) === 'lines';
}
