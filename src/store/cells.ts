/** A computed value and the buckets that it read. */
interface Cell {
  readonly bucket: string;
  readonly compute: (previous: unknown) => unknown;
  readonly equals: (a: unknown, b: unknown) => boolean;
  value: unknown;
  /** Undefined until the first run, and while it is not current. */
  reads: ReadSet | undefined;
  dirty: boolean;
  running: boolean;
}

/** The buckets that one or more cells read. Cells that read the same buckets share one. */
interface ReadSet {
  readonly signature: string;
  readonly buckets: readonly string[];
  readonly cells: Set<Cell>;
}

/**
 * Incremental computation over named buckets: a cell remembers what it read, a touched bucket makes its readers dirty,
 * and a cell that comes out equal again stops the wave (the demand-driven recomputation of Adapton and Salsa).
 */
export class CellGraph {
  readonly #cells = new Map<string, Cell>();
  readonly #readSets = new Map<string, ReadSet>();
  readonly #readers = new Map<string, Set<ReadSet>>();
  #recorder: Set<string> | undefined;
  #dirty = new Set<Cell>();

  /** Notes that whatever is being computed now read `bucket`. */
  record(bucket: string): void {
    this.#recorder?.add(bucket);
  }

  /** The value of a cell, computed when it is new or something that it read has changed. */
  read<T>(key: string, compute: (previous: T | undefined) => T, equals: (a: T, b: T) => boolean): T {
    const bucket = `=${key}`;
    this.record(bucket);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = {
        bucket,
        compute: compute as (previous: unknown) => unknown,
        equals: equals as (a: unknown, b: unknown) => boolean,
        value: undefined,
        reads: undefined,
        dirty: true,
        running: false,
      };
      this.#cells.set(key, cell);
    }
    if (cell.dirty) this.#run(cell);
    return cell.value as T;
  }

  /** Marks the readers of these buckets dirty; returns the keys-as-buckets of the cells that became dirty. */
  touch(buckets: Iterable<string>): void {
    for (const bucket of buckets) {
      for (const readSet of this.#readers.get(bucket) ?? []) {
        for (const cell of readSet.cells) {
          if (cell.dirty) continue;
          cell.dirty = true;
          this.#dirty.add(cell);
        }
      }
    }
  }

  /**
   * Brings dirty cells up to date until `isDone` says that the time is used up.
   *
   * @param changed called with the key of each cell whose value changed
   * @returns true when nothing is dirty any more
   */
  settle(changed: (key: string, value: unknown) => void, isDone: () => boolean): boolean {
    while (this.#dirty.size > 0) {
      for (const cell of this.#dirty) {
        if (isDone()) return false;
        this.#dirty.delete(cell);
        if (!cell.dirty) continue;
        const before = cell.value;
        this.#run(cell);
        if (cell.value !== before) changed(cell.bucket.slice(1), cell.value);
      }
    }
    return true;
  }

  /** Every cell that read one of these buckets, directly or through other cells; keys, in no order. */
  dependents(buckets: Iterable<string>): Set<string> {
    const found = new Set<string>();
    const queue = [...buckets];
    for (let bucket = queue.pop(); bucket !== undefined; bucket = queue.pop()) {
      for (const readSet of this.#readers.get(bucket) ?? []) {
        for (const cell of readSet.cells) {
          const key = cell.bucket.slice(1);
          if (found.has(key)) continue;
          found.add(key);
          queue.push(cell.bucket);
        }
      }
    }
    return found;
  }

  /** Forgets a cell, for instance of a subject that is gone. */
  drop(key: string): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    this.#unlink(cell);
    this.#cells.delete(key);
    this.#dirty.delete(cell);
  }

  #run(cell: Cell): void {
    if (cell.running) throw new Error(`The computation ${cell.bucket} reads itself.`);
    const outer = this.#recorder;
    const reads = new Set<string>();
    this.#recorder = reads;
    cell.running = true;
    let value: unknown;
    try {
      value = cell.compute(cell.value);
    } finally {
      cell.running = false;
      this.#recorder = outer;
    }
    const isNew = cell.reads === undefined;
    this.#link(cell, reads);
    cell.dirty = false;
    this.#dirty.delete(cell);
    if (isNew || !cell.equals(cell.value, value)) {
      cell.value = value;
      if (!isNew) this.touch([cell.bucket]);
    }
  }

  #link(cell: Cell, reads: ReadonlySet<string>): void {
    const buckets = [...reads];
    const signature = buckets.join('\n');
    if (cell.reads?.signature === signature) return;
    this.#unlink(cell);
    let readSet = this.#readSets.get(signature);
    if (readSet === undefined) {
      readSet = { signature, buckets, cells: new Set() };
      this.#readSets.set(signature, readSet);
      for (const bucket of buckets) {
        let sets = this.#readers.get(bucket);
        if (sets === undefined) this.#readers.set(bucket, (sets = new Set()));
        sets.add(readSet);
      }
    }
    readSet.cells.add(cell);
    cell.reads = readSet;
  }

  #unlink(cell: Cell): void {
    const readSet = cell.reads;
    if (readSet === undefined) return;
    cell.reads = undefined;
    readSet.cells.delete(cell);
    if (readSet.cells.size > 0) return;
    this.#readSets.delete(readSet.signature);
    for (const bucket of readSet.buckets) {
      const sets = this.#readers.get(bucket);
      sets?.delete(readSet);
      if (sets?.size === 0) this.#readers.delete(bucket);
    }
  }
}
