import { isEntries } from './entries.ts';
import { eachMember, type Few } from './few.ts';

/** How the value of a cell comes about. */
export type Compute<C> = (context: C, previous: unknown, id: string, name: string) => unknown;

/** What a cell takes of the one value that it reads, where it takes but a part: a change then costs it a look, not a run. */
export interface Part<T = unknown> {
  readonly pick: (whole: unknown) => T;
}

/** What is read: a bucket, a cell, or one of many things in either. */
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

/** One of many things by id that are read: in the value of a cell, or in a bucket. */
export class Entry<C> {
  readonly group: EntryGroup<C>;
  readonly id: string;
  /** As the cell's value has it now. */
  value: unknown;
  readers: Few<Cell<C>> | undefined;

  constructor(group: EntryGroup<C>, id: string, value: unknown) {
    this.group = group;
    this.id = id;
    this.value = value;
    this.readers = undefined;
  }
}

/** The things of one kind that are read, by id. Many have one of these, so that none needs a name of its own. */
export class EntryGroup<C> {
  readonly name: string;
  /** The cell in whose value they are; undefined for those that a change from outside touches. */
  readonly whole: Cell<C> | undefined;
  readonly entries = new Map<string, Entry<C>>();

  constructor(name: string, whole: Cell<C> | undefined) {
    this.name = name;
    this.whole = whole;
  }

  of(id: string): Entry<C> {
    let entry = this.entries.get(id);
    if (entry === undefined) {
      entry = new Entry(this, id, this.whole === undefined ? undefined : entryOf(this.whole.value, id));
      this.entries.set(id, entry);
    }
    return entry;
  }
}

/** An entry of a value; undefined where it has none. */
export function entryOf(value: unknown, id: string): unknown {
  return isEntries(value) ? value.get(id) : undefined;
}

/** A cell is current, or has to run, or runs. */
export const CURRENT = 0;
export const DIRTY = 1;
export const RUNNING = 2;

/** A computed value and what it read. A large cluster has a hundred thousand: every field counts. */
export class Cell<C> {
  readonly name: string;
  readonly id: string;
  readonly compute: Compute<C>;
  readonly equals: (a: unknown, b: unknown) => boolean;
  readonly part: Part | undefined;
  value: unknown;
  /** What it read, in that order, one for itself; undefined until the first run, and while it is not current. */
  reads: Source<C> | readonly Source<C>[] | undefined;
  readers: Few<Cell<C> | EntryGroup<C>> | undefined;
  state: typeof CURRENT | typeof DIRTY | typeof RUNNING;

  constructor(
    name: string,
    id: string,
    compute: Compute<C>,
    equals: (a: unknown, b: unknown) => boolean,
    part: Part | undefined,
    before?: Cell<C>,
  ) {
    this.name = name;
    this.id = id;
    this.compute = compute;
    this.equals = equals;
    this.part = part;
    this.value = before?.value;
    this.reads = before?.reads;
    this.readers = undefined;
    this.state = DIRTY;
  }
}

/** What a cell is known by. */
export type Named = Pick<Cell<never>, 'name' | 'id'>;

/** A cell's name for people: `isolation/shop/Deployment/web`. */
export function textOf({ name, id }: Named): string {
  return id === '' ? name : `${name}/${id}`;
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
