import type { AnalysedWorkload } from '../analyses/workload/workloads.ts';
import type { PodSpec } from '../model/pod-spec.ts';
import type { Rule } from '../rules/rule.ts';

/**
 * Which of some rules have to look at a workload: all but those that say of each of its specifications that it does not
 * concern them. A rule is asked once about a specification, however many workloads run it.
 */
export class ConcernedRules {
  readonly #all: readonly Rule[];
  /** Those that look at every workload. */
  readonly #always: readonly Rule[];
  /** By rules that look already: with those that a specification concerns too. */
  readonly #after = new WeakMap<readonly Rule[], WeakMap<PodSpec, readonly Rule[]>>();

  constructor(rules: readonly Rule[]) {
    this.#all = rules;
    this.#always = rules.filter(({ concerns }) => concerns === undefined);
  }

  /** In the order of all. */
  of({ template, classes }: AnalysedWorkload): readonly Rule[] {
    let concerned = this.#always;
    let last = template?.spec;
    if (last !== undefined) concerned = this.#with(concerned, last);
    for (const { spec } of classes) {
      if (spec !== last) concerned = this.#with(concerned, spec);
      last = spec;
    }
    return concerned;
  }

  #with(before: readonly Rule[], spec: PodSpec): readonly Rule[] {
    let bySpec = this.#after.get(before);
    if (bySpec === undefined) this.#after.set(before, (bySpec = new WeakMap()));
    let after = bySpec.get(spec);
    if (after === undefined) {
      const both = this.#all.filter((rule) => before.includes(rule) || mayConcern(rule, spec));
      after = both.length === before.length ? before : both;
      bySpec.set(spec, after);
    }
    return after;
  }
}

/** A rule that cannot say so has to look, and then fails where its failure is told. */
function mayConcern(rule: Rule, spec: PodSpec): boolean {
  try {
    return rule.concerns?.(spec) !== false;
  } catch {
    return true;
  }
}
