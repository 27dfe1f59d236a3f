/**
 * The API server's authorizer chain as far as RBAC decides: system:masters, then ClusterRoleBindings, then the
 * RoleBindings of the request's namespace; the first allow wins, and nothing ever denies.
 * Source: pkg/kubeapiserver/authorizer/reload.go, plugin/pkg/auth/authorizer/rbac/rbac.go,
 * pkg/registry/rbac/validation/rule.go VisitRulesFor.
 */
import type { BindingObject, PolicyRule, Subject } from '../model/objects.ts';
import { goQuote } from './go-quote.ts';
import { aggregateErrors, describeGrant, roleNotFound } from './rbac-reason.ts';
import { ruleAllows, type RequestAttributes } from './rbac-rule.ts';
import { appliesTo, nodeNameOf, SYSTEM_MASTERS, type RbacUser } from './rbac-user.ts';

/** The rules of a role. unknown: it could not be read, so what it allows is not known. */
export type RoleRules =
  | { readonly status: 'found'; readonly rules: readonly PolicyRule[] }
  | { readonly status: 'missing' }
  | { readonly status: 'unknown'; readonly reason: string };

/** Where the authorizer gets its policy. Bindings come in order of name and may include some of other subjects. */
export interface RbacPolicy {
  clusterRoleBindings(user: RbacUser): Iterable<BindingObject>;
  roleBindings(user: RbacUser, namespace: string): Iterable<BindingObject>;
  /** @param namespace of a Role; '' for a ClusterRole */
  rulesOf(kind: 'Role' | 'ClusterRole', namespace: string, name: string): RoleRules;
  /** Why bindings of that namespace ('' for ClusterRoleBindings) could not all be read; undefined when they were. */
  hole(namespace: string): string | undefined;
}

/** A rule that a user has, and the binding and subject through which it has it. */
export interface Grant {
  readonly binding: BindingObject;
  readonly subject: Subject;
  readonly rule: PolicyRule;
  /** Position of the rule in its role. */
  readonly ruleIndex: number;
}

export interface Decision {
  readonly allowed: boolean;
  /** In the API server's wording; '' where it gives none. */
  readonly reason: string;
  /** What allowed it; undefined when denied, and for system:masters. */
  readonly grant: Grant | undefined;
  /** Why a denial may be wrong: policy that could not be read, or an identity that another authorizer answers for. */
  readonly holes: readonly string[];
}

/** What a walk over a user's rules meets. */
export type Visit =
  | { readonly type: 'grant'; readonly grant: Grant }
  | { readonly type: 'error'; readonly message: string }
  | { readonly type: 'hole'; readonly message: string };

/** Said of every request of a kubelet. */
export const NODE_AUTHORIZER_NOT_MODELLED = 'the Node authorizer is not modelled: it may allow what RBAC does not';

/** Decides one request as the API server does. */
export function authorize(policy: RbacPolicy, user: RbacUser, request: RequestAttributes): Decision {
  if (user.groups.includes(SYSTEM_MASTERS)) return { allowed: true, reason: '', grant: undefined, holes: [] };
  const node = nodeNameOf(user);
  const holes: string[] = node === undefined ? [] : [NODE_AUTHORIZER_NOT_MODELLED];
  const errors: string[] = [];
  const namespace = request.type === 'resource' ? request.namespace : '';
  for (const visit of visitRules(policy, user, namespace)) {
    if (visit.type === 'hole') holes.push(visit.message);
    if (visit.type === 'error') errors.push(visit.message);
    if (visit.type !== 'grant' || !ruleAllows(visit.grant.rule, request)) continue;
    const { binding, subject } = visit.grant;
    const reason = `RBAC: allowed by ${describeGrant(binding, subject)}`;
    return { allowed: true, reason, grant: visit.grant, holes: [] };
  }
  const reasons = node === '' ? [`unknown node for user ${goQuote(user.name)}`] : [];
  if (errors.length > 0) reasons.push(`RBAC: ${aggregateErrors(errors)}`);
  return { allowed: false, reason: reasons.join('\n'), grant: undefined, holes };
}

/** Every grant that allows the request, in the order in which the API server would look. */
export function allowingGrants(policy: RbacPolicy, user: RbacUser, request: RequestAttributes): readonly Grant[] {
  const namespace = request.type === 'resource' ? request.namespace : '';
  const found: Grant[] = [];
  let last: BindingObject | undefined;
  for (const visit of visitRules(policy, user, namespace)) {
    if (visit.type !== 'grant' || visit.grant.binding === last || !ruleAllows(visit.grant.rule, request)) continue;
    last = visit.grant.binding;
    found.push(visit.grant);
  }
  return found;
}

/** All rules of a user in a namespace ('' for none: ClusterRoleBindings only), with what stands in the way. */
export function* visitRules(policy: RbacPolicy, user: RbacUser, namespace: string): Generator<Visit> {
  yield* visitBindings(policy, user, '', policy.clusterRoleBindings(user));
  if (namespace !== '') yield* visitBindings(policy, user, namespace, policy.roleBindings(user, namespace));
}

function* visitBindings(
  policy: RbacPolicy,
  user: RbacUser,
  namespace: string,
  bindings: Iterable<BindingObject>,
): Generator<Visit> {
  const hole = policy.hole(namespace);
  if (hole !== undefined) yield { type: 'hole', message: hole };
  for (const binding of bindings) {
    const subject = binding.subjects.find((one) => appliesTo(one, namespace, user));
    if (subject === undefined) continue;
    const role = rulesOfBinding(policy, binding);
    switch (role.status) {
      case 'found':
        for (const [ruleIndex, rule] of role.rules.entries()) {
          yield { type: 'grant', grant: { binding, subject, rule, ruleIndex } };
        }
        break;
      case 'missing':
        yield { type: 'error', message: missingRoleMessage(binding) };
        break;
      case 'unknown':
        yield { type: 'hole', message: role.reason };
    }
  }
}

/** The rules that a binding refers to. A ClusterRoleBinding to a Role never resolves: it has no namespace. */
export function rulesOfBinding(policy: Pick<RbacPolicy, 'rulesOf'>, binding: BindingObject): RoleRules {
  const { kind, name } = binding.roleRef;
  if (kind === 'ClusterRole') return policy.rulesOf('ClusterRole', '', name);
  if (kind !== 'Role' || binding.namespace === '') return { status: 'missing' };
  return policy.rulesOf('Role', binding.namespace, name);
}

/** The API server's error for a binding whose role does not resolve. */
export function missingRoleMessage(binding: BindingObject): string {
  const { kind, name } = binding.roleRef;
  if (kind === 'ClusterRole' || kind === 'Role') return roleNotFound(kind, name);
  return `unsupported role reference kind: ${goQuote(kind)}`;
}
