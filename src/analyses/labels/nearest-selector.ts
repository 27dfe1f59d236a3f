import { matches, meets } from '../../kube/selector.ts';
import { requirementsOf } from '../../kube/selector-implication.ts';
import { slipDistance } from '../../kube/similar-words.ts';
import type { LabelSelector, LabelSelectorRequirement, SelectorEdit } from '../../model/selector.ts';
import type { Items } from '../../store/long-list.ts';
import { isPair, type ByLabel, type LabelPair } from './label-index.ts';
import { askedText, withEdits } from './selector-edits.ts';
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
  /** What of the selector is another; nothing for the repair `namespace`. */
  readonly edits: readonly SelectorEdit[];
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
  /** What is asked for that nothing has. */
  readonly asked: LabelSelectorRequirement;
  readonly edit: SelectorEdit;
  readonly kind: 'case' | 'spelling' | 'key' | 'drop';
  readonly distance: number;
}

/**
 * The nearest selector that would match something: one label repaired (case, spelling, the same value under another
 * conventional key), the same selector in another namespace, or, where all other labels match, one label dropped. An
 * expression of several values is repaired by each value that is near something, one that asks for a key by its key. Of
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
  const all = requirementsOf(selector);
  const canDrop = all.filter(isPair).length > 1;
  const repairs = all.flatMap((asked) => repairsOf(asked, here, canDrop)).toSorted((a, b) => scoreOf(a) - scoreOf(b));
  const best = bestOf(repairs, all, here);
  const [there] = elsewhere;
  if (there !== undefined && (best === undefined || scoreOf(best.repair) > RANK.namespace * 10)) {
    return elsewhereFound(
      selector,
      elsewhere.filter((one) => one.namespace === there.namespace),
    );
  }
  if (best === undefined) return undefined;
  const found = [best, ...otherValues(best.repair, repairs, all, here)];
  const edits = found.map(({ repair }) => repair.edit);
  const fixed = withEdits(selector, best.repair.asked, edits);
  return {
    selector: fixed,
    namespace,
    repair: best.repair.kind,
    text: found.map(({ text }) => text).join(', '),
    owners: ownersOf(
      fixed,
      found.flatMap(({ repair }) => [...candidatesFor(repair, all, here)]),
    ),
    edits,
  };
}

interface Found {
  readonly repair: Repair;
  readonly owner: string;
  readonly text: string;
}

/** @param repairs in order of their score */
function bestOf(
  repairs: readonly Repair[],
  all: readonly LabelSelectorRequirement[],
  here: ByLabel<Selectable>,
): Found | undefined {
  let best: Found | undefined;
  for (const repair of repairs) {
    if (best !== undefined && scoreOf(repair) > scoreOf(best.repair)) break;
    const rest = all.filter((one) => one !== repair.asked);
    for (const { labels, owner } of candidatesFor(repair, all, here)) {
      if (meets(repair.asked, labels) || !rest.every((one) => meets(one, labels))) continue;
      const found = { repair, owner, text: textOf(repair.edit, owner) };
      if (best === undefined || isBefore(found, best)) best = found;
    }
  }
  return best;
}

/** What the other values of an expression are meant to be, where one of them is repaired and its key is right. */
function otherValues(
  { asked, edit }: Repair,
  repairs: readonly Repair[],
  all: readonly LabelSelectorRequirement[],
  here: ByLabel<Selectable>,
): readonly Found[] {
  if (edit.to?.key !== asked.key) return [];
  const others = new Set(asked.values ?? []);
  others.delete(edit.from.value ?? '');
  return [...others].flatMap((value) => {
    const own = repairs.filter(
      (one) => one.asked === asked && one.edit.from.value === value && one.edit.to?.key === asked.key,
    );
    return bestOf(own, all, here) ?? [];
  });
}

function scoreOf({ kind, distance }: Repair): number {
  return RANK[kind] * 10 + distance;
}

function isBefore(a: Found, b: Found): boolean {
  const score = scoreOf(a.repair) - scoreOf(b.repair);
  if (score !== 0) return score < 0;
  return a.owner === b.owner ? a.text < b.text : a.owner < b.owner;
}

/** What carries the repaired label; where a label is dropped, what carries the rarest of the others. */
function candidatesFor(
  { edit, asked }: Repair,
  all: readonly LabelSelectorRequirement[],
  here: ByLabel<Selectable>,
): Items<Selectable> {
  if (edit.to !== null) {
    const { key, value } = edit.to;
    return value === null ? here.having(key) : here.carrying(key, value);
  }
  let rarest: Items<Selectable> | undefined;
  for (const one of all) {
    const list = one === asked || !isPair(one) ? undefined : here.carrying(one.key, one.values?.[0] ?? '');
    if (list !== undefined && (rarest === undefined || list.length < rarest.length)) rarest = list;
  }
  return rarest ?? [];
}

function textOf({ from, to }: SelectorEdit, owner: string): string {
  return to === null
    ? `without ${askedText(from)} it selects ${owner}`
    : `${askedText(from)} is written ${askedText(to)} on ${owner}`;
}

function elsewhereFound(selector: LabelSelector, found: readonly Selectable[]): NearestSelector {
  const owners = ownersOf(selector, found);
  const [first] = found;
  const namespace = first?.namespace ?? '';
  const text = `${owners[0] ?? ''} in namespace ${namespace} has these labels`;
  return { selector, namespace, repair: 'namespace', text, owners, edits: [] };
}

/** The labels in use that a label may be meant to be, each once or more. */
export function nearLabels(label: LabelPair, here: Pick<ByLabel<Selectable>, 'keys' | 'values'>): readonly LabelPair[] {
  const found: LabelPair[] = [];
  offerLabels(label, here, (_kind, to) => found.push(to));
  return found;
}

function repairsOf(
  asked: LabelSelectorRequirement,
  here: Pick<ByLabel<Selectable>, 'keys' | 'values'>,
  canDrop: boolean,
): readonly Repair[] {
  const { key, operator, values = [] } = asked;
  if (operator === 'Exists') return keysNear(asked, here.keys());
  if (operator !== 'In') return [];
  const repairs: Repair[] = [];
  if (canDrop && isPair(asked)) {
    const from = { key, value: values[0] ?? '' };
    repairs.push({ asked, edit: { from, to: null }, kind: 'drop', distance: 0 });
  }
  for (const value of new Set(values)) {
    const from = { key, value };
    offerLabels(from, here, (kind, to, distance) => repairs.push({ asked, edit: { from, to }, kind, distance }));
  }
  return repairs;
}

/** Nothing but the key speaks for what was meant, so that it has to be nearer than where a value is the same. */
function keysNear(asked: LabelSelectorRequirement, keys: readonly string[]): readonly Repair[] {
  return keys.flatMap((key): Repair[] => {
    if (key === asked.key) return [];
    const edit = { from: { key: asked.key, value: null }, to: { key, value: null } };
    if (key.toLowerCase() === asked.key.toLowerCase()) return [{ asked, edit, kind: 'case', distance: 0 }];
    const distance = slipDistance(asked.key, key);
    return distance === undefined || !isSlipOfKey(asked.key, key, distance)
      ? []
      : [{ asked, edit, kind: 'spelling', distance }];
  });
}

/** A short key with another letter (`role`, `rule`) is another one, and one with two letters turned round is a slip. */
function isSlipOfKey(a: string, b: string, distance: number): boolean {
  const length = Math.min(a.length, b.length);
  if (distance > 1) return length >= 10;
  return length >= 6 || Array.from(a).sort().join('') === Array.from(b).sort().join('');
}

type Offer = (kind: 'case' | 'spelling' | 'key', to: LabelPair, distance: number) => void;

function offerLabels(from: LabelPair, here: Pick<ByLabel<Selectable>, 'keys' | 'values'>, offer: Offer): void {
  for (const key of here.keys()) {
    const isSameKey = key === from.key;
    const isCaseOfKey = key.toLowerCase() === from.key.toLowerCase();
    const slipOfKey = slipDistance(from.key, key);
    const isSameMeaning = SAME_MEANING.some((keys) => keys.includes(key) && keys.includes(from.key));
    if (!isSameKey && !isCaseOfKey && slipOfKey === undefined && !isSameMeaning) continue;
    const values = here.values(key);
    const isThere = !isSameKey && values.has(from.value);
    if (isCaseOfKey) {
      for (const value of values.sameButCase(from.value)) offer('case', { key, value }, 0);
      if (isThere) offer('case', { key, value: from.value }, 0);
    }
    if (isThere && slipOfKey !== undefined) offer('spelling', { key, value: from.value }, slipOfKey);
    if (isThere && isSameMeaning) offer('key', { key, value: from.value }, 0);
    if (!isSameKey && !isSameMeaning) continue;
    for (const { word, distance } of values.slipsOf(from.value)) {
      if (isSameKey) offer('spelling', { key, value: word }, distance);
      // A right key would be likelier than both at once.
      else offer('key', { key, value: word }, 1 + distance);
    }
  }
}

function ownersOf(selector: LabelSelector, candidates: readonly Selectable[]): readonly string[] {
  const owners = candidates.filter((one) => matches(selector, one.labels)).map((one) => one.owner);
  return [...new Set(owners)].sort();
}
