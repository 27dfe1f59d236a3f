import { environmentOf } from '../../kube/environment-name.ts';
import { selectorText } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { clusterCensus, labelCensus, type LabelCensus } from './label-census.ts';
import { referrersOf } from './label-referrers.ts';
import { isSlip } from './nearest-selector.ts';

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

/** A value that a selector of the namespace asks for. */
export interface DemandedValue {
  readonly key: string;
  readonly value: string;
  /** Such as `Service web (app=web)`. */
  readonly by: string;
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

/** The values in a namespace that nearly are one that at least twice as many neighbours use. */
export function nearValues(view: ClusterView, namespace: string): readonly NearValue[] {
  return view.derive(
    `near-values/${namespace}`,
    (inner) => {
      const own = labelCensus(inner, namespace);
      const here = nearIn(own, own, 'namespace');
      const everywhere = nearIn(own, clusterCensus(inner, CLUSTER_KEYS), 'cluster');
      const known = new Set(here.map((one) => `${one.key}=${one.value}`));
      return [...here, ...everywhere.filter((one) => !known.has(`${one.key}=${one.value}`))];
    },
    deepEqual,
  );
}

function nearIn(own: LabelCensus, all: LabelCensus, scope: NearValue['scope']): NearValue[] {
  return [...own].flatMap(([key, values]) =>
    [...values.keys()].flatMap((value): NearValue[] => {
      const counts = all.get(key);
      const count = counts?.get(value);
      if (counts === undefined || count === undefined) return [];
      let best: NearValue | undefined;
      for (const [meant, neighbours] of counts) {
        if (neighbours < 2 || neighbours < 2 * count || neighbours <= (best?.neighbours ?? 0)) continue;
        const how = nearness(key, value, meant);
        if (how !== undefined) best = { key, value, meant, how, neighbours, scope };
      }
      return best === undefined ? [] : [best];
    }),
  );
}

function nearness(key: string, value: string, meant: string): NearValue['how'] | undefined {
  if (value === meant || value === '' || meant === '') return undefined;
  if (value.toLowerCase() === meant.toLowerCase()) return 'case';
  const environment = environmentOf(value);
  if (environment !== undefined && environment === environmentOf(meant)) return 'same-environment';
  // `stage` and `state` are words of their own.
  return !NAMING_KEYS.has(key) && environment === undefined && isSlip(value, meant) ? 'spelling' : undefined;
}

/** The values of naming keys that Services, NetworkPolicies and budgets of a namespace select by. */
export function demandedValues(view: ClusterView, namespace: string): readonly DemandedValue[] {
  return view.derive(
    `demanded-values/${namespace}`,
    (inner) =>
      referrersOf(inner, namespace).flatMap(({ by, path, selector }) =>
        DEMANDING.has(by.kind) && (path === 'spec.selector' || path === 'spec.podSelector')
          ? Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
              key,
              value,
              by: `${by.kind} ${by.name} (${selectorText(selector)})`,
            }))
          : [],
      ),
    deepEqual,
  );
}

const DEMANDING: ReadonlySet<string> = new Set(['Service', 'NetworkPolicy', 'PodDisruptionBudget']);
