// A policy with an empty podSelector isolates every pod of its namespace, also those that come tomorrow; without one,
// a new workload is open until somebody writes a policy for it. Policies of other APIs may isolate every pod too.
// Source: kubernetes.io/docs/concepts/services-networking/network-policies ("Default policies").
import { defaultIsolation } from '../../analyses/network/default-isolation.ts';
import { hasNetworkPeers } from '../../analyses/network/network-peers.ts';
import { DIRECTIONS, type Direction } from '../../kube/network-policy-rule.ts';
import type { FindingDraft } from '../../model/finding.ts';
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
    const each = DIRECTIONS.map((direction) => ({ direction, ...defaultIsolation(view, name, direction) }));
    const missing = each.filter(({ status }) => status === 'open').map(({ direction }) => direction);
    const unknown = each.filter(({ status }) => status === 'unknown');
    if (missing.length === 0) return unknown.length === 0 ? [] : [undecided(unknown)];
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

function undecided(unknown: readonly { readonly direction: Direction; readonly reason: string }[]): FindingDraft {
  const text = unknown.map(({ direction }) => direction).join(' and ');
  const reasons = [...new Set(unknown.map(({ reason }) => reason))];
  return {
    severity: 'info',
    title: `may have no default deny for ${text}: not known`,
    why: `Whether a pod that no other policy selects is open for ${text} can't be said: ${reasons.join('; ')}.`,
    evidence: reasons.map((reason) => ({ text: reason })),
    unknown: true,
  };
}
