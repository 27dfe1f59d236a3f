import type { Subject } from '../model/objects.ts';
import {
  ALL_SERVICE_ACCOUNTS,
  ANONYMOUS,
  AUTHENTICATED,
  parseServiceAccountUser,
  SERVICE_ACCOUNT_PREFIX,
  subjectKey,
  SYSTEM_MASTERS,
  UNAUTHENTICATED,
} from './rbac-user.ts';

/** Groups that servers give out: as a user name they are nobody's. */
const GROUPS: ReadonlySet<string> = new Set([
  SYSTEM_MASTERS,
  AUTHENTICATED,
  UNAUTHENTICATED,
  ALL_SERVICE_ACCOUNTS,
  'system:nodes',
  'system:bootstrappers',
]);

/**
 * Why a subject matches nobody; undefined for one that may match somebody. Names that begin with `system:` are given
 * out by servers alone, so that of these the wrong kind is known.
 * Sources: pkg/registry/rbac/validation/rule.go appliesToUser; k8s.io/apiserver pkg/authentication/user/user.go.
 *
 * @param bindingNamespace of a RoleBinding; '' for a ClusterRoleBinding
 */
export function whyNobody(subject: Subject, bindingNamespace: string): string | undefined {
  const { kind, name } = subject;
  if (subjectKey(subject, bindingNamespace) === undefined) {
    return kind === 'ServiceAccount'
      ? 'In a ClusterRoleBinding a service account needs a namespace.'
      : 'A subject is a User, a Group or a ServiceAccount.';
  }
  if (kind === 'User') {
    if (GROUPS.has(name) || name.startsWith(`${ALL_SERVICE_ACCOUNTS}:`)) return 'That is the name of a group.';
    const isAccount = name.startsWith(SERVICE_ACCOUNT_PREFIX);
    return isAccount && parseServiceAccountUser(name) === undefined
      ? `A service account is the user ${SERVICE_ACCOUNT_PREFIX}NAMESPACE:NAME.`
      : undefined;
  }
  if (kind === 'Group' && (name === ANONYMOUS || name.startsWith(SERVICE_ACCOUNT_PREFIX))) {
    return name === ANONYMOUS ? 'That is the name of a user.' : 'That is a service account, not a group.';
  }
  return undefined;
}
