import { isEmptySelector } from '../../kube/selector.ts';
import { refText } from '../../kube/object-ref.ts';
import { kindOf, WORKLOAD_KINDS } from '../../model/kind.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { LongList, sameLongList, type Items } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { mapChanged } from '../workload/map-changed.ts';
import { reuse } from '../workload/reuse.ts';
import { workloadList, type AnalysedWorkload } from '../workload/workloads.ts';
import { amongPodsOf, isCalico, selects, type PodSelector } from './pod-selector.ts';
import { willSelect } from './labels-to-come.ts';
import { LabelIndex, tellingPair, type ByLabel, type ByValue, type LabelPair } from './label-index.ts';

/** Labels that a selector can meet: those of a pod, or of a template whose pods are not there now. */
export interface Selectable {
  readonly namespace: string;
  readonly labels: Labels;
  /** The workload, such as `Deployment shop/web`. */
  readonly owner: string;
}

/**
 * What selectors can select in a namespace: the pods, and the templates of workloads (scaled to zero, or between two
 * runs of a CronJob, their pods come back). Finished pods count: their owner makes such pods.
 */
export function selectables(view: ClusterView, namespace: string): LongList<Selectable> {
  return view.derive('selectables', namespace, (inner) => new LongList(selectableLists(inner, namespace).items));
}

/** The same, a list for each workload and one for what operators own. */
function selectableLists(view: ClusterView, namespace: string): LongList<readonly Selectable[]> {
  return view.derive('selectable-lists', namespace, (inner) => {
    const own = listsOfWorkloads(inner, namespace);
    const operated = operatedTemplates(inner, namespace);
    return operated.length === 0 ? own : own.appended([operated]);
  });
}

function listsOfWorkloads(view: ClusterView, namespace: string): LongList<readonly Selectable[]> {
  return view.derive(
    'selectables-of-workloads',
    namespace,
    (inner, previous: LongList<readonly Selectable[]> | undefined) =>
      mapChanged(workloadList(inner, namespace), previous, (one, before) =>
        keptFrom(before, reuse(selectablesOf(one), before, sameSelectable)),
      ),
    sameLongList,
  );
}

/** The list before where all is the same. */
function keptFrom<T>(before: readonly T[] | undefined, list: readonly T[]): readonly T[] {
  return before !== undefined && sameItems(list, before) ? before : list;
}

/** Several computations ask for the same of each workload. */
const OF_WORKLOAD = new WeakMap<AnalysedWorkload, readonly Selectable[]>();

/** What selectors can select of one workload: its pods by their labels, and its template. */
export function selectablesOf(workload: AnalysedWorkload): readonly Selectable[] {
  let found = OF_WORKLOAD.get(workload);
  if (found === undefined) {
    const { ref, classes, template } = workload;
    const owner = refText(ref);
    const { namespace } = ref;
    found = distinctLabels(classes, template).map((labels) => ({ namespace, labels, owner }));
    OF_WORKLOAD.set(workload, found);
  }
  return found;
}

/** A Set of a few takes longer to make than to look through them. */
const FEW = 16;

function distinctLabels(
  classes: AnalysedWorkload['classes'],
  template: AnalysedWorkload['template'],
): readonly Labels[] {
  const all = classes.map(({ labels }) => labels);
  if (template !== undefined) all.push(template.labels);
  return all.length > FEW ? [...new Set(all)] : all.filter((labels, at) => all.indexOf(labels) === at);
}

/** Templates of workloads that an operator owns: its own kind is not read, and their pods may be scaled away. */
function operatedTemplates(view: ClusterView, namespace: string): readonly Selectable[] {
  return view.derive('operated-templates', namespace, (inner, previous: readonly Selectable[] | undefined) => {
    const found = WORKLOAD_KINDS.flatMap((kind) =>
      inner.list(kind, namespace).flatMap(({ owners, template }): Selectable[] => {
        const controller = owners.find((owner) => owner.controller);
        if (controller === undefined || template === null) return [];
        // A ReplicaSet of a Deployment keeps old templates, and a Job of a CronJob its run: their owner speaks for them.
        if (kindOf(controller.apiVersion, controller.kind) !== undefined) return [];
        return [{ namespace, labels: template.labels, owner: `${controller.kind} ${namespace}/${controller.name}` }];
      }),
    );
    return keptFrom(previous, reuse(found, previous, sameSelectable));
  });
}

/** Whether a selector matches anything in a namespace, or will once there are pods of what is there. */
export function selectsSomething(view: ClusterView, selector: PodSelector, namespace: string): boolean {
  if (!isCalico(selector) && isEmptySelector(selector)) return hasSelectables(view, namespace);
  const here = amongPodsOf(selector, namespace);
  const candidates = candidatesOf(view, here, namespace);
  if (isOnePair(here) ? candidates.length > 0 : candidates.some((one) => selects(here, one.labels))) return true;
  return !isCalico(selector) && willSelect(view, selector, namespace);
}

/** Apart, so that who only asks this is not asked again whenever anything of the namespace changes. */
function hasSelectables(view: ClusterView, namespace: string): boolean {
  return view.part(
    'has-selectables',
    namespace,
    (inner) => selectableLists(inner, namespace),
    (all) => all.some((one) => one.length > 0),
  );
}

/** What a selector selects in a namespace, in no order. */
export function selected(view: ClusterView, selector: PodSelector, namespace: string): readonly Selectable[] {
  const here = amongPodsOf(selector, namespace);
  const candidates = candidatesOf(view, here, namespace);
  if (isOnePair(here)) return isList(candidates) ? candidates : [...candidates];
  return candidates.filter((one) => selects(here, one.labels));
}

function isList<T>(items: Items<T>): items is readonly T[] {
  return Array.isArray(items);
}

/** Whether a selector asks for one label only: then all candidates are what it selects. */
function isOnePair(selector: PodSelector): boolean {
  if (isCalico(selector) || selector.matchExpressions !== undefined) return false;
  let count = 0;
  for (const _key in selector.matchLabels) count += 1;
  return count === 1;
}

/** What can be selected in a namespace, by label. Each answer is a value of its own, that nothing else makes change. */
export function selectablesByLabel(view: ClusterView, namespace: string): ByLabel<Selectable> {
  const index = (inner: ClusterView): LabelIndex<Selectable> => selectableIndex(inner, namespace);
  return {
    keys: () => view.part('label-keys', namespace, index, (all) => all.keys()),
    values: (key) => view.part('label-values', `${namespace}/${key}`, index, (all) => all.values(key)),
    carrying: (key, value) => carrying(view, namespace, { key, value }),
    having: (key) => selectablesOfKey(view, namespace, key).all(),
  };
}

/** A short list that holds all that a selector can match: of the pair that tells most apart, or everything. */
function candidatesOf(view: ClusterView, selector: PodSelector, namespace: string): Items<Selectable> {
  const pair = tellingPair(isCalico(selector) ? selector.required : selector);
  return pair === undefined ? selectables(view, namespace) : carrying(view, namespace, pair);
}

function carrying(view: ClusterView, namespace: string, { key, value }: LabelPair): Items<Selectable> {
  return view.entry(`label/${namespace}/${key}`, value, (inner) => selectablesOfKey(inner, namespace, key)) ?? NOTHING;
}

const NOTHING: readonly Selectable[] = [];

function selectablesOfKey(view: ClusterView, namespace: string, key: string): ByValue<Selectable> {
  return view.part(
    'label-lists',
    `${namespace}/${key}`,
    (inner) => selectableIndex(inner, namespace),
    (all) => all.byValue(key),
  );
}

function selectableIndex(view: ClusterView, namespace: string): LabelIndex<Selectable> {
  return view.derive('selectable-index', namespace, (inner, previous: LabelIndex<Selectable> | undefined) =>
    LabelIndex.of(selectableLists(inner, namespace), previous),
  );
}

function sameSelectable(a: Selectable, b: Selectable): boolean {
  return a.owner === b.owner && (a.labels === b.labels || deepEqual(a.labels, b.labels));
}
