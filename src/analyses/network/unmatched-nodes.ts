import type { ClusterView } from '../../store/cluster-view.ts';
import { enforcement } from './enforcement.ts';

/**
 * Addresses of nodes among CIDRs of one address each that the network plugin does not match with an ipBlock: Cilium knows
 * nodes as entities, unless `policy-cidr-match-mode` says otherwise. Where nodes could not be read, any may be one.
 *
 * Source: docs.cilium.io security/policy/layer3 ("Selecting nodes with CIDR / ipBlock"); cilium/cilium #20550
 */
export function unmatchedNodes(view: ClusterView, cidrs: readonly string[]): readonly string[] {
  if (cidrs.length === 0 || enforcement(view).by !== 'Cilium') return [];
  const mode = view.get('ConfigMap', 'kube-system', 'cilium-config')?.known['policy-cidr-match-mode'] ?? '';
  if (mode.split(/[\s,]+/).includes('nodes')) return [];
  if (!view.readable('Node').ok) return cidrs;
  const nodes = view.derive(
    'node-addresses',
    '',
    (inner) => new Set(inner.list('Node').flatMap((node) => node.addresses)),
  );
  return cidrs.filter((cidr) => nodes.has(cidr.slice(0, cidr.lastIndexOf('/'))));
}
