import { namespaceLabels } from '../../analyses/network/namespace-labels.ts';
import { supersededRules } from '../../analyses/network/superseded-rules.ts';
import type { Direction } from '../../kube/network-policy-rule.ts';
import { compilePolicy } from '../../kube/network-policy.ts';
import type { NetworkPolicyObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { FlowRule } from './flow-rules.ts';
import { barePolicy } from './policy-document.ts';

/**
 * The rules of one policy without those that allow nothing beyond another one; what they are for is told beside the one
 * that covers them.
 */
export function widestRules(
  view: ClusterView,
  namespace: string,
  direction: Direction,
  rules: readonly FlowRule[],
): readonly FlowRule[] {
  const policy = compilePolicy(barePolicy(namespace, '', specOf(direction, rules)));
  const compiled = policy[direction] ?? [];
  const covered = new Map(
    supersededRules([policy], direction, namespaceLabels(view, namespace)).map(({ rule, by }) => [rule, by.rule]),
  );
  const reasons = rules.map(({ why }) => [why]);
  for (const [rule, by] of covered) {
    const why = rules[compiled.indexOf(rule)]?.why;
    let last = by;
    for (let next = covered.get(last); next !== undefined; next = covered.get(last)) last = next;
    if (why !== undefined) reasons[compiled.indexOf(last)]?.push(why);
  }
  return rules.flatMap((rule, index) => {
    const own = compiled[index];
    return own === undefined || covered.has(own) ? [] : [{ ...rule, why: (reasons[index] ?? []).join('; ') }];
  });
}

/** Rules as those of a policy for incoming connections. */
export function ingressRules(rules: readonly FlowRule[]): NonNullable<NetworkPolicyObject['ingress']> {
  return rules.map(({ peers, ports }) => ({ ...(peers.length > 0 ? { from: peers } : {}), ports }));
}

/** Rules as those of a policy for outgoing connections. */
export function egressRules(rules: readonly FlowRule[]): NonNullable<NetworkPolicyObject['egress']> {
  return rules.map(({ peers, ports }) => ({ ...(peers.length > 0 ? { to: peers } : {}), ports }));
}

function specOf(
  direction: Direction,
  rules: readonly FlowRule[],
): Pick<NetworkPolicyObject, 'podSelector' | 'policyTypes' | 'ingress' | 'egress'> {
  return direction === 'ingress'
    ? { podSelector: {}, policyTypes: ['Ingress'], ingress: ingressRules(rules), egress: null }
    : { podSelector: {}, policyTypes: ['Egress'], ingress: null, egress: egressRules(rules) };
}
