const MOST_KEYS = 20_000;
const MOST_ITEMS = 1_000;

export interface Burst {
  /** Distinct items within the window. */
  readonly distinct: number;
  /** What this hit adds to the count: all of a burst that begins, 1 when it goes on. */
  readonly count: number;
}

interface Entry {
  readonly items: Map<string, number>;
  newest: number;
  lastHit: number;
}

/**
 * Counts distinct items per key in a sliding window of event time. Events may come out of order by as much as the
 * window. Memory is bounded: keys that were quiet for two windows are dropped.
 */
export class SlidingWindow {
  readonly #span: number;
  readonly #entries = new Map<string, Entry>();
  #newest = 0;

  /** @param span in milliseconds */
  constructor(span: number) {
    this.#span = span;
  }

  /** Adds an item; null while fewer than `least` distinct ones are in any window around it. */
  add(key: string, item: string, time: number, least: number): Burst | null {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.#entries.size >= MOST_KEYS) this.#dropQuiet();
      entry = { items: new Map(), newest: time, lastHit: Number.NEGATIVE_INFINITY };
      this.#entries.set(key, entry);
    }
    // Set anew, so that the map's order is that of arrival and the oldest can be dropped first.
    entry.items.delete(item);
    entry.items.set(item, time);
    if (time > entry.newest) entry.newest = time;
    if (time > this.#newest) this.#newest = time;
    if (entry.items.size > MOST_ITEMS) this.#dropOld(entry);
    if (entry.items.size < least) return null;
    const distinct = this.#distinctAround(entry, time, least);
    if (distinct < least) return null;
    const isNew = Math.abs(time - entry.lastHit) > this.#span;
    entry.lastHit = time;
    return { distinct, count: isNew ? distinct : 1 };
  }

  /** The fullest window that holds this time; the one that ends with it where that suffices. */
  #distinctAround(entry: Entry, time: number, least: number): number {
    let before = 0;
    for (const at of entry.items.values()) if (at <= time && at > time - this.#span) before += 1;
    if (before >= least || time === entry.newest) return before;
    const near = [...entry.items.values()].filter((at) => Math.abs(at - time) < this.#span).sort((a, b) => a - b);
    let most = 0;
    let from = 0;
    near.forEach((at, index) => {
      while ((near[from] ?? at) <= at - this.#span) from += 1;
      if (at >= time && (near[from] ?? at) <= time) most = Math.max(most, index - from + 1);
    });
    return most;
  }

  #dropOld(entry: Entry): void {
    for (const [item, at] of entry.items) {
      if (at < entry.newest - 2 * this.#span) entry.items.delete(item);
    }
    for (const item of entry.items.keys()) {
      if (entry.items.size <= MOST_ITEMS) return;
      entry.items.delete(item);
    }
  }

  #dropQuiet(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.newest < this.#newest - 2 * this.#span) this.#entries.delete(key);
    }
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < MOST_KEYS) return;
      this.#entries.delete(key);
    }
  }
}
