import { eachMember, type Few } from './few.ts';

/** How the value of a cell comes about. */
export type Compute<C> = (context: C, previous: unknown, key: string) => unknown;

/** What a cell takes of the one value that it reads, where it takes but a part: a change then costs it a look, not a run. */
export interface Part<T = unknown> {
  readonly pick: (whole: unknown) => T;
}

/** What is read: a bucket, a cell, or an entry of a cell's value. */
export type Source<C> = Bucket<C> | Cell<C> | Entry<C>;

/** What a change from outside touches. */
export class Bucket<C> {
  readonly name: string;
  readers: Few<Cell<C>> | undefined;

  constructor(name: string) {
    this.name = name;
    this.readers = undefined;
  }
}

/** What is read of the value of a cell, where that has many entries by id. */
export class Entry<C> {
  readonly group: EntryGroup<C>;
  readonly id: string;
  readers: Few<Cell<C>> | undefined;

  constructor(group: EntryGroup<C>, id: string) {
    this.group = group;
    this.id = id;
    this.readers = undefined;
  }
}

/** The entries of one cell's value that are read, by id. */
export class EntryGroup<C> {
  readonly name: string;
  readonly whole: Cell<C>;
  readonly entries = new Map<string, Entry<C>>();

  constructor(name: string, whole: Cell<C>) {
    this.name = name;
    this.whole = whole;
  }

  of(id: string): Entry<C> {
    let entry = this.entries.get(id);
    if (entry === undefined) this.entries.set(id, (entry = new Entry(this, id)));
    return entry;
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

/** What a cell read; nothing where it has not run. */
export function sourcesOf<C>({ reads }: Cell<C>): readonly Source<C>[] {
  if (reads === undefined) return [];
  return isList(reads) ? reads : [reads];
}

function isList<C>(reads: NonNullable<Cell<C>['reads']>): reads is readonly Source<C>[] {
  return Array.isArray(reads);
}

/** Does something with each cell that read a source, or an entry of it. */
export function eachReader<C>(source: Source<C>, act: (cell: Cell<C>) => void): void {
  eachMember<Cell<C> | EntryGroup<C>>(source.readers, (reader) => {
    if (reader instanceof Cell) act(reader);
    else for (const entry of reader.entries.values()) eachMember(entry.readers, act);
  });
}
