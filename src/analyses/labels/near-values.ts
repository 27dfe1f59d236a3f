import { environmentOf } from '../../kube/environment-name.ts';
import { SimilarWords, slipDistance } from '../../kube/similar-words.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { clusterCensus, labelCensus } from './label-census.ts';
import { referrersOf, type LabelReferrer } from './label-referrers.ts';
import { isCalico, podSelectorText } from './pod-selector.ts';

/** A label value that is nearly another one which its neighbours use. */
export interface NearValue {
  readonly key: string;
  readonly value: string;
  readonly meant: string;
  readonly how: 'case' | 'same-environment' | 'spelling';
  /** Workloads with the value that is probably meant, and where they were counted. */
  readonly neighbours: number;
  readonly scope: 'namespace' | 'cluster';
}

/** Keys that name one thing each: two values that differ by a letter may be two things. */
export const NAMING_KEYS: ReadonlySet<string> = new Set([
  'app',
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/component',
  'k8s-app',
  'name',
  'instance',
  'release',
  'run',
  'component',
  'service',
]);

/** Keys whose values have one meaning in a whole cluster. */
const CLUSTER_KEYS = [
  'env',
  'environment',
  'app.kubernetes.io/environment',
  'stage',
  'tier',
  'team',
  'owner',
  'app.kubernetes.io/part-of',
] as const;

type NearByValue = ReadonlyMap<string, ReadonlyMap<string, NearValue>>;

/** The values in a namespace that nearly are one that at least twice as many neighbours use. */
export function nearValues(view: ClusterView, namespace: string): readonly NearValue[] {
  return view.derive(
    'near-values',
    namespace,
    (inner) => {
      const own = labelCensus(inner, namespace);
      const here = [...own].flatMap(([key, counts]) => nearIn(key, counts, 'namespace'));
      const known = new Set(here.map((one) => `${one.key}=${one.value}`));
      const everywhere = nearInCluster(inner);
      const others = CLUSTER_KEYS.flatMap((key) =>
        [...(own.get(key)?.keys() ?? [])].flatMap((value) => everywhere.get(key)?.get(value) ?? []),
      );
      return [...here, ...others.filter((one) => !known.has(`${one.key}=${one.value}`))];
    },
    deepEqual,
  );
}

/** The same for keys that have one meaning everywhere, among the workloads of the whole cluster. */
function nearInCluster(view: ClusterView): NearByValue {
  return view.derive(
    'near-values-everywhere',
    '',
    (inner): NearByValue =>
      new Map(
        [...clusterCensus(inner, CLUSTER_KEYS)].map(([key, counts]) => [
          key,
          new Map(nearIn(key, counts, 'cluster').map((one) => [one.value, one])),
        ]),
      ),
    (a, b) =>
      deepEqual(
        [...a.values()].map((one) => [...one.values()]),
        [...b.values()].map((one) => [...one.values()]),
      ),
  );
}

function nearIn(key: string, counts: ReadonlyMap<string, number>, scope: NearValue['scope']): readonly NearValue[] {
  const found: NearValue[] = [];
  const usual: (readonly [string, number])[] = [];
  for (const [meant, neighbours] of counts) if (neighbours > 1) usual.push([meant, neighbours]);
  // What names each thing.
  if (usual.length === 0) return found;
  for (const [value, count] of counts) {
    let best: NearValue | undefined;
    for (const [meant, neighbours] of usual) {
      if (neighbours < 2 * count || neighbours <= (best?.neighbours ?? 0)) continue;
      const how = nearness(key, value, meant);
      if (how !== undefined) best = { key, value, meant, how, neighbours, scope };
    }
    if (best !== undefined) found.push(best);
  }
  return found;
}

function nearness(key: string, value: string, meant: string): NearValue['how'] | undefined {
  if (value === meant || value === '' || meant === '') return undefined;
  if (value.toLowerCase() === meant.toLowerCase()) return 'case';
  const environment = environmentOf(value);
  if (environment !== undefined && environment === environmentOf(meant)) return 'same-environment';
  // `stage` and `state` are words of their own.
  if (NAMING_KEYS.has(key) || environment !== undefined) return undefined;
  return slipDistance(value, meant) === undefined ? undefined : 'spelling';
}

/** What selectors of a namespace ask of one naming key. */
export interface Demand {
  readonly words: SimilarWords;
  /** Who asks for a value first, in the order of selectors. */
  readonly first: ReadonlyMap<string, { readonly rank: number; readonly by: LabelReferrer }>;
}

/** `Service web (app=web)`. */
export function demanderText({ by, selector }: LabelReferrer): string {
  return `${by.kind} ${by.name} (${podSelectorText(selector)})`;
}

/** The values of naming keys that Services, NetworkPolicies and budgets of a namespace select by, by key. */
export function demandsOf(view: ClusterView, namespace: string): ReadonlyMap<string, Demand> {
  return view.derive(
    'demands',
    namespace,
    (inner): ReadonlyMap<string, Demand> => {
      const byKey = new Map<string, Map<string, { readonly rank: number; readonly by: LabelReferrer }>>();
      for (const [rank, by] of demanders(inner, namespace).entries()) {
        if (isCalico(by.selector)) continue;
        const { matchLabels } = by.selector;
        for (const key in matchLabels) {
          if (!NAMING_KEYS.has(key)) continue;
          const value = matchLabels[key] ?? '';
          const first = byKey.get(key) ?? new Map<string, { readonly rank: number; readonly by: LabelReferrer }>();
          byKey.set(key, first);
          if (!first.has(value)) first.set(value, { rank, by });
        }
      }
      return new Map([...byKey].map(([key, first]) => [key, { words: new SimilarWords(() => first.keys()), first }]));
    },
    (a, b) => a.size === b.size && [...a].every(([key, { first }]) => sameFirst(first, b.get(key)?.first)),
  );
}

function sameFirst(a: Demand['first'], b: Demand['first'] | undefined): boolean {
  return b !== undefined && deepEqual([...a], [...b]);
}

function demanders(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return referrersOf(view, namespace).filter(
    ({ by, path }) => DEMANDING.has(by.kind) && (path === 'spec.selector' || path === 'spec.podSelector'),
  );
}

const DEMANDING: ReadonlySet<string> = new Set(['Service', 'NetworkPolicy', 'PodDisruptionBudget']);
