import type { ClusterView } from '../../store/cluster-view.ts';
import { enforcement } from './enforcement.ts';

const CALICO_GROUP = /(?:^|\.)projectcalico\.org$/;

/**
 * Whether the cluster takes Calico's staged policies, which log what they would deny and enforce nothing: Calico enforces
 * here, and serves them. `unknown` where none of its definitions could be seen, as with a data store of its own.
 *
 * Source: docs.tigera.io/calico/latest/reference/resources/stagedkubernetesnetworkpolicy (Calico Open Source 3.30)
 */
export function stagedPolicies(view: ClusterView): 'yes' | 'no' | 'unknown' {
  return view.derive('staged-policies', '', (inner) => {
    if (enforcement(inner).by !== 'Calico') return 'no';
    const own = inner.list('CustomResourceDefinition').filter(({ group }) => CALICO_GROUP.test(group));
    if (own.length === 0) return 'unknown';
    return own.some(({ resource }) => resource === 'stagedkubernetesnetworkpolicies') ? 'yes' : 'no';
  });
}
