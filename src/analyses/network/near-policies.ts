import type { CompiledPolicy } from '../../kube/network-policy.ts';
import { isEmptySelector } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { pairsOf } from '../labels/label-index.ts';
import { nearLabels } from '../labels/nearest-selector.ts';
import { selectablesByLabel, type Selectable } from '../labels/selectable.ts';
import { compiledPolicies } from './policies.ts';

/** Policies by what labels would have to be changed for them to select something. */
interface NearPolicies {
  /** By a label (`key=value`) that nearly is one that the policy asks for. */
  readonly byLabel: ReadonlyMap<string, readonly CompiledPolicy[]>;
  /** By a label that the policy asks for, then by another key that it asks for too. */
  readonly byMissingKey: ReadonlyMap<string, ReadonlyMap<string, readonly CompiledPolicy[]>>;
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
  const { byLabel, byMissingKey } = nearPolicies(view, namespace);
  const found = new Set<CompiledPolicy>();
  if (byLabel.size === 0 && byMissingKey.size === 0) return found;
  for (const { labels } of items) {
    for (const key in labels) {
      const label = `${key}=${labels[key]}`;
      for (const policy of byLabel.get(label) ?? []) found.add(policy);
      for (const [missing, policies] of byMissingKey.get(label) ?? []) {
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
      const byLabel = new Map<string, CompiledPolicy[]>();
      const byMissingKey = new Map<string, Map<string, CompiledPolicy[]>>();
      for (const policy of compiledPolicies(inner, namespace)) {
        if (isEmptySelector(policy.object.podSelector)) continue;
        const pairs = pairsOf(policy.object.podSelector);
        for (const pair of pairs) {
          for (const { key, value } of nearLabels(pair, here)) add(byLabel, `${key}=${value}`, policy);
          const other = pairs.find((one) => one !== pair);
          if (other === undefined) continue;
          const label = `${other.key}=${other.value}`;
          const byKey = byMissingKey.get(label) ?? new Map<string, CompiledPolicy[]>();
          byMissingKey.set(label, byKey);
          add(byKey, pair.key, policy);
        }
      }
      return { byLabel, byMissingKey };
    },
    (a, b) =>
      isSameMap(a.byLabel, b.byLabel, sameItems) &&
      isSameMap(a.byMissingKey, b.byMissingKey, (one, other) => isSameMap(one, other, sameItems)),
  );
}

function add(map: Map<string, CompiledPolicy[]>, key: string, policy: CompiledPolicy): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [policy]);
  else there.push(policy);
}

function isSameMap<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, same: (a: T, b: T) => boolean): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !same(value, other)) return false;
  }
  return true;
}
