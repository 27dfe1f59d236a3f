// A CiliumNetworkPolicy and a Calico NetworkPolicy act on the pods of their namespace that they select by label; one that
// selects none protects nothing. Source: docs.cilium.io, "Layer 3 policies" (endpointSelector);
// docs.tigera.io/calico/latest/reference/resources/networkpolicy (selector).
import { isCalico, keysRead } from '../../analyses/labels/pod-selector.ts';
import { selected } from '../../analyses/labels/selectable.ts';
import { judgeSelector, unreadKinds, type SelectorVerdict } from '../../analyses/labels/selector-verdict.ts';
import { ownSelector } from '../../analyses/labels/wider-selectors.ts';
import { equalitiesOf } from '../../kube/calico-selector.ts';
import { refOf } from '../../kube/object-ref.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule, type Rule } from '../rule.ts';
import { UNMATCHED, unmatchedFinding } from './unmatched-finding.ts';

type PolicyKind = 'CiliumNetworkPolicy' | 'CalicoNetworkPolicy';

export const PLUGIN_POLICY_MATCHES_NOTHING: readonly Rule[] = [
  ofPolicies('CiliumNetworkPolicy'),
  ofPolicies('CalicoNetworkPolicy'),
];

function ofPolicies(subject: PolicyKind): Rule {
  return rule({
    ...UNMATCHED,
    subject,
    needs: [subject, 'Pod', ...WORKLOAD_KINDS],
    check: (policy, view) => {
      const own = ownSelector(policy);
      if (own === undefined || keysRead(own.selector).length === 0) return [];
      const { selector, path } = own;
      const { namespace } = policy;
      // Of an expression that is more than equalities only whether it matches can be said.
      const plain = isCalico(selector) ? equalitiesOf(selector.text) : selector;
      if (isCalico(selector) && selected(view, selector, namespace).length > 0) return [];
      return unmatchedFinding(verdictOf(view, plain, namespace), {
        object: refOf(policy),
        path,
        selector,
        namespace,
        consequence: 'so that the policy protects nothing',
        isFixable: false,
      });
    },
  });
}

function verdictOf(view: ClusterView, selector: LabelSelector | undefined, namespace: string): SelectorVerdict {
  if (selector !== undefined) return judgeSelector(view, selector, namespace);
  return unreadKinds(view, namespace, ['Pod', ...WORKLOAD_KINDS]) ?? { type: 'nothing', near: undefined };
}
