import { matches, meets } from '../../kube/selector.ts';
import type { Labels, LabelSelector, LabelSelectorRequirement } from '../../model/selector.ts';
import { editDistance } from '../../kube/nearest-name.ts';
import type { Selectable } from './selectable.ts';

/** A selector one repair away from one that matches nothing, and what it would match. */
export interface NearestSelector {
  readonly selector: LabelSelector;
  /** Where it matches; differs from the selector's own namespace for the repair `namespace`. */
  readonly namespace: string;
  readonly repair: 'case' | 'spelling' | 'key' | 'namespace' | 'drop';
  /** Such as `app=wbe is written app=web on Deployment shop/web`. */
  readonly text: string;
  /** Workloads that it would select, each once, in order. */
  readonly owners: readonly string[];
}

/** Keys that different conventions use for the same thing. */
const SAME_MEANING: readonly (readonly string[])[] = [
  ['app', 'app.kubernetes.io/name', 'k8s-app', 'name', 'app.kubernetes.io/instance', 'run'],
  ['component', 'app.kubernetes.io/component', 'tier', 'role'],
  ['release', 'app.kubernetes.io/instance'],
  ['version', 'app.kubernetes.io/version'],
];

/** How likely a repair is what was meant; lower is likelier. */
const RANK = { case: 0, spelling: 1, key: 2, namespace: 3, drop: 4 } as const;

interface Pair {
  readonly key: string;
  readonly value: string;
}

interface Repair {
  readonly from: Pair;
  readonly to: Pair | null;
  readonly kind: 'case' | 'spelling' | 'key' | 'drop';
  readonly distance: number;
}

/**
 * The nearest selector that would match something: one label repaired (case, spelling, the same value under another
 * conventional key), the same selector in another namespace, or, where all other labels match, one label dropped.
 *
 * @param namespace where the selector looks now
 * @param candidates what could be selected there and elsewhere
 * @returns undefined where nothing is near: a guess would be worse than none
 */
export function nearestSelector(
  selector: LabelSelector,
  namespace: string,
  candidates: readonly Selectable[],
): NearestSelector | undefined {
  let best: { readonly near: NearestSelector; readonly score: number } | undefined;
  for (const candidate of candidates) {
    const found =
      candidate.namespace === namespace
        ? repaired(selector, candidate, candidates)
        : elsewhere(selector, candidate, candidates);
    if (found !== undefined && (best === undefined || found.score < best.score)) best = found;
  }
  return best?.near;
}

function elsewhere(
  selector: LabelSelector,
  candidate: Selectable,
  candidates: readonly Selectable[],
): { readonly near: NearestSelector; readonly score: number } | undefined {
  if (!matches(selector, candidate.labels) || !requiresSomething(selector)) return undefined;
  const text = `${candidate.owner} in namespace ${candidate.namespace} has these labels`;
  const owners = ownersOf(selector, candidate.namespace, candidates);
  return {
    near: { selector, namespace: candidate.namespace, repair: 'namespace', text, owners },
    score: RANK.namespace * 10,
  };
}

function repaired(
  selector: LabelSelector,
  candidate: Selectable,
  candidates: readonly Selectable[],
): { readonly near: NearestSelector; readonly score: number } | undefined {
  const repair = repairOf(selector, candidate.labels);
  if (repair === undefined) return undefined;
  const fixed = withRepair(selector, repair);
  if (!matches(fixed, candidate.labels)) return undefined;
  const was = `${repair.from.key}=${repair.from.value}`;
  const text =
    repair.to === null
      ? `without ${was} it selects ${candidate.owner}`
      : `${was} is written ${repair.to.key}=${repair.to.value} on ${candidate.owner}`;
  const owners = ownersOf(fixed, candidate.namespace, candidates);
  const near = { selector: fixed, namespace: candidate.namespace, repair: repair.kind, text, owners };
  return { near, score: RANK[repair.kind] * 10 + repair.distance };
}

/** The one pair that does not match, with what the candidate has instead; undefined where more than one differs. */
function repairOf(selector: LabelSelector, labels: Labels): Repair | undefined {
  const pairs = pairsOf(selector);
  const wrong = pairs.filter(({ key, value }) => labels[key] !== value);
  const others = (selector.matchExpressions ?? []).filter((one) => singleValue(one) === undefined);
  const [pair] = wrong;
  if (pair === undefined || wrong.length > 1 || !others.every((one) => meets(one, labels))) return undefined;
  return (
    nearestPair(pair, labels) ?? (pairs.length > 1 ? { from: pair, to: null, kind: 'drop', distance: 0 } : undefined)
  );
}

function nearestPair(from: Pair, labels: Labels): Repair | undefined {
  let best: Repair | undefined;
  const offer = (kind: Repair['kind'], to: Pair, distance: number): void => {
    if (best === undefined || RANK[kind] * 10 + distance < RANK[best.kind] * 10 + best.distance) {
      best = { from, to, kind, distance };
    }
  };
  for (const [key, value] of Object.entries(labels)) {
    const to = { key, value };
    if (key.toLowerCase() === from.key.toLowerCase() && value.toLowerCase() === from.value.toLowerCase()) {
      offer('case', to, 0);
      continue;
    }
    if (key === from.key && isSlip(from.value, value)) offer('spelling', to, editDistance(from.value, value));
    const isSame = value === from.value;
    if (isSame && isSlip(from.key, key)) offer('spelling', to, editDistance(from.key, key));
    else if (!SAME_MEANING.some((keys) => keys.includes(key) && keys.includes(from.key))) continue;
    else if (isSame) offer('key', to, 0);
    // A right key would be likelier than both at once.
    else if (key !== from.key && isSlip(from.value, value)) offer('key', to, 1 + editDistance(from.value, value));
  }
  return best;
}

/** Two typing errors in a long word, one in a short one; a different number is a different thing, not an error. */
export function isSlip(a: string, b: string): boolean {
  if (a.replaceAll(/\d/g, '') === b.replaceAll(/\d/g, '')) return false;
  const length = Math.min(a.length, b.length);
  const limit = length >= 6 ? 2 : length >= 3 ? 1 : 0;
  return Math.abs(a.length - b.length) <= limit && editDistance(a, b) <= limit;
}

function pairsOf(selector: LabelSelector): readonly Pair[] {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, value }));
  const expressions = (selector.matchExpressions ?? []).flatMap((one) => {
    const value = singleValue(one);
    return value === undefined ? [] : [{ key: one.key, value }];
  });
  return [...labels, ...expressions];
}

/** The value of an expression that means the same as a pair of matchLabels. */
function singleValue(requirement: LabelSelectorRequirement): string | undefined {
  return requirement.operator === 'In' && requirement.values?.length === 1 ? requirement.values[0] : undefined;
}

/** The selector with one pair replaced or dropped, everything else as it was. */
function withRepair(selector: LabelSelector, { from, to }: Repair): LabelSelector {
  const labels = Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]): [string, string][] => {
    if (key !== from.key || value !== from.value) return [[key, value]];
    return to === null ? [] : [[to.key, to.value]];
  });
  const expressions = (selector.matchExpressions ?? []).flatMap((one): LabelSelectorRequirement[] => {
    if (one.key !== from.key || singleValue(one) !== from.value) return [one];
    return to === null ? [] : [{ key: to.key, operator: 'In', values: [to.value] }];
  });
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

function requiresSomething(selector: LabelSelector): boolean {
  return pairsOf(selector).length > 0 || (selector.matchExpressions ?? []).some((one) => one.operator === 'Exists');
}

function ownersOf(selector: LabelSelector, namespace: string, candidates: readonly Selectable[]): readonly string[] {
  const owners = candidates
    .filter((one) => one.namespace === namespace && matches(selector, one.labels))
    .map((one) => one.owner);
  return [...new Set(owners)].sort();
}
