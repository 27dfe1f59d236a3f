import { matches } from '../../kube/selector.ts';
import { slipDistance } from '../../kube/similar-words.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../model/selector.ts';
import type { Items } from '../../store/long-list.ts';
import { pairsOf, type ByLabel, type LabelPair } from './label-index.ts';
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
export const RANK = { case: 0, spelling: 1, key: 2, namespace: 3, drop: 4 } as const;

interface Repair {
  readonly from: LabelPair;
  readonly to: LabelPair | null;
  readonly kind: 'case' | 'spelling' | 'key' | 'drop';
  readonly distance: number;
}

/**
 * The nearest selector that would match something: one label repaired (case, spelling, the same value under another
 * conventional key), the same selector in another namespace, or, where all other labels match, one label dropped. Of
 * several as near as each other the first in order of owner and text.
 *
 * @param namespace where the selector looks now, and matches nothing
 * @param here what could be selected there
 * @param elsewhere what it matches in other namespaces
 * @returns undefined where nothing is near: a guess would be worse than none
 */
export function nearestSelector(
  selector: LabelSelector,
  namespace: string,
  here: ByLabel<Selectable>,
  elsewhere: readonly Selectable[] = [],
): NearestSelector | undefined {
  const pairs = pairsOf(selector);
  const others: LabelSelector = {
    matchExpressions: (selector.matchExpressions ?? []).filter(
      (one) => pairsOf({ matchExpressions: [one] }).length === 0,
    ),
  };
  const near = pairs
    .flatMap((from) => repairsOf(from, here, pairs.length > 1))
    .toSorted((a, b) => scoreOf(a) - scoreOf(b));
  let best: Found | undefined;
  for (const repair of near) {
    if (best !== undefined && scoreOf(repair) > scoreOf(best.repair)) break;
    const rest = pairs.filter((one) => one !== repair.from);
    for (const one of candidatesFor(repair, pairs, here)) {
      if (one.labels[repair.from.key] === repair.from.value) continue;
      if (!rest.every(({ key, value }) => one.labels[key] === value) || !matches(others, one.labels)) continue;
      const found = { repair, candidate: one, text: textOf(repair, one.owner) };
      if (best === undefined || isBefore(found, best)) best = found;
    }
  }
  const [there] = elsewhere;
  if (there !== undefined && (best === undefined || scoreOf(best.repair) > RANK.namespace * 10)) {
    return elsewhereFound(
      selector,
      elsewhere.filter((one) => one.namespace === there.namespace),
    );
  }
  if (best === undefined) return undefined;
  const fixed = withRepair(selector, best.repair);
  return {
    selector: fixed,
    namespace,
    repair: best.repair.kind,
    text: best.text,
    owners: ownersOf(fixed, candidatesFor(best.repair, pairs, here)),
  };
}

interface Found {
  readonly repair: Repair;
  readonly candidate: Selectable;
  readonly text: string;
}

function scoreOf({ kind, distance }: Repair): number {
  return RANK[kind] * 10 + distance;
}

function isBefore(a: Found, b: Found): boolean {
  const score = scoreOf(a.repair) - scoreOf(b.repair);
  if (score !== 0) return score < 0;
  return a.candidate.owner === b.candidate.owner ? a.text < b.text : a.candidate.owner < b.candidate.owner;
}

/** What carries the repaired label; where a label is dropped, what carries the rarest of the others. */
function candidatesFor(repair: Repair, pairs: readonly LabelPair[], here: ByLabel<Selectable>): Items<Selectable> {
  if (repair.to !== null) return here.carrying(repair.to.key, repair.to.value);
  let rarest: Items<Selectable> | undefined;
  for (const pair of pairs) {
    const list = pair === repair.from ? undefined : here.carrying(pair.key, pair.value);
    if (list !== undefined && (rarest === undefined || list.length < rarest.length)) rarest = list;
  }
  return rarest ?? [];
}

function textOf({ from, to }: Repair, owner: string): string {
  const was = `${from.key}=${from.value}`;
  return to === null ? `without ${was} it selects ${owner}` : `${was} is written ${to.key}=${to.value} on ${owner}`;
}

function elsewhereFound(selector: LabelSelector, found: readonly Selectable[]): NearestSelector {
  const owners = ownersOf(selector, found);
  const [first] = found;
  const namespace = first?.namespace ?? '';
  const text = `${owners[0] ?? ''} in namespace ${namespace} has these labels`;
  return { selector, namespace, repair: 'namespace', text, owners };
}

/** The labels in use that a label may be meant to be, each once or more. */
export function nearLabels(label: LabelPair, here: Pick<ByLabel<Selectable>, 'keys' | 'values'>): readonly LabelPair[] {
  return repairsOf(label, here, false).flatMap((one) => one.to ?? []);
}

function repairsOf(
  from: LabelPair,
  here: Pick<ByLabel<Selectable>, 'keys' | 'values'>,
  canDrop: boolean,
): readonly Repair[] {
  const repairs: Repair[] = canDrop ? [{ from, to: null, kind: 'drop', distance: 0 }] : [];
  const offer = (kind: Repair['kind'], key: string, value: string, distance: number): void => {
    repairs.push({ from, to: { key, value }, kind, distance });
  };
  for (const key of here.keys()) {
    const isSameKey = key === from.key;
    const isCaseOfKey = key.toLowerCase() === from.key.toLowerCase();
    const slipOfKey = slipDistance(from.key, key);
    const isSameMeaning = SAME_MEANING.some((keys) => keys.includes(key) && keys.includes(from.key));
    if (!isSameKey && !isCaseOfKey && slipOfKey === undefined && !isSameMeaning) continue;
    const values = here.values(key);
    const isThere = !isSameKey && values.has(from.value);
    if (isCaseOfKey) {
      for (const value of values.sameButCase(from.value)) offer('case', key, value, 0);
      if (isThere) offer('case', key, from.value, 0);
    }
    if (isThere && slipOfKey !== undefined) offer('spelling', key, from.value, slipOfKey);
    if (isThere && isSameMeaning) offer('key', key, from.value, 0);
    if (!isSameKey && !isSameMeaning) continue;
    for (const { word, distance } of values.slipsOf(from.value)) {
      if (isSameKey) offer('spelling', key, word, distance);
      // A right key would be likelier than both at once.
      else offer('key', key, word, 1 + distance);
    }
  }
  return repairs;
}

/** The selector with one pair replaced or dropped, everything else as it was. */
function withRepair(selector: LabelSelector, { from, to }: Repair): LabelSelector {
  const labels = Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]): [string, string][] => {
    if (key !== from.key || value !== from.value) return [[key, value]];
    return to === null ? [] : [[to.key, to.value]];
  });
  const expressions = (selector.matchExpressions ?? []).flatMap((one): LabelSelectorRequirement[] => {
    if (one.key !== from.key || pairsOf({ matchExpressions: [one] })[0]?.value !== from.value) return [one];
    return to === null ? [] : [{ key: to.key, operator: 'In', values: [to.value] }];
  });
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

function ownersOf(selector: LabelSelector, candidates: Items<Selectable>): readonly string[] {
  const owners = candidates.filter((one) => matches(selector, one.labels)).map((one) => one.owner);
  return [...new Set(owners)].sort();
}
