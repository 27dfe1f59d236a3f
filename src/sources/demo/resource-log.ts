import type { StoredObject } from './stored-object.ts';

/** One change of one resource. */
export interface LogEntry {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly rv: number;
  /** The object after the change; of a deletion its last state, with the deletion's resourceVersion. */
  readonly object: StoredObject;
  readonly before: StoredObject | undefined;
}

/** How many snapshots of the past are kept for lists that are being paged. */
const KEPT_SNAPSHOTS = 16;

/** The objects of one resource, and what happened to them since the last compaction. */
export class ResourceLog {
  readonly #objects = new Map<string, StoredObject>();
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  readonly #snapshots = new Map<number, readonly StoredObject[]>();
  readonly #historyLimit: number;
  #entries: LogEntry[] = [];
  #sorted: readonly StoredObject[] | undefined;
  #compactedTo = 0;

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** Whether history after this resourceVersion is still complete. */
  knows(rv: number): boolean {
    return rv >= this.#compactedTo;
  }

  /** The resourceVersion up to which history is gone. */
  get compactedTo(): number {
    return this.#compactedTo;
  }

  /** All objects as they are now, sorted by key; the array is never changed afterwards. */
  current(): readonly StoredObject[] {
    this.#sorted ??= [...this.#objects.values()].sort(byKey);
    return this.#sorted;
  }

  /**
   * All objects as they were at a resourceVersion, sorted by key.
   *
   * @param rv a version for which `knows(rv)` holds
   */
  at(rv: number): readonly StoredObject[] {
    const later = this.since(rv);
    if (later.length === 0) return this.current();
    const kept = this.#snapshots.get(rv);
    if (kept !== undefined) return kept;
    const objects = new Map(this.#objects);
    for (const entry of later.toReversed()) {
      if (entry.before === undefined) objects.delete(entry.object.key);
      else objects.set(entry.before.key, entry.before);
    }
    const sorted = [...objects.values()].sort(byKey);
    this.#snapshots.set(rv, sorted);
    const oldest = this.#snapshots.keys().next().value;
    if (this.#snapshots.size > KEPT_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return sorted;
  }

  /** The changes after a resourceVersion, oldest first. */
  since(rv: number): readonly LogEntry[] {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.rv ?? 0) <= rv) low = middle + 1;
      else high = middle;
    }
    return this.#entries.slice(low);
  }

  append(entry: LogEntry): void {
    this.#entries.push(entry);
    if (entry.type === 'DELETED') this.#objects.delete(entry.object.key);
    else this.#objects.set(entry.object.key, entry.object);
    this.#sorted = undefined;
    if (this.#entries.length > 2 * this.#historyLimit) {
      this.compact(this.#entries[this.#entries.length - this.#historyLimit - 1]?.rv ?? entry.rv);
    }
    for (const listener of this.#listeners) listener(entry);
  }

  compact(rv: number): void {
    this.#entries = [...this.since(rv)];
    this.#compactedTo = Math.max(this.#compactedTo, rv);
    this.#snapshots.clear();
  }

  /** Calls the listener at every change, until the returned function is called. */
  subscribe(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

function byKey(a: StoredObject, b: StoredObject): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
