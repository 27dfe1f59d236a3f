import { matches } from '../../kube/selector.ts';
import { isGeneratedLabel } from '../../kube/generated-labels.ts';
import { refText } from '../../kube/object-ref.ts';
import { kindOf, WORKLOAD_KINDS } from '../../model/kind.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads } from '../workload/workloads.ts';

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
export function selectables(view: ClusterView, namespace: string): readonly Selectable[] {
  return view.derive(
    `selectables/${namespace}`,
    (inner) => {
      const found = new Map<string, Selectable>();
      for (const { ref, classes, template } of workloads(inner, namespace)) {
        const owner = refText(ref);
        const all = [...classes.map((one) => one.labels), ...(template === undefined ? [] : [template.labels])];
        for (const labels of all) found.set(`${owner}\n${labelsKey(labels)}`, { namespace, labels, owner });
      }
      for (const one of operatedTemplates(inner, namespace)) found.set(`${one.owner}\n${labelsKey(one.labels)}`, one);
      return [...found.values()];
    },
    sameSelectables,
  );
}

/** Templates of workloads that an operator owns: its own kind is not read, and their pods may be scaled away. */
function operatedTemplates(view: ClusterView, namespace: string): readonly Selectable[] {
  return WORKLOAD_KINDS.flatMap((kind) =>
    view.list(kind, namespace).flatMap(({ owners, template }): Selectable[] => {
      const controller = owners.find((owner) => owner.controller);
      if (controller === undefined || template === null) return [];
      // A ReplicaSet of a Deployment keeps old templates, and a Job of a CronJob its run: their owner speaks for them.
      if (kindOf(controller.apiVersion, controller.kind) !== undefined) return [];
      return [{ namespace, labels: template.labels, owner: `${controller.kind} ${namespace}/${controller.name}` }];
    }),
  );
}

/** Whether a selector matches anything in a namespace. */
export function selectsSomething(view: ClusterView, selector: LabelSelector, namespace: string): boolean {
  return candidatesOf(view, selector, namespace).some((one) => matches(selector, one.labels));
}

/** What a selector selects in a namespace. */
export function selected(view: ClusterView, selector: LabelSelector, namespace: string): readonly Selectable[] {
  return candidatesOf(view, selector, namespace).filter((one) => matches(selector, one.labels));
}

/** The labels that can be selected by in a namespace, as `key=value`; what controllers write is left out. */
export function labelPairs(view: ClusterView, namespace: string): ReadonlySet<string> {
  return view.derive(
    `label-pairs/${namespace}`,
    (inner) => {
      const pairs = new Set<string>();
      for (const { labels } of selectables(inner, namespace)) {
        for (const [key, value] of Object.entries(labels)) if (!isGeneratedLabel(key)) pairs.add(`${key}=${value}`);
      }
      return pairs;
    },
    (a, b) => a.size === b.size && [...a].every((pair) => b.has(pair)),
  );
}

/** The shortest list that holds all that a selector can match: of one of its pairs, or everything. */
function candidatesOf(view: ClusterView, selector: LabelSelector, namespace: string): readonly Selectable[] {
  const index = pairIndex(view, namespace);
  let shortest: readonly Selectable[] | undefined;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    const list = index.get(key)?.get(value) ?? NOTHING;
    if (shortest === undefined || list.length < shortest.length) shortest = list;
  }
  return shortest ?? selectables(view, namespace);
}

type PairIndex = ReadonlyMap<string, ReadonlyMap<string, readonly Selectable[]>>;

const NOTHING: readonly Selectable[] = [];

/** Label key, then value, to what carries it: selectors of a namespace do not each go through all of it. */
function pairIndex(view: ClusterView, namespace: string): PairIndex {
  return view.derive(`selectable-pairs/${namespace}`, (inner): PairIndex => {
    const index = new Map<string, Map<string, Selectable[]>>();
    for (const one of selectables(inner, namespace)) {
      for (const [key, value] of Object.entries(one.labels)) {
        const values = index.get(key) ?? new Map<string, Selectable[]>();
        if (values.size === 0) index.set(key, values);
        const list = values.get(value);
        if (list === undefined) values.set(value, [one]);
        else list.push(one);
      }
    }
    return index;
  });
}

function sameSelectables(a: readonly Selectable[], b: readonly Selectable[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return (
        other !== undefined &&
        one.owner === other.owner &&
        (one.labels === other.labels || labelsKey(one.labels) === labelsKey(other.labels))
      );
    })
  );
}

function labelsKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
}
