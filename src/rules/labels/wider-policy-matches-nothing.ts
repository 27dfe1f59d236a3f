// A policy of a network plugin, or of an administrator, acts on the pods that it selects by their labels, a cluster-scoped
// one in the namespaces that it selects; one that selects none protects nothing. A GlobalNetworkPolicy that names no
// namespaces acts on host endpoints too.
// Source: docs.cilium.io, "Layer 3 policies" (endpointSelector); network-policy-api.sigs.k8s.io (subject);
// docs.tigera.io/calico/latest/reference/resources/{networkpolicy,globalnetworkpolicy} (selector).
import type { LabelReferrer } from '../../analyses/labels/label-referrers.ts';
import { keysRead, podSelectorText, requiredOf } from '../../analyses/labels/pod-selector.ts';
import { judgeReferrer, type SelectorVerdict } from '../../analyses/labels/selector-verdict.ts';
import {
  CLUSTER_POLICIES,
  NAMESPACED_POLICIES,
  ownSelectors,
  type PolicyObject,
} from '../../analyses/labels/wider-selectors.ts';
import { isReservedLabel } from '../../kube/cilium-policy.ts';
import { isOperatedElsewhere } from '../../analyses/labels/operated-pods.ts';
import { WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import { rule } from '../rule.ts';
import { UNMATCHED, unmatchedReferrer } from './unmatched-finding.ts';

export const WIDER_POLICY_MATCHES_NOTHING = [...NAMESPACED_POLICIES, ...CLUSTER_POLICIES].map((subject) =>
  rule({
    ...UNMATCHED,
    subject,
    needs: [subject, 'Pod', 'Namespace', ...WORKLOAD_KINDS],
    check: (policy, view) => {
      const all = ownSelectors(policy).filter((own) => !keysRead(own.selector).some(isReservedLabel));
      return all.flatMap((own) => {
        if (isOperatedElsewhere(view, requiredOf(own.selector))) return [];
        const verdict = judgeReferrer(view, own, policy.namespace);
        const isOfHosts = mayBeOfHosts(policy, own);
        if (isOfHosts && verdict.type === 'nothing' && !isSlip(verdict)) return [];
        return unmatchedReferrer(verdict, own, {
          consequence: `so that the policy protects nothing${isOfHosts ? ' but host endpoints that have them, which are not read' : ''}`,
          // A policy of several specifications has a selector in each.
          ...(all.length > 1 ? { key: podSelectorText(own.selector) } : {}),
          isFixable: isSlip(verdict) && policy.isListed !== true && PATCHED.has(policy.kind),
        });
      });
    },
  }),
);

/** Of which a remedy writes the selector. */
const PATCHED: ReadonlySet<Kind> = new Set<Kind>([
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CalicoNetworkPolicy',
  'CalicoGlobalNetworkPolicy',
]);

function mayBeOfHosts(policy: PolicyObject, { namespaces }: LabelReferrer): boolean {
  return policy.kind === 'CalicoGlobalNetworkPolicy' && (namespaces ?? []).every((one) => keysRead(one).length === 0);
}

/** Whether a selector differs from labels that are there by a slip, so that it was hardly meant for something else. */
function isSlip(verdict: SelectorVerdict): boolean {
  const repair = verdict.type === 'nothing' ? verdict.near?.repair : undefined;
  return repair === 'case' || repair === 'spelling' || repair === 'key';
}
