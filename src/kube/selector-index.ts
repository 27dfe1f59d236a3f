import type { Labels, LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';
import { requirementsOf } from './selector-implication.ts';

/** An expression with more values is kept by its key alone, so that an index stays as large as what it is made of. */
const MOST_VALUES = 64;

/**
 * Things with selectors, by one label that each needs: a namespace may hold thousands of policies, and a pod concerns a
 * few of them. Answers too many, never too few, in the order in which they were given.
 */
export class SelectorIndex<T> {
  /** Those whose selectors need no label. */
  readonly #always: Entry<T>[] = [];
  readonly #byKey = new Map<string, OfKey<T>>();

  constructor(things: readonly T[], selectorOf: (thing: T) => LabelSelector) {
    for (const [at, one] of things.entries()) this.#add({ at, one }, needOf(selectorOf(one)));
  }

  /** Things whose selector these labels may satisfy. */
  mayMatch(labels: Labels): readonly T[] {
    const found = new Set(this.#always);
    if (this.#byKey.size > 0) for (const key in labels) this.#find(found, key, labels[key]);
    return inOrder(found);
  }

  /** Things whose selector may be satisfied by all labels that satisfy this one. */
  mayBeImplied(selector: LabelSelector): readonly T[] {
    const found = new Set(this.#always);
    for (const { key, operator, values: [first] = [] } of requirementsOf(selector)) {
      this.#find(found, key, operator === 'In' ? first : undefined);
    }
    return inOrder(found);
  }

  #add(entry: Entry<T>, need: Need): void {
    if (need === null) {
      this.#always.push(entry);
      return;
    }
    let ofKey = this.#byKey.get(need.key);
    if (ofKey === undefined) this.#byKey.set(need.key, (ofKey = { present: [], byValue: new Map() }));
    const { present, byValue } = ofKey;
    if (need.values === null) present.push(entry);
    else {
      for (const value of new Set(need.values)) {
        const there = byValue.get(value);
        if (there === undefined) byValue.set(value, [entry]);
        else there.push(entry);
      }
    }
  }

  #find(found: Set<Entry<T>>, key: string, value: string | undefined): void {
    const ofKey = this.#byKey.get(key);
    if (ofKey === undefined) return;
    for (const one of ofKey.present) found.add(one);
    if (value !== undefined) for (const one of ofKey.byValue.get(value) ?? NOTHING) found.add(one);
  }
}

interface Entry<T> {
  readonly at: number;
  readonly one: T;
}

/** What needs a label of one key. */
interface OfKey<T> {
  /** Where it only has to be there. */
  readonly present: Entry<T>[];
  readonly byValue: Map<string, Entry<T>[]>;
}

const NOTHING: readonly never[] = [];

function inOrder<T>(found: ReadonlySet<Entry<T>>): readonly T[] {
  return [...found].sort((a, b) => a.at - b.at).map(({ one }) => one);
}

/** The label that a selector is found by, with each value that it may have, or null for any; null: it needs none. */
type Need = { readonly key: string; readonly values: readonly string[] | null } | null;

function needOf(selector: LabelSelector): Need {
  const all = requirementsOf(selector);
  const named = all.find(({ operator, values = [] }) => operator === 'In' && values.length <= MOST_VALUES);
  if (named !== undefined) return { key: named.key, values: named.values ?? [] };
  const present = all.find(needsKey);
  return present === undefined ? null : { key: present.key, values: null };
}

function needsKey({ operator }: LabelSelectorRequirement): boolean {
  return operator === 'In' || operator === 'Exists';
}
