import type { CompiledAdminPolicy } from '../../kube/admin-network-policy.ts';
import type { CompiledPolicy } from '../../kube/network-policy.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { hasCalicoPolicies } from './calico.ts';
import { hasCiliumPolicies } from './cilium.ts';
import { namespaceLabels } from './namespace-labels.ts';
import { adminPolicies, brokenPolicies, compiledPolicies, type BrokenPolicy } from './policies.ts';
import { widerUnreadable } from './wider-policies.ts';

/**
 * Everything beside a pod that decides about its isolation, read once per namespace. While it stays the same object,
 * a pod class that also stays the same keeps its verdict without being judged again.
 */
export interface DecisionContext {
  readonly labels: Labels;
  readonly policies: readonly CompiledPolicy[];
  readonly admin: readonly CompiledAdminPolicy[];
  readonly broken: readonly BrokenPolicy[];
  readonly unreadable: string;
  readonly readable: string;
  /** Policies of network plugins are there: verdicts then read more than stands here, and are never kept. */
  readonly plugins: boolean;
}

export function decisionContext(view: ClusterView, namespace: string): DecisionContext {
  return view.derive(
    'decision-context',
    namespace,
    (inner) => {
      const readable = inner.readable('NetworkPolicy', namespace);
      return {
        labels: namespaceLabels(inner, namespace),
        policies: compiledPolicies(inner, namespace),
        admin: adminPolicies(inner),
        broken: brokenPolicies(inner, namespace),
        unreadable: widerUnreadable(inner, namespace),
        readable: readable.ok ? '' : readable.reason,
        plugins: hasCiliumPolicies(inner, namespace) || hasCalicoPolicies(inner, namespace),
      };
    },
    (a, b) =>
      a.labels === b.labels &&
      a.policies === b.policies &&
      a.admin === b.admin &&
      a.broken === b.broken &&
      a.unreadable === b.unreadable &&
      a.readable === b.readable &&
      !a.plugins &&
      !b.plugins,
  );
}

/** Whether verdicts that were made in one context hold in the other. */
export function keepsVerdicts(before: DecisionContext | undefined, now: DecisionContext): boolean {
  return before === now && !now.plugins;
}
