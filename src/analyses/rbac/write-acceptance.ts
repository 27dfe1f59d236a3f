/**
 * Whether the API server would take a change of roles and bindings from somebody: RBAC for the write itself, and the
 * guard against giving away more than one has, which is asked for what stays of a role or binding too
 * (pkg/registry/rbac, clusterrolebinding/policybased/storage.go Update); deletions are not guarded.
 */
import { authorize, type RbacPolicy } from '../../kube/authorizer.ts';
import { refuseBinding, refuseRole } from '../../kube/escalation-check.ts';
import type { RbacUser } from '../../kube/rbac-user.ts';
import type { Change } from '../../model/change.ts';
import { kindInfo, RBAC_KINDS, type Kind } from '../../model/kind.ts';
import type { BindingObject, RoleObject } from '../../model/objects.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rbacPolicy } from './policy.ts';

/** One permission that a write takes, in words, and whether the user has it. */
export interface WriteNeed {
  readonly text: string;
  readonly isMet: boolean;
}

/** Whether a change is one of roles or bindings. */
export function isOfRbac(change: Change): boolean {
  const kind = kindOfChange(change);
  return RBAC_KINDS.some((one) => one === kind);
}

function kindOfChange(change: Change): Kind | undefined {
  if (change.type === 'upsert') return change.object.kind;
  return change.type === 'remove' ? change.kind : undefined;
}

/**
 * What the changes of roles and bindings take, each need once.
 *
 * @param view the state before the changes
 * @param user undefined where nobody knows who applies them: nothing is met then
 */
export function writeNeeds(
  view: ClusterView,
  changes: readonly Change[],
  user: RbacUser | undefined,
): readonly WriteNeed[] {
  const policy = withNewRoles(view, changes);
  const needs = changes.flatMap((change): readonly WriteNeed[] => {
    if (change.type === 'remove' && isOfRbac(change)) return [writeNeed(view, 'delete', change, user)];
    if (change.type !== 'upsert' || !isOfRbac(change)) return [];
    const object = change.object as BindingObject | RoleObject;
    const there = view.get(object.kind, object.namespace, object.name);
    const verb = there === undefined ? 'create' : 'patch';
    return [writeNeed(view, verb, object, user), ...guardNeed(policy, object, there, user)];
  });
  return [...new Map(needs.map((need) => [need.text, need])).values()];
}

interface Written {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

function writeNeed(
  view: ClusterView,
  verb: 'create' | 'patch' | 'delete',
  { kind, namespace, name }: Written,
  user: RbacUser | undefined,
): WriteNeed {
  const { group, resource } = kindInfo(kind);
  const request = { type: 'resource', verb, group, resource, subresource: '', namespace } as const;
  // The path of a create carries no name.
  const named = { ...request, name: verb === 'create' ? '' : name };
  const where = namespace === '' ? '' : ` in namespace ${namespace}`;
  return {
    text: `${verb} ${resource}${verb === 'create' ? '' : ` ${name}`}${where}`,
    isMet: user !== undefined && authorize(rbacPolicy(view), user, named).allowed,
  };
}

/** The policy with the roles that the changes make: bindings to them come after. */
function withNewRoles(view: ClusterView, changes: readonly Change[]): RbacPolicy {
  const policy = rbacPolicy(view);
  const made = new Map(
    changes.flatMap((change) => {
      if (change.type !== 'upsert' || !('rules' in change.object)) return [];
      const { kind, namespace, name, rules } = change.object;
      return view.get(kind, namespace, name) === undefined ? [[`${kind}/${namespace}/${name}`, rules] as const] : [];
    }),
  );
  return {
    ...policy,
    rulesOf: (kind, namespace, name) => {
      const rules = made.get(`${kind}/${namespace}/${name}`);
      return rules === undefined ? policy.rulesOf(kind, namespace, name) : { status: 'found', rules };
    },
  };
}

function guardNeed(
  policy: RbacPolicy,
  object: BindingObject | RoleObject,
  there: BindingObject | RoleObject | undefined,
  user: RbacUser | undefined,
): readonly WriteNeed[] {
  if ('roleRef' in object) {
    const { kind, name } = object.roleRef;
    const isMet = user !== undefined && refuseBinding(policy, user, object) === undefined;
    return [{ text: `bind ${kind} ${name} (or to hold all that it gives)`, isMet }];
  }
  const { kind, namespace, name, rules, aggregation } = object;
  if (there !== undefined && 'rules' in there && deepEqual(there.rules, rules)) return [];
  const role = { kind, namespace, name: there === undefined ? '' : name, rules, isAggregated: aggregation !== null };
  const isMet = user !== undefined && refuseRole(policy, user, role) === undefined;
  return [{ text: `escalate ${kind} ${name} (or to hold all that it then gives)`, isMet }];
}
