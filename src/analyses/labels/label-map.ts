import { refText } from '../../kube/object-ref.ts';
import { selectorKeys } from '../../kube/selector.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { readingKeys, referrersTo, type LabelReferrer } from './label-referrers.ts';
import { isDecidedBy, podSelectorText, selects } from './pod-selector.ts';
import { selected } from './selectable.ts';

/** What a selector has to do with a label that it reads. */
export interface Reliance extends LabelReferrer {
  /** Of what carries the label it selects some; or it would, were it not for the label; or other labels decide. */
  readonly effect: 'selects' | 'leaves out' | 'names';
}

/** What a label or selector selects in a namespace, and who relies on it. */
export interface LabelMap {
  /** Workloads, each once, in order. */
  readonly selects: readonly string[];
  /** Selectors that see pods of the namespace, and for which it makes a difference whether they carry the label. */
  readonly reliedOnBy: readonly Reliance[];
}

/** A selector that would match other objects than now. */
export interface SelectorShift {
  readonly referrer: LabelReferrer;
  /** Whether it would begin to match the labels, or cease to. */
  readonly change: 'gains' | 'loses';
}

/**
 * The label map of one label (`{matchLabels: {app: 'web'}}`) or selector in a namespace. Reads the whole cluster: for
 * answers on demand.
 */
export function labelMap(view: ClusterView, namespace: string, selector: LabelSelector): LabelMap {
  const found = selected(view, selector, namespace);
  const keys = selectorKeys(selector);
  const carried = found.length > 0 ? found.map((one) => one.labels) : [exampleOf(selector)];
  const reliedOnBy = readingKeys(referrersTo(view, namespace), keys).flatMap((referrer): Reliance[] => {
    const bodies = carried.filter((labels) => keys.some((key) => dependsOn(referrer, key, labels)));
    if (bodies.length === 0) return [];
    const isSelecting = bodies.some((labels) => selects(referrer.selector, labels));
    const isLeaving = bodies.some((labels) => selects(referrer.selector, without(labels, keys)));
    return [{ ...referrer, effect: isSelecting ? 'selects' : isLeaving ? 'leaves out' : 'names' }];
  });
  return { selects: [...new Set(found.map((one) => one.owner))].sort(), reliedOnBy };
}

function dependsOn({ selector, compared = [] }: LabelReferrer, key: string, labels: Labels): boolean {
  return isDecidedBy(selector, key, labels) || (compared.includes(key) && labels[key] !== undefined);
}

function without(labels: Labels, keys: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !keys.includes(key)));
}

/** Labels that a selector matches, for one that matches nothing there is. */
function exampleOf(selector: LabelSelector): Labels {
  const required = (selector.matchExpressions ?? []).flatMap(({ key, operator, values = [] }): [string, string][] =>
    operator === 'In' || operator === 'Exists' ? [[key, values[0] ?? '']] : [],
  );
  return { ...Object.fromEntries(required), ...selector.matchLabels };
}

/** What would change if pods of a namespace carried other labels: the selectors that gain or lose them. */
export function whatChanges(
  view: ClusterView,
  namespace: string,
  before: Labels,
  after: Labels,
): readonly SelectorShift[] {
  return shiftsAmong(referrersTo(view, namespace), before, after);
}

/** The same among selectors that were gathered once for many questions. */
export function shiftsAmong(
  referrers: readonly LabelReferrer[],
  before: Labels,
  after: Labels,
): readonly SelectorShift[] {
  return referrers.flatMap((referrer): SelectorShift[] => {
    const was = selects(referrer.selector, before);
    const is = selects(referrer.selector, after);
    return was === is ? [] : [{ referrer, change: is ? 'gains' : 'loses' }];
  });
}

/** `Service shop/web (app=web) begins to select them`. */
export function shiftText({ referrer, change }: SelectorShift): string {
  return `${refText(referrer.by)} (${podSelectorText(referrer.selector)}, ${referrer.path}) ${change === 'gains' ? 'begins' : 'ceases'} to select them`;
}

/** Many workloads ask who reads the same label. */
const RELIANCE = new WeakMap<readonly LabelReferrer[], string>();

/** `read by Service shop/web and 2 more`; '' where nobody reads it. */
export function relianceText(referrers: readonly LabelReferrer[]): string {
  let text = RELIANCE.get(referrers);
  if (text === undefined) RELIANCE.set(referrers, (text = findReliance(referrers)));
  return text;
}

function findReliance(referrers: readonly LabelReferrer[]): string {
  // The selectors of one object stand side by side.
  const objects = referrers.filter((one, at) => one.by !== referrers[at - 1]?.by);
  const [first, second] = objects;
  if (first === undefined) return '';
  if (second === undefined) return `read by ${refText(first.by)}`;
  return `read by ${refText(first.by)} and ${objects.length === 2 ? refText(second.by) : `${objects.length - 1} more`}`;
}
