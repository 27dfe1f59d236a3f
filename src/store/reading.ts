import type { Cell, Source } from './cell.ts';

/** More reads than this are looked up in a Set. */
const MOST_SEARCHED = 32;

/** Where the reads of one running computation begin. */
interface Run<C> {
  start: number;
  /** Something that it had read already came out different before it ended. */
  isOutdated: boolean;
  seen: Set<Source<C>> | undefined;
}

/**
 * What the computations that run now have read so far, each once and in order: one list for all of them, so that most
 * runs make none.
 */
export class Reading<C> {
  readonly #sources: (Source<C> | undefined)[] = [];
  #size = 0;
  /** Used again and again: a large cluster has a hundred thousand runs. */
  readonly #runs: Run<C>[] = [];
  #depth = 0;

  /** Whether anything runs whose reads are noted. */
  get isRunning(): boolean {
    return this.#depth > 0;
  }

  /** Whether what the innermost computation read is not what it would read now. */
  get isOutdated(): boolean {
    return this.#runs[this.#depth - 1]?.isOutdated === true;
  }

  begin(): void {
    const run = this.#runs[this.#depth];
    if (run === undefined) this.#runs.push({ start: this.#size, isOutdated: false, seen: undefined });
    else {
      run.start = this.#size;
      run.isOutdated = false;
      run.seen = undefined;
    }
    this.#depth += 1;
  }

  /** Notes that the innermost computation read it; nothing where none runs. */
  add(source: Source<C>): void {
    const run = this.#runs[this.#depth - 1];
    if (run === undefined || this.#has(run, this.#size, source)) return;
    this.#sources[this.#size] = source;
    this.#size += 1;
    if (run.seen !== undefined) run.seen.add(source);
    else if (this.#size - run.start === MOST_SEARCHED) run.seen = new Set(this.#ofInnermost(run));
  }

  /** Marks those as outdated that have read it. */
  outdate(source: Source<C>): void {
    for (let at = 0; at < this.#depth; at += 1) {
      const run = this.#runs[at];
      if (run !== undefined && this.#has(run, this.#endOf(at), source)) run.isOutdated = true;
    }
  }

  /** Whether one that runs now will be a reader of it. */
  has(source: Source<C>): boolean {
    for (let at = 0; at < this.#depth; at += 1) {
      const run = this.#runs[at];
      if (run !== undefined && this.#has(run, this.#endOf(at), source)) return true;
    }
    return false;
  }

  /** What the innermost has read, one for itself: the same as before where that has not changed. */
  reads(before: Cell<C>['reads']): NonNullable<Cell<C>['reads']> {
    const start = this.#runs[this.#depth - 1]?.start ?? 0;
    const first = this.#sources[start];
    if (first !== undefined && this.#size - start === 1) return first;
    if (Array.isArray(before) && this.#isSame(before, start)) return before;
    return this.#sources.slice(start, this.#size) as Source<C>[];
  }

  end(): void {
    this.#depth -= 1;
    const start = this.#runs[this.#depth]?.start ?? 0;
    // A shorter list would have to grow again.
    while (this.#size > start) {
      this.#size -= 1;
      this.#sources[this.#size] = undefined;
    }
  }

  #isSame(before: readonly Source<C>[], start: number): boolean {
    if (before.length !== this.#size - start) return false;
    for (let at = 0; at < before.length; at += 1) if (before[at] !== this.#sources[start + at]) return false;
    return true;
  }

  #has(run: Run<C>, end: number, source: Source<C>): boolean {
    if (run.seen !== undefined) return run.seen.has(source);
    for (let at = run.start; at < end; at += 1) if (this.#sources[at] === source) return true;
    return false;
  }

  #endOf(at: number): number {
    return at + 1 < this.#depth ? (this.#runs[at + 1]?.start ?? this.#size) : this.#size;
  }

  #ofInnermost({ start }: Run<C>): readonly Source<C>[] {
    return this.#sources.slice(start, this.#size) as Source<C>[];
  }
}
