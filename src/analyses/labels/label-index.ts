import type { Labels, LabelSelector, LabelSelectorRequirement } from '../../model/selector.ts';
import { SimilarWords } from '../../kube/similar-words.ts';
import type { Entries } from '../../store/entries.ts';
import { innerDifferenceOf, LongList, spliced, type Items } from '../../store/long-list.ts';
import { PersistentMap } from '../../store/persistent-map.ts';

interface Labelled {
  readonly labels: Labels;
}

/** Things that carry labels, asked by label. */
export interface ByLabel<T extends Labelled> {
  /** The label keys that anything carries, each once. */
  keys(): readonly string[];
  /** The values of a key. */
  values(key: string): SimilarWords;
  /** What carries a label, in no order. */
  carrying(key: string, value: string): Items<T>;
  /** What carries a label of that key, in no order. */
  having(key: string): Items<T>;
}

/** What a selector's pairs are looked up with: a key and the one value that it may have. */
export interface LabelPair {
  readonly key: string;
  readonly value: string;
}

const NO_VALUES = new SimilarWords(() => []);
/** Where more than this share of a list is new, an index is built rather than changed. */
const MOST_CHANGED = 0.25;

/** An index by label of lists that never change; `of` similar lists shares what is the same. */
export class LabelIndex<T extends Labelled> implements ByLabel<T> {
  readonly #lists: LongList<readonly T[]>;
  /** How many items the lists hold. */
  readonly #size: number;
  readonly #names: readonly string[];
  readonly #keys: ReadonlyMap<string, ValueIndex<T>>;

  private constructor(
    lists: LongList<readonly T[]>,
    size: number,
    names: readonly string[],
    keys: ReadonlyMap<string, ValueIndex<T>>,
  ) {
    this.#lists = lists;
    this.#size = size;
    this.#names = names;
    this.#keys = keys;
  }

  /** @param previous the index of an earlier state of the lists, of which most items are the same */
  static of<T extends Labelled>(lists: LongList<readonly T[]>, previous?: LabelIndex<T>): LabelIndex<T> {
    if (previous !== undefined) {
      const { gone, come } = innerDifferenceOf(previous.#lists, lists);
      const size = previous.#size + come.length - gone.length;
      if (gone.length + come.length <= size * MOST_CHANGED) return previous.#edited(lists, size, editsOf(gone, come));
    }
    return LabelIndex.#built(lists, previous === undefined ? [] : previous.#names);
  }

  /** @param names the keys that readers may know */
  static #built<T extends Labelled>(lists: LongList<readonly T[]>, names: readonly string[]): LabelIndex<T> {
    const byKey = new Map<string, Map<string, T[]>>();
    let size = 0;
    for (const piece of lists.pieces) {
      for (const list of piece) {
        size += list.length;
        for (const item of list) addItem(byKey, item);
      }
    }
    const keys = new Map<string, ValueIndex<T>>();
    for (const [key, values] of byKey) keys.set(key, ValueIndex.of(values));
    return new LabelIndex(lists, size, namesOf(keys, names), keys);
  }

  #edited(lists: LongList<readonly T[]>, size: number, edits: Edits<T>): LabelIndex<T> {
    const keys = new Map(this.#keys);
    for (const [key, values] of edits) {
      const index = (keys.get(key) ?? ValueIndex.of<T>(new Map())).edited(values);
      if (index.size === 0) keys.delete(key);
      else keys.set(key, index);
    }
    return new LabelIndex(lists, size, namesOf(keys, this.#names), keys);
  }

  /** The same list as long as the same keys are there. */
  keys(): readonly string[] {
    return this.#names;
  }

  /** The same object as long as the same values are there. */
  values(key: string): SimilarWords {
    return this.#keys.get(key)?.words ?? NO_VALUES;
  }

  carrying(key: string, value: string): Items<T> {
    return this.#keys.get(key)?.get(value) ?? [];
  }

  having(key: string): Items<T> {
    return this.byValue(key).all();
  }

  /** What carries a key, by its value. The same object as long as nothing of it changes. */
  byValue(key: string): ByValue<T> {
    return this.#keys.get(key) ?? NO_LISTS;
  }
}

/** What carries one key, by the value. */
export interface ByValue<T> extends Entries<Items<T>> {
  all(): Items<T>;
}

const NO_LISTS: ByValue<never> = { get: () => undefined, changedSince: () => undefined, all: () => [] };

/** Keys whose values tell most apart, the best first. */
const TELLING = ['app.kubernetes.io/name', 'app', 'k8s-app', 'app.kubernetes.io/instance', 'name', 'run', 'release'];

/** The pair of a selector that the fewest are likely to carry; the same whatever there is, so that nothing hangs on it. */
export function tellingPair(selector: LabelSelector): LabelPair | undefined {
  for (const key of TELLING) {
    const value = selector.matchLabels?.[key];
    if (value !== undefined) return { key, value };
  }
  return pairsOf(selector)[0];
}

/** The labels that whatever a selector matches has: its pairs, and expressions with one value. */
export function pairsOf(selector: LabelSelector): readonly LabelPair[] {
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, value }));
  for (const one of selector.matchExpressions ?? []) {
    const [value] = one.values ?? [];
    if (isPair(one) && value !== undefined) pairs.push({ key: one.key, value });
  }
  return pairs;
}

/** Whether a requirement is for one value, as those of `matchLabels` are. */
export function isPair({ operator, values = [] }: LabelSelectorRequirement): boolean {
  return operator === 'In' && values.length === 1;
}

/** What goes and comes at one place; a list is there only where something does. */
interface Edit<T> {
  gone: T[] | undefined;
  come: T[] | undefined;
}

type Edits<T> = Map<string, Map<string, Edit<T>>>;

/** The keys that are there: the same list where they are those of the list before. */
function namesOf(keys: ReadonlyMap<string, unknown>, before: readonly string[]): readonly string[] {
  return before.length === keys.size && before.every((name) => keys.has(name)) ? before : [...keys.keys()];
}

function addItem<T extends Labelled>(byKey: Map<string, Map<string, T[]>>, item: T): void {
  for (const key in item.labels) {
    const value = item.labels[key] ?? '';
    let values = byKey.get(key);
    if (values === undefined) byKey.set(key, (values = new Map<string, T[]>()));
    const list = values.get(value);
    if (list === undefined) values.set(value, [item]);
    else list.push(item);
  }
}

/** @param gone and `come`: no item is in both */
function editsOf<T extends Labelled>(gone: readonly T[], come: readonly T[]): Edits<T> {
  const edits: Edits<T> = new Map();
  for (const item of gone) addEdit(edits, item, 'gone');
  for (const item of come) addEdit(edits, item, 'come');
  return edits;
}

function addEdit<T extends Labelled>(edits: Edits<T>, item: T, side: keyof Edit<T>): void {
  for (const key in item.labels) {
    const value = item.labels[key] ?? '';
    let values = edits.get(key);
    if (values === undefined) edits.set(key, (values = new Map<string, Edit<T>>()));
    let edit = values.get(value);
    if (edit === undefined) values.set(value, (edit = { gone: undefined, come: undefined }));
    const list = edit[side];
    if (list === undefined) edit[side] = [item];
    else list.push(item);
  }
}

/** Items by the value of one key. */
class ValueIndex<T> implements ByValue<T> {
  readonly words: SimilarWords;
  readonly #lists: PersistentMap<Items<T>>;
  /** Stands for this index in those that are made from it, which must not keep it. */
  readonly #token: object = {};
  readonly #base: object | undefined;
  readonly #changed: ReadonlySet<string> | undefined;

  private constructor(
    words: SimilarWords,
    lists: PersistentMap<Items<T>>,
    change?: { readonly from: ValueIndex<T>; readonly values: ReadonlySet<string> },
  ) {
    this.words = words;
    this.#lists = lists;
    this.#base = change === undefined ? undefined : change.from.#token;
    this.#changed = change?.values;
  }

  /** @param values which become the index's own */
  static of<T>(values: Map<string, readonly T[]>): ValueIndex<T> {
    const all: Map<string, Items<T>> = values;
    for (const [value, items] of values) if (items.length > 1) all.set(value, carriers(items));
    const lists = PersistentMap.of(all);
    return new ValueIndex(new SimilarWords(() => lists.keys()), lists);
  }

  get size(): number {
    return this.#lists.size;
  }

  get(value: string): Items<T> | undefined {
    return this.#lists.get(value);
  }

  all(): readonly T[] {
    return [...this.#lists.keys()].flatMap((value) => [...(this.#lists.get(value) ?? [])]);
  }

  changedSince(before: Entries<Items<T>>): ReadonlySet<string> | undefined {
    return before instanceof ValueIndex && before.#token === this.#base ? this.#changed : undefined;
  }

  /** This index after some edits by value. The words stay the same object where the values do. */
  edited(edits: ReadonlyMap<string, Edit<T>>): ValueIndex<T> {
    let lists = this.#lists;
    let isSameWords = true;
    for (const [value, { gone = [], come = [] }] of edits) {
      const before = lists.get(value);
      const list = before === undefined ? carriers(come) : withEdit(before, gone, come);
      if (before === undefined || list.length === 0) isSameWords = false;
      lists = list.length === 0 ? lists.without(value) : lists.with(value, list);
    }
    const words = isSameWords ? this.words : new SimilarWords(() => lists.keys());
    return new ValueIndex(words, lists, { from: this, values: new Set(edits.keys()) });
  }
}

/** Lists of more carriers than this are kept in pieces. */
const SHORT = 64;

/** A list that grew by pushing has room for seventeen, and most hold one. */
function carriers<T>(items: readonly T[]): Items<T> {
  return inPieces(items.slice());
}

function inPieces<T>(items: readonly T[]): Items<T> {
  return items.length > SHORT ? LongList.of(items) : items;
}

/** Where more items went, a long list is made anew. */
const FEW = 8;

/** @param gone which are all in the list */
function withEdit<T>(list: Items<T>, gone: readonly T[], come: readonly T[]): Items<T> {
  if (list instanceof LongList && gone.length <= FEW) {
    const inPlace = gone.reduce((all: LongList<T>, item, at) => all.exchanged(item, come.slice(at, at + 1)), list);
    return inPlace.appended(come.slice(gone.length));
  }
  const [first] = gone;
  if (Array.isArray(list) && gone.length <= 1) {
    const items: readonly T[] = list;
    return inPieces(spliced(items, first === undefined ? items.length : items.indexOf(first), gone.length, come));
  }
  const left = new Set(gone);
  return carriers([...list.filter((item) => !left.has(item)), ...come]);
}
