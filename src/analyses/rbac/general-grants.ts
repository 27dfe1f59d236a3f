import type { Category } from '../../kube/rbac-permissions.ts';
import type { HeldPermission, RoleReach } from '../../kube/rbac-role-reach.ts';
import { severityRank, type Severity } from '../../model/finding.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import { takesOverNamespace } from './namespace-takeover.ts';
import { inContext, type Holders } from './grant-severity.ts';

/** A dangerous permission of a binding, judged in its context. */
export interface JudgedPermission extends HeldPermission {
  readonly severity: Severity;
  /** Whether what else the permission takes is held too; false: it is bounded. */
  readonly isComplete: boolean;
}

/** What one finding of a binding says: a category with the permissions that it stands for. */
export interface JudgedGrant {
  readonly category: Category;
  readonly severity: Severity;
  /** The worst first. */
  readonly permissions: readonly JudgedPermission[];
  /** Rules that give it. */
  readonly rules: readonly number[];
}

/** What decides about the grants of a binding. */
export interface GrantContext extends Holders {
  readonly binding: BindingObject;
  readonly rules: readonly PolicyRule[];
  /** Bound by a ClusterRoleBinding. */
  readonly isWide: boolean;
}

/** What `namespace-admin` stands for: whoever holds it has all that these give. */
const OF_NAMESPACE_ADMIN: ReadonlySet<Category> = new Set([
  'reads-secrets',
  'creates-workloads',
  'exec',
  'tokens',
  'exposes-services',
  'alters-policy',
  'reads-widely',
  'alters-nodes',
]);

/** One subject, one line: the most general grant stands for what it includes. */
export function generalised(
  context: GrantContext,
  reach: RoleReach,
  permissions: readonly JudgedPermission[],
): readonly JudgedGrant[] {
  if (reach.everything >= 0) return [everything(context, reach.everything, permissions)];
  const wide = wildcardGrant(context, reach, permissions);
  let rest = wide === undefined ? permissions : permissions.filter((one) => !wide.permissions.includes(one));
  const grants: JudgedGrant[] = wide === undefined ? [] : [wide];
  const takeover = namespaceAdmin(context, permissions);
  if (takeover !== undefined && (wide === undefined || wide.permissions.length < takeover.permissions.length)) {
    grants.push(takeover);
    rest = rest.filter((one) => !takeover.permissions.includes(one));
  }
  const byCategory = new Map<Category, JudgedPermission[]>();
  for (const one of rest) {
    const list = byCategory.get(one.permission.category);
    if (list === undefined) byCategory.set(one.permission.category, [one]);
    else list.push(one);
  }
  for (const [category, list] of byCategory) grants.push(grantOf(category, list));
  return grants.sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
}

function everything(context: GrantContext, rule: number, permissions: readonly JudgedPermission[]): JudgedGrant {
  const category = context.isWide ? 'cluster-admin' : 'namespace-admin';
  const severity = inContext(context, context.isWide ? 'critical' : 'high');
  return { category, severity, permissions: sorted(permissions), rules: [rule] };
}

/** Rules that write to everything of an API group, or everything of its resources. */
function wildcardGrant(
  context: GrantContext,
  { wildcards }: RoleReach,
  permissions: readonly JudgedPermission[],
): JudgedGrant | undefined {
  const rules = wildcards.filter((at) => !isReadOnly(context.rules[at]));
  if (rules.length === 0) return undefined;
  const broad = rules.filter((at) => context.rules[at]?.resources?.includes('*') === true);
  const through = permissions.filter((one) => one.rules.every((at) => broad.includes(at)));
  const [worst] = sorted(through);
  const severity = worst?.severity ?? inContext(context, 'low');
  return { category: 'wildcard', severity, permissions: sorted(through), rules: broad.length > 0 ? broad : rules };
}

function isReadOnly(rule: PolicyRule | undefined): boolean {
  return rule === undefined || rule.verbs.every((verb) => verb === 'get' || verb === 'list' || verb === 'watch');
}

/** One grant for all that is the namespace together. */
function namespaceAdmin(context: GrantContext, permissions: readonly JudgedPermission[]): JudgedGrant | undefined {
  if (!takesOverNamespace(permissions)) return undefined;
  const mayBind = permissions.some((one) => one.permission.id === 'write-bindings' && one.names === null);
  const own = permissions.filter(
    ({ permission, isComplete }) =>
      OF_NAMESPACE_ADMIN.has(permission.category) ||
      (permission.category === 'escalates' && !isComplete) ||
      permission.id === 'write-bindings' ||
      permission.id === 'write-roles' ||
      permission.id === 'impersonate-accounts',
  );
  const inOne = mayBind || context.binding.namespace === 'kube-system' ? 'high' : 'medium';
  const severity = inContext(context, context.isWide ? 'critical' : inOne);
  return { ...grantOf('namespace-admin', own), severity };
}

function grantOf(category: Category, permissions: readonly JudgedPermission[]): JudgedGrant {
  const order = sorted(permissions);
  const rules = [...new Set(order.flatMap((one) => one.rules))].sort((a, b) => a - b);
  return { category, severity: order[0]?.severity ?? 'info', permissions: order, rules };
}

function sorted(permissions: readonly JudgedPermission[]): readonly JudgedPermission[] {
  return [...permissions].sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
}
