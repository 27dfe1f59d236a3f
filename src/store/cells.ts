import { isEntries } from './entries.ts';
import { eachMember, withMember, withoutMember, type Few } from './few.ts';

/** Stands for a value of one pass while it is computed. */
const RUNNING = Symbol('running');

/** A computed value and the buckets that it read. */
interface Cell<C> {
  readonly key: string;
  readonly bucket: string;
  readonly compute: (context: C, previous: unknown, key: string) => unknown;
  readonly equals: (a: unknown, b: unknown) => boolean;
  /** For a part: what it takes from the one value that it reads. */
  readonly pick: ((whole: unknown, key: string) => unknown) | undefined;
  /** For an entry of that value: what its key begins with, before the id. */
  readonly entryOf: string | undefined;
  value: unknown;
  /** Undefined until the first run, and while it is not current. */
  reads: ReadSet<C> | undefined;
  dirty: boolean;
  running: boolean;
}

/** The buckets that one or more cells read. Cells that read the same buckets share one, entries by what they begin with. */
interface ReadSet<C> {
  readonly entryOf: string | undefined;
  readonly signature: string;
  readonly buckets: readonly string[];
  /** undefined once no cell reads them any more. */
  cells: Few<Cell<C>> | undefined;
}

/** What one running computation has read so far; `outer` is the one that asked for it. */
interface Recorder {
  readonly reads: Set<string>;
  readonly outer: Recorder | undefined;
  /** Something that it had read already came out different before it ended. */
  isOutdated: boolean;
}

/** What a graph is laid over: its values stand wherever nothing that they read differs. */
interface Base<C> {
  readonly graph: CellGraph<C>;
  readonly touched: ReadonlySet<string>;
}

/** What hung on some buckets while a graph was of a revision. */
interface Dependents {
  readonly revision: number;
  readonly keys: ReadonlySet<string>;
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
  readonly #cells = new Map<string, Cell<C>>();
  /** Of one pass over contents that never change: values alone, with nothing of how they came about. */
  readonly #values: Map<string, unknown> | undefined;
  readonly #readSets = new Map<string, ReadSet<C>>();
  readonly #readers = new Map<string, Few<ReadSet<C>>>();
  #recorder: Recorder | undefined;
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
    return this.#recorder !== undefined;
  }

  /** Notes that whatever is being computed now read `bucket`. */
  record(bucket: string): void {
    this.#recorder?.reads.add(bucket);
  }

  /**
   * The value of a cell, computed when it is new or something that it read has changed.
   *
   * @param pick given where the cell only takes this part of one other cell's value: a change of that cell then costs it
   *   a look instead of a run
   * @param entryOf given where that part is an entry by id: what its key begins with, before the id. The look is then
   *   spared to all but the entries that changed.
   */
  read<T>(
    key: string,
    compute: (context: C, previous: T | undefined, key: string) => T,
    equals: (a: T, b: T) => boolean,
    pick?: (whole: unknown, key: string) => T,
    entryOf?: string,
  ): T {
    if (this.#values !== undefined) return this.#onePass(this.#values, key, compute);
    let cell = this.#cells.get(key) ?? this.#fromBase(key);
    if (cell === undefined) {
      cell = {
        key,
        bucket: `=${key}`,
        compute: compute as (context: C, previous: unknown, key: string) => unknown,
        equals: equals as (a: unknown, b: unknown) => boolean,
        pick,
        entryOf,
        value: undefined,
        reads: undefined,
        dirty: true,
        running: false,
      };
      this.#cells.set(key, cell);
    }
    try {
      if (cell.dirty) this.#run(cell);
    } finally {
      // The cell's own string: its hash is known already, and this is the hottest line of all. After the run, so that
      // what a computation reads for the first time never counts as changed under its hands.
      this.record(cell.bucket);
    }
    return cell.value as T;
  }

  #onePass<T>(
    values: Map<string, unknown>,
    key: string,
    compute: (context: C, previous: T | undefined, key: string) => T,
  ): T {
    const there = values.get(key);
    if (there === RUNNING) throw new Error(`The computation ${key} reads itself.`);
    if (there !== undefined || values.has(key)) return there as T;
    values.set(key, RUNNING);
    const outerAsked = this.#asked;
    this.#asked = null;
    let value: T | typeof RUNNING = RUNNING;
    try {
      value = compute(this.#context, undefined, key);
      return value;
    } finally {
      this.#asked = outerAsked;
      if (value === RUNNING) values.delete(key);
      else values.set(key, value);
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

  /** Marks the readers of these buckets dirty; returns the keys-as-buckets of the cells that became dirty. */
  touch(buckets: Iterable<string>): void {
    for (const bucket of buckets) {
      this.#eachReader(bucket, (cell) => this.#markDirty(cell));
    }
  }

  #markDirty(cell: Cell<C>): void {
    if (cell.dirty) return;
    cell.dirty = true;
    this.#queue(cell);
  }

  #queue(cell: Cell<C>): void {
    (this.#readers.has(cell.bucket) ? this.#dirty : this.#dirtyEnds).add(cell);
  }

  #unqueue(cell: Cell<C>): void {
    this.#dirty.delete(cell);
    this.#dirtyEnds.delete(cell);
  }

  /**
   * Brings dirty cells up to date until `isDone` says that the time is used up. A dirty cell that no other reads is
   * forgotten unless it is kept: what was asked about objects that are gone must not be remembered for ever.
   *
   * @param changed called with the key of each cell whose value changed
   * @returns true when nothing is dirty any more
   */
  settle(
    changed: (key: string, value: unknown) => void,
    isDone: () => boolean,
    isKept: (key: string) => boolean = () => true,
  ): boolean {
    while (this.#dirty.size > 0 || this.#dirtyEnds.size > 0) {
      const isAtEnds = this.#dirty.size === 0;
      for (const cell of isAtEnds ? this.#dirtyEnds : this.#dirty) {
        if (isDone()) return false;
        if (isAtEnds && this.#dirty.size > 0) break;
        this.#unqueue(cell);
        if (!cell.dirty) continue;
        if (!this.#readers.has(cell.bucket) && !isKept(cell.key)) {
          this.drop(cell.key);
          continue;
        }
        const before = cell.value;
        this.#run(cell);
        if (cell.value !== before) changed(cell.key, cell.value);
      }
    }
    return true;
  }

  /** Every cell that read one of these buckets, directly or through other cells; keys, in no order. */
  dependents(buckets: ReadonlySet<string>): ReadonlySet<string> {
    let known = this.#dependents.get(buckets);
    if (known?.revision !== this.#revision) {
      known = { revision: this.#revision, keys: this.#dependentsOf(buckets) };
      this.#dependents.set(buckets, known);
    }
    return known.keys;
  }

  #dependentsOf(buckets: ReadonlySet<string>): ReadonlySet<string> {
    const found = new Set<string>();
    const queue = [...buckets];
    for (let bucket = queue.pop(); bucket !== undefined; bucket = queue.pop()) {
      this.#eachReader(bucket, (cell) => {
        const key = cell.key;
        if (found.has(key)) return;
        found.add(key);
        queue.push(cell.bucket);
      });
    }
    return found;
  }

  #eachReader(bucket: string, act: (cell: Cell<C>) => void): void {
    eachMember(this.#readers.get(bucket), (readSet) => eachMember(readSet.cells, act));
  }

  /** Forgets a cell, for instance of a subject that is gone. */
  drop(key: string): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    this.#unlink(cell);
    this.#cells.delete(key);
    this.#unqueue(cell);
  }

  /** The base's cell where its value still stands, or a cell of our own that starts from it. */
  #fromBase(key: string): Cell<C> | undefined {
    const base = this.#base;
    if (base === undefined) return undefined;
    const there = base.graph.#cells.get(key);
    if (there === undefined || there.dirty) return undefined;
    if (!base.graph.dependents(base.touched).has(key)) return there;
    if (!this.#differs(there, base)) {
      this.#cells.set(key, there);
      return there;
    }
    const own: Cell<C> = { ...there, dirty: true, running: false };
    this.#cells.set(key, own);
    return own;
  }

  /** Whether anything that a cell of the base read is not the same here. */
  #differs(cell: Cell<C>, base: Base<C>): boolean {
    return (cell.reads?.buckets ?? []).some((bucket) => {
      if (base.touched.has(bucket)) return true;
      if (!bucket.startsWith('=')) return false;
      const key = bucket.slice(1);
      const isStale = base.graph.dependents(base.touched).has(key);
      const inner = isStale ? base.graph.#cells.get(key) : undefined;
      return inner !== undefined && this.read(key, inner.compute, inner.equals) !== inner.value;
    });
  }

  #run(cell: Cell<C>): void {
    if (cell.running) throw new Error(`The computation ${cell.bucket} reads itself.`);
    const outer = this.#recorder;
    const outerAsked = this.#asked;
    const recorder = this.#isLive ? { reads: new Set<string>(), outer, isOutdated: false } : undefined;
    this.#recorder = recorder;
    this.#asked = null;
    cell.running = true;
    let value: unknown;
    try {
      value = cell.compute(this.#context, cell.value, cell.key);
    } finally {
      cell.running = false;
      this.#recorder = outer;
      this.#asked = outerAsked;
    }
    const isNew = cell.reads === undefined;
    if (recorder !== undefined) this.#link(cell, recorder.reads);
    cell.dirty = recorder?.isOutdated === true;
    if (cell.dirty) this.#queue(cell);
    else this.#unqueue(cell);
    if (isNew || !cell.equals(cell.value, value)) {
      const before = cell.value;
      cell.value = value;
      if (!isNew) this.#tellReaders(cell, before);
    }
  }

  /** Readers that have ended become dirty; those that are still running have to run once more. */
  #tellReaders({ bucket, value }: Cell<C>, before: unknown): void {
    eachMember(this.#readers.get(bucket), (readSet) => {
      const changed = readSet.entryOf === undefined ? undefined : changedEntries(value, before);
      if (changed !== undefined) {
        for (const id of changed) {
          const cell = this.#cells.get(`${readSet.entryOf}${id}`);
          if (cell?.reads === readSet && !Object.is(partOf(cell, value), cell.value)) this.#markDirty(cell);
        }
        return;
      }
      const isOnlyRead = readSet.buckets.length === 1;
      eachMember(readSet.cells, (cell) => {
        if (isOnlyRead && cell.pick !== undefined && Object.is(partOf(cell, value), cell.value)) return;
        this.#markDirty(cell);
      });
    });
    for (let running = this.#recorder; running !== undefined; running = running.outer) {
      if (running.reads.has(bucket)) running.isOutdated = true;
    }
  }

  #link(cell: Cell<C>, reads: ReadonlySet<string>): void {
    if (cell.reads !== undefined && isSame(cell.reads.buckets, reads)) return;
    const buckets = [...reads];
    const entryOf = buckets.length === 1 ? cell.entryOf : undefined;
    const signature = `${buckets.join('\n')}${entryOf === undefined ? '' : `\n${entryOf}`}`;
    if (cell.reads?.signature === signature) return;
    this.#revision += 1;
    this.#unlink(cell);
    let readSet = this.#readSets.get(signature);
    if (readSet === undefined) {
      readSet = { entryOf, signature, buckets, cells: undefined };
      this.#readSets.set(signature, readSet);
      for (const bucket of buckets) {
        const before = this.#readers.get(bucket);
        const after = withMember(before, readSet);
        if (after !== before) this.#readers.set(bucket, after);
      }
    }
    readSet.cells = withMember(readSet.cells, cell);
    cell.reads = readSet;
  }

  #unlink(cell: Cell<C>): void {
    const readSet = cell.reads;
    if (readSet === undefined) return;
    cell.reads = undefined;
    readSet.cells = withoutMember(readSet.cells, cell);
    if (readSet.cells !== undefined) return;
    this.#readSets.delete(readSet.signature);
    for (const bucket of readSet.buckets) {
      const left = withoutMember(this.#readers.get(bucket), readSet);
      if (left === undefined) this.#readers.delete(bucket);
    }
  }
}

function partOf<C>(cell: Cell<C>, whole: unknown): unknown {
  return cell.pick?.(whole, cell.key);
}

function changedEntries(value: unknown, before: unknown): ReadonlySet<string> | undefined {
  return isEntries(value) && isEntries(before) ? value.changedSince(before) : undefined;
}

/** Whether a computation read the same as last time, in the same order. */
function isSame(buckets: readonly string[], reads: ReadonlySet<string>): boolean {
  if (buckets.length !== reads.size) return false;
  let at = 0;
  for (const bucket of reads) if (bucket !== buckets[at++]) return false;
  return true;
}
