import type { Entries } from './entries.ts';
import { PersistentMap } from './persistent-map.ts';
import { stretchOf } from './stretch.ts';

/** Where more than this share of a list is new, the maps are built rather than changed. */
const MOST_CHANGED = 0.25;

/** A list that never changes, whose items are found by an id too. `of` a similar list shares what is the same. */
export class KeyedList<T> implements Entries<T> {
  readonly items: readonly T[];
  /** The ids, in order; the same list as long as they are the same. */
  readonly ids: readonly string[];
  readonly #byId: PersistentMap<T>;
  /** Stands for this list in those that are made from it, which must not keep it. */
  readonly #token: object = {};
  readonly #base: object | undefined;
  readonly #changed: ReadonlySet<string> | undefined;

  private constructor(
    items: readonly T[],
    ids: readonly string[],
    byId: PersistentMap<T>,
    change?: { readonly from: KeyedList<T>; readonly ids: ReadonlySet<string> },
  ) {
    this.items = items;
    this.ids = ids;
    this.#byId = byId;
    this.#base = change === undefined ? undefined : change.from.#token;
    this.#changed = change?.ids;
  }

  /**
   * @param idOf the id of an item; of several with the same the first counts
   * @param previous an earlier state of the list, of which most items are the same
   */
  static of<T>(items: readonly T[], idOf: (item: T) => string, previous?: KeyedList<T>): KeyedList<T> {
    const changed = previous === undefined ? undefined : changedList(items, idOf, previous);
    return changed ?? KeyedList.#built(items, idOf);
  }

  static #built<T>(items: readonly T[], idOf: (item: T) => string): KeyedList<T> {
    const byId = new Map<string, T>();
    const ids = items.map(idOf);
    for (const [at, id] of ids.entries()) if (!byId.has(id)) byId.set(id, items[at] as T);
    return new KeyedList(items, ids, PersistentMap.of(byId));
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  changedSince(before: Entries<T>): ReadonlySet<string> | undefined {
    return before instanceof KeyedList && before.#token === this.#base ? this.#changed : undefined;
  }

  /** This list with other items in place of some, of the same ids. */
  with(items: readonly T[], changed: ReadonlyMap<string, T>): KeyedList<T> {
    let byId = this.#byId;
    for (const [id, item] of changed) byId = byId.with(id, item);
    return new KeyedList(items, this.ids, byId, { from: this, ids: new Set(changed.keys()) });
  }
}

/** undefined where ids came or went, or so much changed that it costs less to build the list. */
function changedList<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  previous: KeyedList<T>,
): KeyedList<T> | undefined {
  const { start, before, after } = stretchOf(previous.items, items);
  if (items.length !== previous.items.length || after - start > items.length * MOST_CHANGED) return undefined;
  const changed = new Map<string, T>();
  for (let at = start; at < after && at < before; at += 1) {
    const item = items[at];
    const old = previous.items[at];
    if (item === undefined || old === item) continue;
    const id = idOf(item);
    // Of several items with one id it would have to be known which was the first.
    if (id !== previous.ids[at] || previous.get(id) !== old) return undefined;
    changed.set(id, item);
  }
  return previous.with(items, changed);
}
