import { isGeneratedLabel } from '../../kube/generated-labels.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloadNamespaces } from '../workload/workloads.ts';
import { workloadLabels } from './workload-labels.ts';

/** How many workloads carry each value of each label key. */
export type LabelCensus = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Keys with more values than this tell things apart instead of grouping them; they are left out. */
const MOST_VALUES = 100;

/** Keys whose values differ by their nature. */
const VERSIONS = /(?:^|[/.-])(?:version|revision|chart|hash|checksum|commit|sha|build|date)$/i;

/** The values that workloads of a namespace (or their pods) carry. Keys that controllers write are left out. */
export function labelCensus(view: ClusterView, namespace: string): LabelCensus {
  return view.derive(
    'label-census',
    namespace,
    (inner) => {
      const census = new Map<string, Map<string, number>>();
      for (const { own, onPods } of workloadLabels(inner, namespace)) {
        for (const key in own) count(census, key, own[key]);
        for (const key in onPods) if (own[key] !== onPods[key]) count(census, key, onPods[key]);
      }
      return withoutIdentifiers(census);
    },
    sameCensus,
  );
}

/** The same for some keys in all namespaces together. */
export function clusterCensus(view: ClusterView, keys: readonly string[]): LabelCensus {
  return view.derive(
    'label-census-of-keys',
    keys.join(','),
    (inner) => {
      const census = new Map<string, Map<string, number>>();
      for (const namespace of workloadNamespaces(inner)) {
        const own = labelCensus(inner, namespace);
        for (const key of keys) for (const [value, count] of own.get(key) ?? []) add(census, key, value, count);
      }
      return withoutIdentifiers(census);
    },
    sameCensus,
  );
}

function count(census: Map<string, Map<string, number>>, key: string, value = ''): void {
  if (!isGeneratedLabel(key) && !VERSIONS.test(key)) add(census, key, value, 1);
}

function add(census: Map<string, Map<string, number>>, key: string, value: string, count: number): void {
  let values = census.get(key);
  if (values === undefined) census.set(key, (values = new Map<string, number>()));
  values.set(value, (values.get(value) ?? 0) + count);
}

function withoutIdentifiers(census: Map<string, Map<string, number>>): LabelCensus {
  for (const [key, values] of census) if (values.size > MOST_VALUES) census.delete(key);
  return census;
}

function sameCensus(a: LabelCensus, b: LabelCensus): boolean {
  if (a.size !== b.size) return false;
  for (const [key, values] of a) {
    const others = b.get(key);
    if (others === undefined || others.size !== values.size) return false;
    for (const [value, count] of values) if (others.get(value) !== count) return false;
  }
  return true;
}
