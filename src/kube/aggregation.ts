/**
 * Rules of aggregated ClusterRoles. On a server a controller writes them into `.rules`, and the authorizer only reads
 * those; a file holds what somebody wrote, so that for files they are computed as the controller would. What a file says
 * that a server stored counts beside them: whoever writes a uid into a manifest must not hide what it will give.
 * Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go syncClusterRole.
 */
import type { PolicyRule, RoleObject } from '../model/objects.ts';
import { matches } from './selector.ts';

/**
 * The rules that a ClusterRole grants.
 *
 * @param clusterRoles all ClusterRoles, in order of name
 */
export function effectiveRules(role: RoleObject, clusterRoles: readonly RoleObject[]): readonly PolicyRule[] {
  return collect(role, clusterRoles, new Set());
}

/** Whether the stored rules of the role are what it grants. */
export function hasStoredRules({ aggregation, uid, location }: RoleObject): boolean {
  return aggregation === null || (uid !== '' && location === null);
}

function collect(
  role: RoleObject,
  clusterRoles: readonly RoleObject[],
  inProgress: ReadonlySet<RoleObject>,
): readonly PolicyRule[] {
  if (hasStoredRules(role) || role.aggregation === null) return role.rules;
  const deeper = new Set(inProgress).add(role);
  const stored = role.uid === '' ? [] : role.rules;
  const found = new Map(stored.map((rule) => [ruleKey(rule), rule]));
  for (const selector of role.aggregation) {
    for (const other of clusterRoles) {
      if (other.name === role.name || deeper.has(other) || !matches(selector, other.labels)) continue;
      for (const rule of collect(other, clusterRoles, deeper)) {
        const key = ruleKey(rule);
        if (!found.has(key)) found.set(key, rule);
      }
    }
  }
  return [...found.values()];
}

/** Equal for rules that are semantically deep equal: an absent list is an empty one, order counts. */
function ruleKey(rule: PolicyRule): string {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}
