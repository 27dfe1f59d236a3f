import { eachMember, type Few } from './few.ts';

/** How the value of a cell comes about. */
export type Compute<C> = (context: C, previous: unknown, key: string) => unknown;

/** What a cell takes of the one value that it reads, where it takes but a part: a change then costs it a look, not a run. */
export interface Part<T = unknown> {
  readonly pick: (whole: unknown, key: string) => T;
  /** Of an entry by id: what its key begins with, before the id. The look is then spared to all but what changed. */
  readonly prefix?: string;
}

/** What is read: a bucket, a cell, or those entries of a cell that have one prefix. */
export type Source<C> = Bucket<C> | Cell<C> | EntryGroup<C>;

/** What a change from outside touches. */
export class Bucket<C> {
  readonly name: string;
  readers: Few<Cell<C>> | undefined;

  constructor(name: string) {
    this.name = name;
    this.readers = undefined;
  }
}

/** The readers of a cell that are its entries by id, with keys of one prefix: they read nothing else. */
export class EntryGroup<C> {
  readonly prefix: string;
  readonly whole: Cell<C>;
  readers: Few<Cell<C>> | undefined;

  constructor(prefix: string, whole: Cell<C>) {
    this.prefix = prefix;
    this.whole = whole;
    this.readers = undefined;
  }
}

/** A cell is current, or has to run, or runs. */
export const CURRENT = 0;
export const DIRTY = 1;
export const RUNNING = 2;

/** A computed value and what it read. A large cluster has a hundred thousand: every field counts. */
export class Cell<C> {
  readonly key: string;
  readonly compute: Compute<C>;
  readonly equals: (a: unknown, b: unknown) => boolean;
  readonly part: Part | undefined;
  value: unknown;
  /** What it read, in that order, one for itself; undefined until the first run, and while it is not current. */
  reads: Source<C> | readonly Source<C>[] | undefined;
  readers: Few<Cell<C> | EntryGroup<C>> | undefined;
  state: typeof CURRENT | typeof DIRTY | typeof RUNNING;

  constructor(
    key: string,
    compute: Compute<C>,
    equals: (a: unknown, b: unknown) => boolean,
    part: Part | undefined,
    before?: Cell<C>,
  ) {
    this.key = key;
    this.compute = compute;
    this.equals = equals;
    this.part = part;
    this.value = before?.value;
    this.reads = before?.reads;
    this.readers = undefined;
    this.state = DIRTY;
  }
}

/** Does something with each cell that read a source itself. */
export function eachReader<C>(source: Source<C>, act: (cell: Cell<C>) => void): void {
  eachMember<Cell<C> | EntryGroup<C>>(source.readers, (reader) => {
    if (reader instanceof EntryGroup) eachMember(reader.readers, act);
    else act(reader);
  });
}

/** More reads than this are looked up in a Set. */
const MOST_SEARCHED = 32;

/** What one running computation has read so far, each once and in order. */
export class Recorder<C> {
  readonly sources: (Bucket<C> | Cell<C>)[] = [];
  /** The one that asked for it. */
  readonly outer: Recorder<C> | undefined;
  /** Something that it had read already came out different before it ended. */
  isOutdated = false;
  #seen: Set<Bucket<C> | Cell<C>> | undefined;

  constructor(outer: Recorder<C> | undefined) {
    this.outer = outer;
  }

  has(source: Bucket<C> | Cell<C>): boolean {
    return this.#seen?.has(source) ?? this.sources.includes(source);
  }

  add(source: Bucket<C> | Cell<C>): void {
    if (this.has(source)) return;
    this.sources.push(source);
    if (this.#seen !== undefined) this.#seen.add(source);
    else if (this.sources.length === MOST_SEARCHED) this.#seen = new Set(this.sources);
  }
}
