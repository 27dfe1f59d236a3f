import {
  Bucket,
  Cell,
  CURRENT,
  DIRTY,
  eachReader,
  entryOf,
  Entry,
  EntryGroup,
  RUNNING,
  sourcesOf,
  textOf,
  type Compute,
  type Named,
  type Part,
  type Source,
} from './cell.ts';
import { isEntries, type Entries } from './entries.ts';
import { eachMember, withMember, withoutMember } from './few.ts';
import { Reading } from './reading.ts';
import { bucketName, Sources } from './sources.ts';

/** A value of one pass over contents that never change: nothing of how it came about. */
interface OnePassValue {
  value: unknown;
  isPending: boolean;
}

/** What a graph is laid over: its values stand wherever nothing that they read differs. */
interface Base<C> {
  readonly graph: CellGraph<C>;
  readonly touched: ReadonlySet<string>;
}

/** What hung on some buckets while a graph was of a revision. */
interface Dependents {
  readonly revision: number;
  readonly cells: ReadonlySet<Named>;
}

/**
 * Incremental computation over named buckets: a cell remembers what it read, a touched bucket makes its readers dirty,
 * and a cell that comes out equal again stops the wave (the demand-driven recomputation of Adapton and Salsa).
 */
export class CellGraph<C> {
  /** What computations are given to read from. */
  readonly #context: C;
  readonly #base: Base<C> | undefined;
  /** False where contents never change: nothing is recorded. */
  readonly #isLive: boolean;
  /** By name and id: texts that are there already, so that asking makes none. */
  readonly #cells = new Map<string, Map<string, Cell<C>>>();
  /** Of one pass, by name and id. */
  readonly #values: Map<string, Map<string, OnePassValue>> | undefined;
  readonly #sources = new Sources<C>();
  readonly #reading = new Reading<C>();
  /** What the computation that runs now has asked for with `once`; null: nothing yet. */
  #asked: Map<string, unknown> | null | undefined;
  readonly #dirty = new Set<Cell<C>>();
  /** Dirty cells that no other reads: they run last, once all that they may read is current. */
  readonly #dirtyEnds = new Set<Cell<C>>();
  /** Counts the changes of what cells read: of values that are asked for the first time, too. */
  #revision = 0;
  /** By the set that was asked about: every value that an overlay is asked for asks again. */
  readonly #dependents = new WeakMap<ReadonlySet<string>, Dependents>();

  constructor(context: C, isLive = true, base?: Base<C>) {
    this.#context = context;
    this.#isLive = isLive;
    this.#base = base;
    this.#values = isLive || base !== undefined ? undefined : new Map();
  }

  /**
   * A graph of the same computations over other contents, of which only `touched` differs. It computes nothing again
   * whose reads came out the same; where reads are not recorded, everything.
   */
  overlay(context: C, touched: ReadonlySet<string>): CellGraph<C> {
    return new CellGraph(context, false, this.#isLive ? { graph: this, touched } : undefined);
  }

  /** Whether what is read now is noted at all: naming a bucket costs more than reading it. */
  get isRecording(): boolean {
    return this.#reading.isRunning;
  }

  /** Notes that whatever is being computed now read `bucket`. */
  record(bucket: string): void {
    if (this.#reading.isRunning) this.#reading.add(this.#sources.bucket(bucket));
  }

  /** Notes that whatever is being computed now read the bucket `group/id`, for buckets of which there are many. */
  recordIn(group: string, id: string): void {
    if (this.#reading.isRunning) this.#reading.add(this.#sources.bucketIn(group, id));
  }

  /**
   * The value of a cell, computed when it is new or something that it read has changed.
   *
   * @param name of the computation
   * @param id what it is of, '' where it is of all
   * @param part given where the cell only takes this part of one other cell's value
   */
  read<T>(
    name: string,
    id: string,
    compute: (context: C, previous: T | undefined, id: string, name: string) => T,
    equals: (a: T, b: T) => boolean,
    part?: Part<T>,
  ): T {
    if (this.#values !== undefined) return this.#onePass(this.#values, name, id, compute);
    let cell = this.#cell(name, id) ?? this.#fromBase(name, id);
    if (cell === undefined) {
      cell = new Cell(name, id, compute as Compute<C>, equals as (a: unknown, b: unknown) => boolean, part);
      this.#add(name, id, cell);
    }
    try {
      if (cell.state !== CURRENT) this.#run(cell);
    } finally {
      // After the run, so that what a computation reads for the first time never counts as changed under its hands.
      this.#reading.add(cell);
    }
    return cell.value as T;
  }

  /**
   * An entry of the value of another cell, and all that is read of it.
   *
   * @param name of the entries of that cell
   * @param whole nothing but the call that reads the cell
   */
  entry<T>(name: string, id: string, whole: (context: C) => Entries<T>): T | undefined {
    if (!this.#reading.isRunning) return whole(this.#context).get(id);
    const group = this.#sources.entries(name) ?? this.#entriesOf(name, whole);
    const { whole: cell } = group;
    if (cell !== undefined && cell.state !== CURRENT) {
      try {
        this.#run(cell);
      } finally {
        this.#reading.add(group.of(id));
      }
    }
    const entry = group.of(id);
    this.#reading.add(entry);
    return entry.value as T | undefined;
  }

  #entriesOf(name: string, whole: (context: C) => unknown): EntryGroup<C> {
    this.#reading.begin();
    let cell: unknown;
    try {
      whole(this.#context);
      cell = this.#reading.reads(undefined);
    } finally {
      this.#reading.end();
    }
    if (!(cell instanceof Cell)) throw new Error(`The entries ${name} are not those of one value.`);
    return this.#sources.addEntries(name, cell as Cell<C>);
  }

  /** The value of a cell as it was last computed; undefined where it never was. */
  valueOf(name: string, id: string): unknown {
    return (this.#values === undefined ? this.#cell(name, id) : this.#values.get(name)?.get(id))?.value;
  }

  #cell(name: string, id: string): Cell<C> | undefined {
    return this.#cells.get(name)?.get(id);
  }

  /** @param cell one of this graph or, where it stands here too, of the base */
  #add(name: string, id: string, cell: Cell<C>): void {
    const there = this.#cells.get(name);
    if (there === undefined) this.#cells.set(name, new Map([[id, cell]]));
    else there.set(id, cell);
  }

  #onePass<T>(
    all: Map<string, Map<string, OnePassValue>>,
    name: string,
    id: string,
    compute: (context: C, previous: T | undefined, id: string, name: string) => T,
  ): T {
    let values = all.get(name);
    if (values === undefined) all.set(name, (values = new Map()));
    const there = values.get(id);
    if (there !== undefined) {
      if (there.isPending) throw new Error(`The computation ${textOf({ name, id })} reads itself.`);
      return there.value as T;
    }
    const own: OnePassValue = { value: undefined, isPending: true };
    values.set(id, own);
    const outerAsked = this.#asked;
    this.#asked = null;
    try {
      const value = compute(this.#context, undefined, id, name);
      own.value = value;
      own.isPending = false;
      return value;
    } finally {
      this.#asked = outerAsked;
      if (own.isPending) values.delete(id);
    }
  }

  /**
   * A value computed once for the computation that runs now, which counts as the reader of what it read. Cheaper than a
   * cell where nobody else asks for it.
   */
  once<T>(key: string, compute: (context: C) => T): T {
    if (this.#asked === undefined) return compute(this.#context);
    const asked = (this.#asked ??= new Map());
    if (asked.has(key)) return asked.get(key) as T;
    const value = compute(this.#context);
    asked.set(key, value);
    return value;
  }

  /** Marks the readers of these buckets dirty. */
  touch(buckets: Iterable<string>): void {
    for (const name of buckets) {
      for (const source of this.#sources.named(name)) eachReader(source, (cell) => this.#markDirty(cell));
    }
  }

  #markDirty(cell: Cell<C>): void {
    if (cell.state !== CURRENT) return;
    cell.state = DIRTY;
    this.#queue(cell);
  }

  #queue(cell: Cell<C>): void {
    (cell.readers === undefined ? this.#dirtyEnds : this.#dirty).add(cell);
  }

  #unqueue(cell: Cell<C>): void {
    this.#dirty.delete(cell);
    this.#dirtyEnds.delete(cell);
  }

  /**
   * Brings dirty cells up to date until `isDone` says that the time is used up. A dirty cell that no other reads is
   * forgotten unless it is kept: what was asked about objects that are gone must not be remembered for ever.
   *
   * @param changed called with each cell whose value changed, and the value before
   * @returns true when nothing is dirty any more
   */
  settle(
    changed: (cell: Named, value: unknown, before: unknown) => void,
    isDone: () => boolean,
    isKept: (cell: Named) => boolean = () => true,
  ): boolean {
    while (this.#dirty.size > 0 || this.#dirtyEnds.size > 0) {
      const isAtEnds = this.#dirty.size === 0;
      for (const cell of isAtEnds ? this.#dirtyEnds : this.#dirty) {
        if (isDone()) return false;
        if (isAtEnds && this.#dirty.size > 0) break;
        this.#unqueue(cell);
        if (cell.state === CURRENT) continue;
        if (cell.readers === undefined && !isKept(cell)) {
          this.drop(cell.name, cell.id);
          continue;
        }
        const before = cell.value;
        this.#run(cell);
        if (cell.value !== before) changed(cell, cell.value, before);
      }
    }
    return true;
  }

  /** Every cell that read one of these buckets, directly or through other cells; in no order. */
  dependents(buckets: ReadonlySet<string>): ReadonlySet<Named> {
    let known = this.#dependents.get(buckets);
    if (known?.revision !== this.#revision) {
      known = { revision: this.#revision, cells: this.#dependentsOf(buckets) };
      this.#dependents.set(buckets, known);
    }
    return known.cells;
  }

  #dependentsOf(buckets: ReadonlySet<string>): ReadonlySet<Cell<C>> {
    const found = new Set<Cell<C>>();
    const queue: Source<C>[] = [...buckets].flatMap((name) => this.#sources.named(name));
    for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
      eachReader(source, (cell) => {
        if (found.has(cell)) return;
        found.add(cell);
        queue.push(cell);
      });
    }
    return found;
  }

  /** Forgets a cell, for instance of a subject that is gone. */
  drop(name: string, id: string): void {
    const cells = this.#cells.get(name);
    const cell = cells?.get(id);
    if (cells === undefined || cell === undefined) return;
    this.#setReads(cell, undefined);
    cells.delete(id);
    if (cells.size === 0) this.#cells.delete(name);
    this.#unqueue(cell);
    // Whatever has its value from it asks for another one of that name.
    eachReader(cell, (reader) => this.#markDirty(reader));
    eachMember<Cell<C> | EntryGroup<C>>(cell.readers, (reader) => {
      if (reader instanceof EntryGroup) this.#sources.forgetGroup(reader);
    });
  }

  /** The base's cell where its value still stands, or a cell of our own that starts from it. */
  #fromBase(name: string, id: string): Cell<C> | undefined {
    const base = this.#base;
    if (base === undefined) return undefined;
    const there = base.graph.#cell(name, id);
    if (there === undefined || there.state !== CURRENT) return undefined;
    if (!base.graph.dependents(base.touched).has(there)) return there;
    const isSame = !this.#differs(there, base);
    const own = isSame ? there : new Cell(name, id, there.compute, there.equals, there.part, there);
    this.#add(name, id, own);
    return own;
  }

  /** Whether anything that a cell of the base read is not the same here. */
  #differs(cell: Cell<C>, base: Base<C>): boolean {
    return sourcesOf(cell).some((source) => {
      if (source instanceof Bucket) return base.touched.has(source.name);
      const inner = source instanceof Entry ? source.group.whole : source;
      if (inner === undefined) return source instanceof Entry && base.touched.has(bucketName(source));
      if (!base.graph.dependents(base.touched).has(inner)) return false;
      const value = this.read(inner.name, inner.id, inner.compute, inner.equals);
      return source instanceof Entry ? entryOf(value, source.id) !== source.value : value !== inner.value;
    });
  }

  #run(cell: Cell<C>): void {
    if (cell.state === RUNNING) throw new Error(`The computation ${textOf(cell)} reads itself.`);
    const outerAsked = this.#asked;
    this.#asked = null;
    cell.state = RUNNING;
    if (this.#isLive) this.#reading.begin();
    let value: unknown;
    let { reads } = cell;
    let isOutdated = false;
    try {
      value = cell.compute(this.#context, cell.value, cell.id, cell.name);
      if (this.#isLive) {
        reads = this.#reading.reads(reads);
        ({ isOutdated } = this.#reading);
      }
    } finally {
      cell.state = DIRTY;
      this.#asked = outerAsked;
      if (this.#isLive) this.#reading.end();
    }
    const isNew = cell.reads === undefined;
    if (reads !== cell.reads) this.#setReads(cell, reads);
    if (isOutdated) this.#queue(cell);
    else {
      cell.state = CURRENT;
      this.#unqueue(cell);
    }
    if (isNew || !cell.equals(cell.value, value)) {
      const before = cell.value;
      cell.value = value;
      if (!isNew) this.#tellReaders(cell, before);
    }
  }

  /** Readers that have ended become dirty; those that are still running have to run once more. */
  #tellReaders(cell: Cell<C>, before: unknown): void {
    const { value } = cell;
    eachMember<Cell<C> | EntryGroup<C>>(cell.readers, (reader) => {
      if (reader instanceof EntryGroup) this.#tellEntries(reader, value, before);
      else if (!isPart(reader) || !Object.is(reader.part?.pick(value), reader.value)) this.#markDirty(reader);
    });
    this.#reading.outdate(cell);
  }

  #tellEntries({ entries }: EntryGroup<C>, value: unknown, before: unknown): void {
    const tell = (entry: Entry<C> | undefined): void => {
      if (entry === undefined) return;
      const now = entryOf(value, entry.id);
      if (Object.is(now, entry.value)) return;
      entry.value = now;
      eachMember(entry.readers, (reader) => this.#markDirty(reader));
      this.#reading.outdate(entry);
    };
    const changed = isEntries(value) && isEntries(before) ? value.changedSince(before) : undefined;
    if (changed === undefined) entries.forEach(tell);
    else for (const id of changed) tell(entries.get(id));
  }

  #setReads(cell: Cell<C>, reads: Cell<C>['reads']): void {
    this.#revision += 1;
    const before = sourcesOf(cell);
    for (const source of before) source.readers = withoutMember<Cell<C> | EntryGroup<C>>(source.readers, cell);
    cell.reads = reads;
    for (const source of sourcesOf(cell)) source.readers = withMember<Cell<C> | EntryGroup<C>>(source.readers, cell);
    for (const source of before)
      if (source.readers === undefined && !this.#reading.has(source)) this.#sources.forget(source);
  }
}

/** Whether a cell only takes a part of the one value that it reads. */
function isPart<C>({ part, reads }: Cell<C>): boolean {
  return part !== undefined && !Array.isArray(reads);
}
