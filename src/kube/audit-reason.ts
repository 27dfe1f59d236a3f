import { exactText } from './exact-text.ts';
import { goUnquote } from './go-quote.ts';

/** The grant that an event's `authorization.k8s.io/reason` names. Names stand before their namespace. */
export interface GrantReason {
  readonly bindingKind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly namespace: string;
  readonly binding: string;
  readonly roleKind: 'Role' | 'ClusterRole';
  readonly role: string;
  readonly subjectKind: 'User' | 'Group' | 'ServiceAccount';
  /** A user, a group, or `name/namespace` of a service account. */
  readonly subject: string;
}

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const GRANT = new RegExp(
  `^RBAC: allowed by (RoleBinding|ClusterRoleBinding) ${QUOTED} of (Role|ClusterRole) ${QUOTED} to (User|Group|ServiceAccount) ${QUOTED}`,
);

/**
 * Reads the words of the RBAC authorizer (pkg/registry/rbac/validation/rule.go): the first grant that it found,
 * ClusterRoleBindings before RoleBindings.
 *
 * @returns null where RBAC did not allow the request: another authorizer did (an empty reason), or none
 */
export function parseGrantReason(reason: string): GrantReason | null {
  const match = GRANT.exec(reason);
  if (match === null) return null;
  const [, kind = '', named = '', roleKind = '', role = '', subjectKind = '', subject = ''] = match;
  const bindingKind = kind as GrantReason['bindingKind'];
  const name = unquote(named);
  const slash = bindingKind === 'RoleBinding' ? name.lastIndexOf('/') : -1;
  return {
    bindingKind,
    namespace: slash < 0 ? '' : name.slice(slash + 1),
    binding: slash < 0 ? name : name.slice(0, slash),
    roleKind: roleKind as GrantReason['roleKind'],
    role: unquote(role),
    subjectKind: subjectKind as GrantReason['subjectKind'],
    subject: unquote(subject),
  };
}

/** A name from its form in Go's `%q`. */
function unquote(text: string): string {
  return exactText(goUnquote(text));
}
