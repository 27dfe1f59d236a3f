import { refText } from '../../kube/object-ref.ts';
import { matches, selectorKeys, selectorText } from '../../kube/selector.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { readingKeys, referrersTo, type LabelReferrer } from './label-referrers.ts';
import { selected } from './selectable.ts';

/** What a label or selector selects in a namespace, and who relies on its keys. */
export interface LabelMap {
  /** Workloads, each once, in order. */
  readonly selects: readonly string[];
  /** Selectors that read one of the keys and see pods of the namespace. */
  readonly reliedOnBy: readonly LabelReferrer[];
}

/** A selector that would match other pods than now. */
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
  return {
    selects: [...new Set(selected(view, selector, namespace).map((one) => one.owner))].sort(),
    reliedOnBy: readingKeys(referrersTo(view, namespace), selectorKeys(selector)),
  };
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
    const was = matches(referrer.selector, before);
    const is = matches(referrer.selector, after);
    return was === is ? [] : [{ referrer, change: is ? 'gains' : 'loses' }];
  });
}

/** `Service shop/web (app=web) begins to select them`. */
export function shiftText({ referrer, change }: SelectorShift): string {
  return `${refText(referrer.by)} (${selectorText(referrer.selector)}, ${referrer.path}) ${change === 'gains' ? 'begins' : 'ceases'} to select them`;
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
  const names = [...new Set(referrers.map((one) => refText(one.by)))];
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `read by ${first}`;
  return names.length === 2 ? `read by ${first} and ${second}` : `read by ${first} and ${names.length - 1} more`;
}
