import type { NearestSelector } from '../../../src/analyses/labels/nearest-selector.ts';
import type { Selectable } from '../../../src/analyses/labels/selectable.ts';
import { editDistance } from '../../../src/kube/nearest-name.ts';
import { matches, meets } from '../../../src/kube/selector.ts';
import type { Labels, LabelSelector, LabelSelectorRequirement } from '../../../src/model/selector.ts';

/** The nearest selector by its definition: each candidate on its own, every label of it compared with the wrong one. */
export function naiveNearest(
  selector: LabelSelector,
  namespace: string,
  candidates: readonly Selectable[],
): NearestSelector | undefined {
  const found = candidates.flatMap((one) => nearOf(selector, namespace, one, candidates) ?? []);
  const [best] = found.toSorted(
    (a, b) => a.score - b.score || compare(a.place, b.place) || compare(a.near.text, b.near.text),
  );
  return best?.near;
}

const SAME_MEANING = [
  ['app', 'app.kubernetes.io/name', 'k8s-app', 'name', 'app.kubernetes.io/instance', 'run'],
  ['component', 'app.kubernetes.io/component', 'tier', 'role'],
  ['release', 'app.kubernetes.io/instance'],
  ['version', 'app.kubernetes.io/version'],
];

interface Pair {
  readonly key: string;
  readonly value: string;
}

interface Near {
  readonly near: NearestSelector;
  readonly score: number;
  /** Where it comes in order among those as near. */
  readonly place: string;
}

function nearOf(
  selector: LabelSelector,
  namespace: string,
  { namespace: its, labels, owner }: Selectable,
  candidates: readonly Selectable[],
): Near | undefined {
  const owners = (fixed: LabelSelector): readonly string[] =>
    [
      ...new Set(
        candidates.filter((one) => one.namespace === its && matches(fixed, one.labels)).map((one) => one.owner),
      ),
    ].sort();
  if (its !== namespace) {
    if (!matches(selector, labels) || !requiresSomething(selector)) return undefined;
    const text = `${owner} in namespace ${its} has these labels`;
    const near = { selector, namespace: its, repair: 'namespace', text, owners: owners(selector) } as const;
    return { near, score: 30, place: `${its} ${owner}` };
  }
  const pairs = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, value })),
    ...(selector.matchExpressions ?? []).flatMap((one) => {
      const value = singleValue(one);
      return value === undefined ? [] : [{ key: one.key, value }];
    }),
  ];
  const wrong = pairs.filter(({ key, value }) => own(labels, key) !== value);
  const others = (selector.matchExpressions ?? []).filter((one) => singleValue(one) === undefined);
  const [from] = wrong;
  if (from === undefined || wrong.length > 1 || !others.every((one) => meets(one, labels))) return undefined;
  const repairs = Object.entries(labels).flatMap(([key, value]) => repairOf(from, { key, value }) ?? []);
  const [repair] = repairs.toSorted(
    (a, b) => a.score - b.score || compare(text(from, a.to, owner), text(from, b.to, owner)),
  );
  if (repair === undefined && pairs.length < 2) return undefined;
  const to = repair?.to ?? null;
  const fixed = replaced(selector, from, to);
  return {
    near: {
      selector: fixed,
      namespace,
      repair: repair?.kind ?? 'drop',
      text: text(from, to, owner),
      owners: owners(fixed),
    },
    score: repair?.score ?? 40,
    place: owner,
  };
}

function text(from: Pair, to: Pair | null, owner: string): string {
  const was = `${from.key}=${from.value}`;
  return to === null ? `without ${was} it selects ${owner}` : `${was} is written ${to.key}=${to.value} on ${owner}`;
}

interface Repair {
  readonly kind: NearestSelector['repair'];
  readonly to: Pair;
  readonly score: number;
}

function repairOf(from: Pair, to: Pair): Repair | undefined {
  const offers: Repair[] = [];
  const isSameKey = from.key === to.key;
  const isSameValue = from.value === to.value;
  const isSameMeaning = SAME_MEANING.some((keys) => keys.includes(from.key) && keys.includes(to.key));
  const ofKey = slip(from.key, to.key);
  const ofValue = slip(from.value, to.value);
  if (from.key.toLowerCase() === to.key.toLowerCase() && from.value.toLowerCase() === to.value.toLowerCase()) {
    offers.push({ kind: 'case', to, score: 0 });
  }
  if (isSameKey && ofValue !== undefined) offers.push({ kind: 'spelling', to, score: 10 + ofValue });
  if (isSameValue && ofKey !== undefined) offers.push({ kind: 'spelling', to, score: 10 + ofKey });
  if (isSameMeaning && isSameValue) offers.push({ kind: 'key', to, score: 20 });
  if (isSameMeaning && !isSameKey && ofValue !== undefined) offers.push({ kind: 'key', to, score: 21 + ofValue });
  return offers.toSorted((a, b) => a.score - b.score)[0];
}

function slip(a: string, b: string): number | undefined {
  if (a.replaceAll(/\d/g, '') === b.replaceAll(/\d/g, '')) return undefined;
  const length = Math.min(a.length, b.length);
  const distance = editDistance(a, b);
  return distance <= (length >= 6 ? 2 : length >= 3 ? 1 : 0) ? distance : undefined;
}

function replaced(selector: LabelSelector, from: Pair, to: Pair | null): LabelSelector {
  const pairs = Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]): [string, string][] => {
    if (key !== from.key || value !== from.value) return [[key, value]];
    return to === null ? [] : [[to.key, to.value]];
  });
  const expressions = (selector.matchExpressions ?? []).flatMap((one): LabelSelectorRequirement[] => {
    if (one.key !== from.key || singleValue(one) !== from.value) return [one];
    return to === null ? [] : [{ key: to.key, operator: 'In', values: [to.value] }];
  });
  return {
    ...(pairs.length > 0 ? { matchLabels: Object.fromEntries(pairs) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

function requiresSomething({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return (
    Object.keys(matchLabels).length > 0 ||
    matchExpressions.some(({ operator }) => operator === 'In' || operator === 'Exists')
  );
}

function singleValue({ operator, values = [] }: LabelSelectorRequirement): string | undefined {
  return operator === 'In' && values.length === 1 ? values[0] : undefined;
}

function own(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
