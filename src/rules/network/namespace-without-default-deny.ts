// A policy with an empty podSelector isolates every pod of its namespace, also those that come tomorrow; without one,
// a new workload is open until somebody writes a policy for it.
// Source: kubernetes.io/docs/concepts/services-networking/network-policies ("Default policies").
import { allowsEveryone } from '../../analyses/network/isolation.ts';
import { hasNetworkPeers } from '../../analyses/network/network-peers.ts';
import { compiledPolicies } from '../../analyses/network/policies.ts';
import { isEmptySelector } from '../../kube/selector.ts';
import type { Direction } from '../../kube/network-policy-rule.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { cis } from '../references.ts';
import { rule } from '../rule.ts';
import { closingRemedies } from './closing-remedies.ts';

/** Cutting these by default stops the cluster itself; their policies come with what runs there. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

export const namespaceWithoutDefaultDeny = rule({
  id: 'network/namespace-without-default-deny',
  subject: 'Namespace',
  summary: 'namespaces whose new pods start open',
  help: 'Add a policy with an empty podSelector that denies both directions, after every workload there has a policy of its own.',
  references: [cis('5.3.2')],
  needs: ['Namespace', 'Pod', 'NetworkPolicy'],
  check: ({ name }, view) => {
    if (SYSTEM.has(name) || !view.readable('NetworkPolicy', name).ok || !hasNetworkPeers(view, name)) return [];
    const missing = (['ingress', 'egress'] as const).filter((direction) => !hasDefault(view, name, direction));
    if (missing.length === 0) return [];
    const text = missing.join(' and ');
    const isOpen = missing.includes('ingress');
    return [
      {
        severity: isOpen ? 'low' : 'info',
        advisory: !isOpen,
        title: `has no default deny for ${text}`,
        why: `A pod that no other policy selects is open for ${text} from its first moment.`,
        evidence: [{ text: `no policy with an empty podSelector isolates ${text}`, path: 'spec.podSelector' }],
        absence: true,
        remedies: closingRemedies(view),
        data: { directions: missing },
      },
    ];
  },
});

function hasDefault(view: ClusterView, namespace: string, direction: Direction): boolean {
  return compiledPolicies(view, namespace).some(
    (policy) =>
      policy.problem === null &&
      policy[direction] !== null &&
      isEmptySelector(policy.object.podSelector) &&
      !allowsEveryone([policy], direction),
  );
}
