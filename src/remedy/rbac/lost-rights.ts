import { subjectText } from '../../rules/rbac/grant-finding.ts';
import { rbacPolicy } from '../../analyses/rbac/policy.ts';
import { merged } from '../../analyses/rbac/rights-difference.ts';
import { visitRules } from '../../kube/authorizer.ts';
import { uncovered } from '../../kube/escalation-check.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { subjectIdentity, type RbacUser } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Statements that are written out; the rest is counted. */
const MOST = 12;

/**
 * What a subject can no longer do once a binding does not give it these rules, as statements. What another binding
 * gives it, by itself or through the groups that are known of it, it keeps.
 *
 * @param kept rules that the binding still gives it
 */
export function lostRights(
  view: ClusterView,
  binding: BindingObject,
  subjects: readonly Subject[],
  lost: readonly PolicyRule[],
  kept: readonly PolicyRule[] = [],
): readonly string[] {
  const where = binding.namespace === '' ? 'in all namespaces' : `in namespace ${binding.namespace}`;
  const lines = subjects.flatMap((subject) => {
    const user = subjectIdentity(subject, binding.namespace);
    const others = user === undefined ? kept : [...kept, ...rulesWithout(view, user, binding)];
    const name = subjectText(subject, binding);
    const atoms = merged(uncovered(others, lost));
    if (atoms.length === 0) return [`${name} loses nothing: other bindings give it the same`];
    return atoms.map((rule) => `${name} loses ${ruleText(rule)} ${where}`);
  });
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST), `and ${lines.length - MOST} more permissions go`];
}

function rulesWithout(view: ClusterView, user: RbacUser, without: BindingObject): readonly PolicyRule[] {
  const policy = rbacPolicy(view);
  const rules: PolicyRule[] = [];
  for (const visit of visitRules(policy, user, without.namespace)) {
    const isOther = visit.type === 'grant' && visit.grant.binding !== without;
    if (isOther) rules.push(visit.grant.rule);
  }
  return rules;
}
