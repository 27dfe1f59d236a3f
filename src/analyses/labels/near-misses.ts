import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { ownLabels, podLabels } from './label-health.ts';
import type { LabelReferrer } from './label-referrers.ts';
import { demanderText, demandsOf, NAMING_KEYS, nearValues, type Demand, type NearValue } from './near-values.ts';

/** A label value of a workload that is probably meant to be another one. */
export interface NearMiss {
  readonly key: string;
  readonly value: string;
  readonly meant: string;
  /** selector: something selects by the value that is meant; neighbours: others use it. */
  readonly against: 'selector' | 'neighbours';
  readonly why: string;
  /** What was seen, in one sentence. */
  readonly seen: string;
}

/** Label values of a workload that nearly are what a selector asks for, or what its neighbours use. */
export function nearMisses(view: ClusterView, workload: AnalysedWorkload): readonly NearMiss[] {
  const demanded = missedSelectors(workload, view);
  const others = againstNeighbours(workload, view);
  if (demanded.length === 0) return others;
  return [...demanded, ...others.filter(({ key }) => !demanded.some((one) => one.key === key))];
}

/** A naming label that differs by a slip from what a selector asks for, while nothing asks for it as it is. */
function missedSelectors(workload: AnalysedWorkload, view: ClusterView): readonly NearMiss[] {
  const demands = demandsOf(view, workload.ref.namespace);
  if (demands.size === 0) return NONE;
  const labels = podLabels(workload);
  let found = NONE;
  for (const key in labels) {
    if (!NAMING_KEYS.has(key)) continue;
    const value = labels[key] ?? '';
    const demand = demands.get(key);
    if (demand !== undefined && !demand.first.has(value)) found = [...found, ...missedBy(demand, workload, key, value)];
  }
  return found;
}

function missedBy(
  { words, first }: Demand,
  workload: AnalysedWorkload,
  key: string,
  value: string,
): readonly NearMiss[] {
  const earliest = (values: readonly string[]): { readonly value: string; readonly by: LabelReferrer } | undefined => {
    const found = values.flatMap((one) => {
      const there = first.get(one);
      return there === undefined ? [] : [{ value: one, ...there }];
    });
    return found.toSorted((a, b) => a.rank - b.rank)[0];
  };
  // A workload that is named as its label says is no typing error.
  const isOwnName = workload.ref.name.includes(value);
  const meant =
    earliest(words.sameButCase(value)) ??
    (isOwnName ? undefined : earliest(words.slipsOf(value).map((one) => one.word)));
  if (meant === undefined) return [];
  const by = demanderText(meant.by);
  return [
    {
      key,
      value,
      meant: meant.value,
      against: 'selector',
      why: `${by} asks for ${key}=${meant.value}, and nothing asks for ${value}: it passes these pods by.`,
      seen: `${by} selects ${key}=${meant.value}`,
    },
  ];
}

const NONE: readonly NearMiss[] = [];

function againstNeighbours(workload: AnalysedWorkload, view: ClusterView): readonly NearMiss[] {
  const near = nearValues(view, workload.ref.namespace);
  return near.length === 0 ? NONE : nearAmong(near, ownLabels(workload), podLabels(workload));
}

function nearAmong(all: readonly NearValue[], own: Labels, onPods: Labels): readonly NearMiss[] {
  return all.flatMap((near): NearMiss[] => {
    const { key, value, meant, neighbours } = near;
    if (own[key] !== value && onPods[key] !== value) return [];
    const where = near.scope === 'namespace' ? 'of this namespace' : 'of this cluster';
    return [
      {
        key,
        value,
        meant,
        against: 'neighbours',
        why: `${neighbours} workloads ${where} say ${key}=${meant}. ${HOW[near.how]}: whatever selects ${meant} passes this one by.`,
        seen: `${neighbours} workloads ${where} have ${key}=${meant}`,
      },
    ];
  });
}

const HOW: Readonly<Record<NearValue['how'], string>> = {
  case: 'The values differ by case only',
  'same-environment': 'Both mean the same environment',
  spelling: 'The values differ by a letter or two',
};
