import type { CompiledPolicy } from '../../kube/network-policy.ts';
import { isEmptySelector } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { pairsOf, type LabelPair } from '../labels/label-index.ts';
import { nearLabels } from '../labels/nearest-selector.ts';
import { selectablesByLabel, type Selectable } from '../labels/selectable.ts';
import { compiledPolicies } from './policies.ts';

/** Policies by what labels would have to be changed for them to select something: by key and value of a label. */
type NearPolicies = ReadonlyMap<string, ReadonlyMap<string, NearLabel>>;

interface NearLabel {
  /** Those that ask for a label which this one nearly is. */
  readonly near: readonly CompiledPolicy[];
  /** Those that ask for this label, by another key that they ask for too. */
  readonly byMissingKey: ReadonlyMap<string, readonly CompiledPolicy[]>;
}

/**
 * The policies of a namespace that may be one label away from selecting what has one of some label sets: every one that is,
 * and few others, so that workloads and policies are not all compared with each other.
 */
export function policiesNear(
  view: ClusterView,
  namespace: string,
  items: readonly Selectable[],
): ReadonlySet<CompiledPolicy> {
  const byKey = nearPolicies(view, namespace);
  const found = new Set<CompiledPolicy>();
  if (byKey.size === 0) return found;
  for (const { labels } of items) {
    for (const key in labels) {
      const label = byKey.get(key)?.get(labels[key] ?? '');
      if (label === undefined) continue;
      for (const policy of label.near) found.add(policy);
      for (const [missing, policies] of label.byMissingKey) {
        if (!Object.hasOwn(labels, missing)) for (const policy of policies) found.add(policy);
      }
    }
  }
  return found;
}

function nearPolicies(view: ClusterView, namespace: string): NearPolicies {
  return view.derive(
    'near-policies',
    namespace,
    (inner): NearPolicies => {
      const here = selectablesByLabel(inner, namespace);
      const found = new Map<string, Map<string, MadeLabel>>();
      for (const policy of compiledPolicies(inner, namespace)) {
        if (isEmptySelector(policy.object.podSelector)) continue;
        const pairs = pairsOf(policy.object.podSelector);
        for (const pair of pairs) {
          for (const label of nearLabels(pair, here)) labelIn(found, label).near.push(policy);
          const other = pairs.find((one) => one !== pair);
          if (other === undefined) continue;
          const { byMissingKey } = labelIn(found, other);
          const there = byMissingKey.get(pair.key);
          if (there === undefined) byMissingKey.set(pair.key, [policy]);
          else there.push(policy);
        }
      }
      return found;
    },
    (a, b) => isSameMap(a, b, (one, other) => isSameMap(one, other, isSameLabel)),
  );
}

interface MadeLabel {
  readonly near: CompiledPolicy[];
  readonly byMissingKey: Map<string, CompiledPolicy[]>;
}

function labelIn(found: Map<string, Map<string, MadeLabel>>, { key, value }: LabelPair): MadeLabel {
  let byValue = found.get(key);
  if (byValue === undefined) found.set(key, (byValue = new Map<string, MadeLabel>()));
  let label = byValue.get(value);
  if (label === undefined) byValue.set(value, (label = { near: [], byMissingKey: new Map() }));
  return label;
}

function isSameLabel(a: NearLabel, b: NearLabel): boolean {
  return sameItems(a.near, b.near) && isSameMap(a.byMissingKey, b.byMissingKey, sameItems);
}

function isSameMap<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, same: (a: T, b: T) => boolean): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !same(value, other)) return false;
  }
  return true;
}
