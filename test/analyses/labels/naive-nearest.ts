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
  const [best] = found.toSorted((a, b) => a.score - b.score || compare(a.place, b.place) || compare(a.text, b.text));
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
  /** How its first edit reads. */
  readonly text: string;
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
    const near = { selector, namespace: its, repair: 'namespace', text, owners: owners(selector), edits: [] } as const;
    return { near, score: 30, place: `${its} ${owner}`, text };
  }
  const asked: readonly Asked[] = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, one]): Asked => {
      const requirement = { key, operator: 'In', values: [one] };
      return { requirement, replace: (to) => ({ ...selector, matchLabels: renamed(selector, key, to) }) };
    }),
    ...(selector.matchExpressions ?? []).map((requirement, at): Asked => {
      const all = selector.matchExpressions ?? [];
      const replace: Asked['replace'] = (to) => ({
        ...selector,
        matchExpressions: to === null ? all.toSpliced(at, 1) : all.with(at, to),
      });
      return { requirement, replace };
    }),
  ];
  const [wrong, more] = asked.filter(({ requirement }) => !meets(requirement, labels));
  if (wrong === undefined || more !== undefined) return undefined;
  const { requirement } = wrong;
  const best = editsBy(requirement, { labels, owner })[0];
  if (best === undefined) {
    const isSingle = (one: Asked): boolean => singleValue(one.requirement) !== undefined;
    if (!isSingle(wrong) || asked.filter(isSingle).length < 2) return undefined;
    const fixed = tidy(wrong.replace(null));
    const from = { key: requirement.key, value: singleValue(requirement) ?? '' };
    const dropped = `without ${labelText(from)} it selects ${owner}`;
    const edits = [{ from, to: null }];
    const near = { selector: fixed, namespace, repair: 'drop', text: dropped, owners: owners(fixed), edits } as const;
    return { near, score: 40, place: owner, text: dropped };
  }
  // The other values of the expression, each as it is nearest among all that meets the rest.
  const rest = asked.filter((one) => one !== wrong);
  const others = candidates.filter(
    (one) =>
      one.namespace === its &&
      !meets(requirement, one.labels) &&
      rest.every((other) => meets(other.requirement, one.labels)),
  );
  const values = best.to.key === requirement.key ? [...new Set(requirement.values ?? [])] : [];
  const further = values
    .filter((one) => one !== best.from.value)
    .flatMap((one) => {
      const all = others.flatMap((other) => editsBy(requirement, other));
      const own = all.filter(({ from, to }) => from.value === one && to.key === requirement.key);
      return own.toSorted((a, b) => a.score - b.score || compare(a.owner, b.owner) || compare(a.text, b.text))[0] ?? [];
    });
  const edits = [best, ...further];
  const written = (requirement.values ?? []).map(
    (one) => edits.find(({ from }) => from.value === one)?.to.value ?? one,
  );
  const fixed = tidy(
    wrong.replace(
      requirement.operator === 'Exists'
        ? { ...requirement, key: best.to.key }
        : { ...requirement, key: best.to.key, values: [...new Set(written)] },
    ),
  );
  return {
    near: {
      selector: fixed,
      namespace,
      repair: best.kind,
      text: edits.map((one) => one.text).join(', '),
      owners: owners(fixed),
      edits: edits.map(({ from, to }) => ({ from, to })),
    },
    score: best.score,
    place: owner,
    text: best.text,
  };
}

/** A requirement, and the selector with another in its place, or with none. */
interface Asked {
  readonly requirement: LabelSelectorRequirement;
  readonly replace: (to: LabelSelectorRequirement | null) => LabelSelector;
}

function renamed({ matchLabels = {} }: LabelSelector, key: string, to: LabelSelectorRequirement | null): Labels {
  return Object.fromEntries(
    Object.entries(matchLabels).flatMap(([one, value]): [string, string][] => {
      if (one !== key) return [[one, value]];
      return to === null ? [] : [[to.key, to.values?.[0] ?? '']];
    }),
  );
}

/** Without what is empty. */
function tidy({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelSelector {
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  };
}

interface Edit {
  readonly from: { readonly key: string; readonly value: string | null };
  readonly to: { readonly key: string; readonly value: string | null };
  readonly kind: NearestSelector['repair'];
  readonly score: number;
  readonly owner: string;
  readonly text: string;
}

/** How a requirement would have to read for these labels to meet it, the nearest first. */
function editsBy(
  { key, operator, values = [] }: LabelSelectorRequirement,
  { labels, owner }: Pick<Selectable, 'labels' | 'owner'>,
): readonly Edit[] {
  const found = Object.entries(labels).flatMap(([itsKey, its]): Omit<Edit, 'owner' | 'text'>[] => {
    if (operator === 'Exists') {
      const edit = { from: { key, value: null }, to: { key: itsKey, value: null } };
      if (itsKey.toLowerCase() === key.toLowerCase()) return [{ ...edit, kind: 'case', score: 0 }];
      const distance = slip(key, itsKey);
      const length = Math.min(key.length, itsKey.length);
      const isTurned = Array.from(key).sort().join('') === Array.from(itsKey).sort().join('');
      const isNear = distance === 1 ? length >= 6 || isTurned : distance === 2 && length >= 10;
      return isNear ? [{ ...edit, kind: 'spelling', score: 10 + (distance ?? 0) }] : [];
    }
    if (operator !== 'In') return [];
    return values.flatMap((value) => {
      const repair = repairOf({ key, value }, { key: itsKey, value: its });
      return repair === undefined ? [] : [{ ...repair, from: { key, value } }];
    });
  });
  return found
    .map((one) => ({ ...one, owner, text: `${labelText(one.from)} is written ${labelText(one.to)} on ${owner}` }))
    .toSorted((a, b) => a.score - b.score || compare(a.text, b.text));
}

function labelText({ key, value }: { readonly key: string; readonly value: string | null }): string {
  return value === null ? key : `${key}=${value}`;
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

function requiresSomething({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return (
    Object.keys(matchLabels).length > 0 ||
    matchExpressions.some(({ operator }) => operator === 'In' || operator === 'Exists')
  );
}

function singleValue({ operator, values = [] }: LabelSelectorRequirement): string | undefined {
  return operator === 'In' && values.length === 1 ? values[0] : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
