/**
 * Whether one RBAC rule allows one request.
 * Source: kubernetes pkg/apis/rbac/v1/evaluation_helpers.go and plugin/pkg/auth/authorizer/rbac/rbac.go RuleAllows.
 */
import type { PolicyRule } from '../model/objects.ts';

/** What a request wants to do with a resource. Empty strings where the request says nothing, as on a server. */
export interface ResourceAttributes {
  readonly type: 'resource';
  readonly verb: string;
  /** API group; '' is the core group. */
  readonly group: string;
  /** Plural name without subresource. */
  readonly resource: string;
  readonly subresource: string;
  /** '' for cluster-scoped resources and for "in all namespaces". */
  readonly namespace: string;
  readonly name: string;
}

/** A request that names no resource, such as `get /metrics`. */
interface PathAttributes {
  readonly type: 'path';
  readonly verb: string;
  readonly path: string;
}

export type RequestAttributes = ResourceAttributes | PathAttributes;

/** Whether the rule allows the request, wherever the rule is bound. */
export function ruleAllows(rule: PolicyRule, request: RequestAttributes): boolean {
  if (!includesOrStar(rule.verbs, request.verb)) return false;
  if (request.type === 'path') return (rule.nonResourceURLs ?? []).some((url) => urlCovers(url, request.path));
  return (
    includesOrStar(rule.apiGroups ?? [], request.group) &&
    (rule.resources ?? []).some((resource) => resourceMatches(resource, request.resource, request.subresource)) &&
    nameMatches(rule, request.name)
  );
}

/** `*` matches every resource with its subresources, `*\/sub` that subresource of every resource, else exact. */
export function resourceMatches(inRule: string, resource: string, subresource: string): boolean {
  if (inRule === '*') return true;
  if (subresource === '') return inRule === resource;
  return inRule === `${resource}/${subresource}` || inRule === `*/${subresource}`;
}

/** `*`, exact, or everything that begins with what stands before trailing stars. */
export function urlCovers(inRule: string, path: string): boolean {
  return inRule === path || (inRule.endsWith('*') && path.startsWith(inRule.replace(/\*+$/, '')));
}

/** A rule without names is for all names; a name has no wildcard, and `*` is only the name `*`. */
function nameMatches(rule: PolicyRule, name: string): boolean {
  return rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
}

function includesOrStar(list: readonly string[], item: string): boolean {
  return list.includes('*') || list.includes(item);
}
