import { isGeneratedLabel } from '../../kube/generated-labels.ts';
import type { SimilarWords } from '../../kube/similar-words.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';
import { workloadNamespaces } from '../workload/workloads.ts';
import { nearestSelector, RANK, type NearestSelector } from './nearest-selector.ts';
import { selectablesByLabel, selected } from './selectable.ts';

/**
 * The nearest selector that would match something, looked for in the namespace itself first. Other namespaces are looked
 * at only where nothing here is near, and only those that hold a label that the selector asks for, so that a finding
 * does not hang on every pod of the cluster.
 */
export function nearestInCluster(
  view: ClusterView,
  selector: LabelSelector,
  namespace: string,
): NearestSelector | undefined {
  return view.derive(
    'nearest',
    `${namespace}/${JSON.stringify(selector)}`,
    (inner) => nearestFrom(inner, selector, namespace),
    deepEqual,
  );
}

/** The nearest of what is near in each of some namespaces; of several as near as each other the first. */
export function nearestAmong(
  view: ClusterView,
  selector: LabelSelector,
  namespaces: readonly string[],
): NearestSelector | undefined {
  let best: NearestSelector | undefined;
  for (const namespace of namespaces) {
    const near = nearestInCluster(view, selector, namespace);
    if (near !== undefined && (best === undefined || RANK[near.repair] < RANK[best.repair])) best = near;
  }
  return best;
}

function nearestFrom(view: ClusterView, selector: LabelSelector, namespace: string): NearestSelector | undefined {
  const here = selectablesByLabel(view, namespace);
  const near = nearestSelector(selector, namespace, here);
  if (near !== undefined && near.repair !== 'drop') return near;
  for (const name of namespacesWith(view, selector)) {
    const found = name === namespace ? [] : selected(view, selector, name);
    if (found.length > 0) return nearestSelector(selector, namespace, here, found);
  }
  return near;
}

/** The namespaces in which something carries the first label that a selector requires; none where it requires none. */
function namespacesWith(view: ClusterView, selector: LabelSelector): readonly string[] {
  const [pair] = Object.entries(selector.matchLabels ?? {});
  const expression = selector.matchExpressions?.find((one) => one.operator === 'In' || one.operator === 'Exists');
  const [key, values] = pair === undefined ? [expression?.key, expression?.values ?? []] : [pair[0], [pair[1]]];
  if (key === undefined || isGeneratedLabel(key)) return [];
  return view.derive(
    'namespaces-with',
    [key, ...values].join('='),
    (inner) =>
      wordsByNamespace(inner, key).flatMap(([name, words]) =>
        values.length === 0 || values.some((value) => words.has(value)) ? [name] : [],
      ),
    sameItems,
  );
}

/** The values of one key in each namespace that has it: what changes of other keys is nothing to its readers. */
function wordsByNamespace(view: ClusterView, key: string): readonly (readonly [string, SimilarWords])[] {
  return view.derive(
    'label-words',
    key,
    (inner) =>
      vocabularies(inner).flatMap(([name, vocabulary]): (readonly [string, SimilarWords])[] => {
        const words = vocabulary.get(key);
        return words === undefined ? [] : [[name, words]];
      }),
    samePairs,
  );
}

type Vocabulary = ReadonlyMap<string, SimilarWords>;

/** The labels of each namespace that people write. */
function vocabularies(view: ClusterView): readonly (readonly [string, Vocabulary])[] {
  return view.derive(
    'label-vocabularies',
    '',
    (inner) => workloadNamespaces(inner).map((name) => [name, writtenVocabulary(inner, name)] as const),
    samePairs,
  );
}

function samePairs<T>(a: readonly (readonly [string, T])[], b: readonly (readonly [string, T])[]): boolean {
  return a.length === b.length && a.every(([name, words], at) => name === b[at]?.[0] && words === b[at][1]);
}

function writtenVocabulary(view: ClusterView, namespace: string): Vocabulary {
  return view.derive(
    'written-labels',
    namespace,
    (inner): Vocabulary => {
      const here = selectablesByLabel(inner, namespace);
      const keys = here.keys().filter((key) => !isGeneratedLabel(key));
      return new Map(keys.map((key) => [key, here.values(key)]));
    },
    (a, b) => a.size === b.size && [...a].every(([key, words]) => b.get(key) === words),
  );
}
