import type { Labels, LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';
import { requirementsOf } from './selector-implication.ts';

/** An expression with more values is kept by its key alone, so that an index stays as large as what it is made of. */
const MOST_VALUES = 64;

/**
 * Things with selectors, by one label that each needs: a namespace may hold thousands of policies, and a pod concerns a
 * few of them. Answers too many, never too few, in the order in which they were given.
 */
export class SelectorIndex<T> {
  /** By `key` and `key=value`; '' for selectors that need no label. */
  readonly #byNeed = new Map<string, { readonly at: number; readonly one: T }[]>();

  constructor(things: readonly T[], selectorOf: (thing: T) => LabelSelector) {
    for (const [at, one] of things.entries()) {
      const entry = { at, one };
      for (const need of needsOf(selectorOf(one))) {
        const there = this.#byNeed.get(need);
        if (there === undefined) this.#byNeed.set(need, [entry]);
        else there.push(entry);
      }
    }
  }

  /** Things whose selector these labels may satisfy. */
  mayMatch(labels: Labels): readonly T[] {
    return this.#withNeeds(Object.entries(labels).flatMap(([key, value]) => [key, `${key}=${value}`]));
  }

  /** Things whose selector may be satisfied by all labels that satisfy this one. */
  mayBeImplied(selector: LabelSelector): readonly T[] {
    return this.#withNeeds(
      requirementsOf(selector).flatMap(({ key, operator, values: [first] = [] }) =>
        operator === 'In' && first !== undefined ? [key, `${key}=${first}`] : [key],
      ),
    );
  }

  #withNeeds(needs: readonly string[]): readonly T[] {
    const found = new Set(['', ...needs].flatMap((need) => this.#byNeed.get(need) ?? []));
    return [...found].sort((a, b) => a.at - b.at).map(({ one }) => one);
  }
}

/** The label that a selector is found by: each value that it may have, or its key where it only has to be there. */
function needsOf(selector: LabelSelector): readonly string[] {
  const all = requirementsOf(selector);
  const named = all.find(({ operator, values = [] }) => operator === 'In' && values.length <= MOST_VALUES);
  if (named !== undefined) return [...new Set((named.values ?? []).map((value) => `${named.key}=${value}`))];
  const present = all.find(needsKey);
  return [present?.key ?? ''];
}

function needsKey({ operator }: LabelSelectorRequirement): boolean {
  return operator === 'In' || operator === 'Exists';
}
