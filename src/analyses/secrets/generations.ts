import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { groupBy } from '../workload/group-by.ts';

/**
 * Names of one Secret's generations: Kustomize's suffix (ten characters of a hash in which 0, 1, 3, a and e are
 * written g, h, k, m and t), and numbers that people count up.
 * Source: sigs.k8s.io/kustomize api/hasher/hasher.go
 */
const GENERATION = /^(?<base>.+)-(?:[2456789bcdfghkmt]{10}|v\d{1,4})$/;

/** The newest Secret of which this one is an earlier generation, of the same name but for the suffix. */
export function successorOf(view: ClusterView, secret: SecretObject): SecretObject | undefined {
  const base = baseOf(secret.name);
  if (base === undefined) return undefined;
  const newest = view
    .derive('secret-generations', secret.namespace, (inner) => newestByBase(inner, secret.namespace), sameNames)
    .get(base);
  if (newest === undefined || newest === secret.name) return undefined;
  return view.get('Secret', secret.namespace, newest);
}

function baseOf(name: string): string | undefined {
  return GENERATION.exec(name)?.groups?.['base'];
}

/** Names of the youngest Secret by what its generations share; where two are equally young none is. */
function newestByBase(view: ClusterView, namespace: string): ReadonlyMap<string, string> {
  const byBase = new Map<string, Map<string, SecretObject>>();
  for (const secret of view.list('Secret', namespace)) {
    const base = baseOf(secret.name);
    if (base !== undefined) groupBy(byBase, base).set(secret.name, secret);
  }
  const newest = new Map<string, string>();
  for (const [base, own] of byBase) {
    const [first, second] = [...own.values()].sort((a, b) => (b.created ?? 0) - (a.created ?? 0));
    if (first === undefined || second === undefined || first.created === second.created) continue;
    if (first.type === second.type) newest.set(base, first.name);
  }
  return newest;
}

function sameNames(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([base, name]) => b.get(base) === name);
}
