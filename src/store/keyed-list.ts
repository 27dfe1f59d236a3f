import type { Entries } from './entries.ts';
import { exchangesIn, type LongList } from './long-list.ts';
import { PersistentMap } from './persistent-map.ts';

/** Where more than this share of a list is new, the maps are built rather than changed. */
const MOST_CHANGED = 0.25;

/**
 * A list that never changes, whose items are found by an id too. `of` a similar list shares what is the same, and is the
 * same where all items are.
 */
export class KeyedList<T> implements Entries<T> {
  readonly list: LongList<T>;
  /** The ids, in order; the same list as long as they are the same. */
  readonly ids: readonly string[];
  readonly #byId: PersistentMap<T>;
  /** Stands for this list in those that are made from it, which must not keep it. */
  readonly #token: object = {};
  readonly #base: object | undefined;
  readonly #changed: ReadonlySet<string> | undefined;

  private constructor(
    list: LongList<T>,
    ids: readonly string[],
    byId: PersistentMap<T>,
    change?: { readonly from: KeyedList<T>; readonly ids: ReadonlySet<string> },
  ) {
    this.list = list;
    this.ids = ids;
    this.#byId = byId;
    this.#base = change === undefined ? undefined : change.from.#token;
    this.#changed = change?.ids;
  }

  /**
   * @param idOf the id of an item; of several with the same the first counts
   * @param previous an earlier state of the list, of which most items are the same
   */
  static of<T>(items: LongList<T>, idOf: (item: T) => string, previous?: KeyedList<T>): KeyedList<T> {
    const changed = previous === undefined ? undefined : changedList(items, idOf, previous);
    return changed ?? KeyedList.#built(items, idOf);
  }

  static #built<T>(list: LongList<T>, idOf: (item: T) => string): KeyedList<T> {
    const byId = new Map<string, T>();
    const ids = list.items.map(idOf);
    for (const [at, id] of ids.entries()) if (!byId.has(id)) byId.set(id, list.items[at] as T);
    return new KeyedList(list, ids, PersistentMap.of(byId));
  }

  get items(): readonly T[] {
    return this.list.items;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  changedSince(before: Entries<T>): ReadonlySet<string> | undefined {
    return before instanceof KeyedList && before.#token === this.#base ? this.#changed : undefined;
  }

  /** This list with other items in place of some, of the same ids. */
  with(list: LongList<T>, changed: ReadonlyMap<string, T>): KeyedList<T> {
    let byId = this.#byId;
    for (const [id, item] of changed) byId = byId.with(id, item);
    return new KeyedList(list, this.ids, byId, { from: this, ids: new Set(changed.keys()) });
  }
}

/** undefined where ids came or went, or so much changed that it costs less to build the list. */
function changedList<T>(
  items: LongList<T>,
  idOf: (item: T) => string,
  previous: KeyedList<T>,
): KeyedList<T> | undefined {
  const exchanges = exchangesIn(previous.list, items);
  if (exchanges === undefined || exchanges.length > items.length * MOST_CHANGED) return undefined;
  if (exchanges.length === 0) return previous;
  const changed = new Map<string, T>();
  for (const { was, is } of exchanges) {
    const id = idOf(is);
    // Of several items with one id it would have to be known which was the first.
    if (id !== idOf(was) || previous.get(id) !== was) return undefined;
    changed.set(id, is);
  }
  return previous.with(items, changed);
}
