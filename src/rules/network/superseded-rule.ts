// Policies add up: a rule whose peers and ports another rule for the same pods has too allows nothing by itself. Whoever
// narrows it later changes nothing, because the wider one still lets everything through.
// Source: k8s.io/api networking/v1 types.go ("NetworkPolicySpec ... the rules ... are additive").
import { namespaceLabels } from '../../analyses/network/namespace-labels.ts';
import { compiledPolicies } from '../../analyses/network/policies.ts';
import { supersededRules, type SupersededRule } from '../../analyses/network/superseded-rules.ts';
import { DIRECTIONS } from '../../kube/network-policy-rule.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

export const supersededRule = rule({
  id: 'network/superseded-rule',
  subject: 'NetworkPolicy',
  summary: 'network policy rules that a wider one makes needless',
  help: 'The rule looks like a limit and is none: another rule already allows all that it allows to the same pods. Narrow the wider rule, or remove this one.',
  references: [],
  needs: ['NetworkPolicy', 'Namespace'],
  check: (policy, view) =>
    (supersededIn(view, policy.namespace).get(policy.name) ?? []).map(({ rule: own, by }) => ({
      key: own.path,
      severity: 'low' as const,
      title: `${own.path} allows nothing beyond ${by.policy.object === policy ? by.rule.path : `NetworkPolicy ${by.policy.name}`}`,
      why: `All that it allows, ${by.rule.path} of NetworkPolicy ${by.policy.name} allows to the same pods too: narrowing or removing this rule changes nothing.`,
      evidence: [
        { text: 'superseded', object: refOf(policy), path: own.path },
        { text: 'the wider rule', object: refOf(by.policy.object), path: by.rule.path },
      ],
    })),
});

function supersededIn(view: ClusterView, namespace: string): ReadonlyMap<string, readonly SupersededRule[]> {
  return view.derive('superseded-rules', namespace, (inner) => {
    const policies = compiledPolicies(inner, namespace);
    const found = DIRECTIONS.flatMap((direction) =>
      supersededRules(policies, direction, namespaceLabels(inner, namespace)),
    );
    return Map.groupBy(found, (one) => one.policy.object.name);
  });
}
