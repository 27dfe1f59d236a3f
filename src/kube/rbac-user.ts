/**
 * Who a request comes from, and the groups that the API server gives by itself.
 * Source: k8s.io/apiserver pkg/authentication/serviceaccount/util.go, authentication/group/authenticated_group_adder.go.
 */
import type { Subject } from '../model/objects.ts';

/** A user as authorizers see it. */
export interface RbacUser {
  readonly name: string;
  readonly groups: readonly string[];
}

export const SYSTEM_MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const ANONYMOUS = 'system:anonymous';
export const ALL_SERVICE_ACCOUNTS = 'system:serviceaccounts';

/** What the user names of service accounts begin with. */
export const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';
const NODE_PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';

/** The user name of a service account's tokens. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`;
}

/** The groups of a service account: all accounts, those of its namespace, all who are authenticated. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return [ALL_SERVICE_ACCOUNTS, `${ALL_SERVICE_ACCOUNTS}:${namespace}`, AUTHENTICATED];
}

/** The namespace whose accounts a group stands for; undefined for other groups. */
export function namespaceOfAccounts(group: string): string | undefined {
  const prefix = `${ALL_SERVICE_ACCOUNTS}:`;
  return group.startsWith(prefix) && group.length > prefix.length ? group.slice(prefix.length) : undefined;
}

/** The service account as the API server sees its requests. */
export function serviceAccountIdentity(namespace: string, name: string): RbacUser {
  return { name: serviceAccountUser(namespace, name), groups: serviceAccountGroups(namespace) };
}

/** Namespace and name of the service account that a user name belongs to; undefined for other users. */
export function parseServiceAccountUser(
  user: string,
): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT_PREFIX)) return undefined;
  const [namespace, name, ...rest] = user.slice(SERVICE_ACCOUNT_PREFIX.length).split(':');
  if (namespace === undefined || name === undefined || namespace === '' || name === '' || rest.length > 0) {
    return undefined;
  }
  return { namespace, name };
}

/** The node name of a kubelet's identity; undefined for everybody else (pkg/auth/nodeidentifier/default.go). */
export function nodeNameOf(user: RbacUser): string | undefined {
  if (!user.name.startsWith(NODE_PREFIX) || !user.groups.includes(NODES_GROUP)) return undefined;
  return user.name.slice(NODE_PREFIX.length);
}

/**
 * A subject as one text that is equal for subjects that stand for the same user or group: `u:NAME` or `g:NAME`. A
 * service account is its user. undefined for a subject that matches nobody (an unknown kind, or a service account of
 * a ClusterRoleBinding without a namespace).
 *
 * @param bindingNamespace of a RoleBinding; '' for a ClusterRoleBinding
 */
export function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  switch (subject.kind) {
    case 'User':
      return `u:${subject.name}`;
    case 'Group':
      return `g:${subject.name}`;
    case 'ServiceAccount': {
      const namespace = serviceAccountNamespace(subject, bindingNamespace);
      return namespace === '' ? undefined : `u:${serviceAccountUser(namespace, subject.name)}`;
    }
    default:
      return undefined;
  }
}

/**
 * A subject with the groups that everybody like it is in; the groups of a person are not known.
 *
 * @param bindingNamespace of a RoleBinding; '' for a ClusterRoleBinding
 * @returns undefined for a subject that matches nobody
 */
export function subjectIdentity(subject: Subject, bindingNamespace: string): RbacUser | undefined {
  switch (subject.kind) {
    case 'User': {
      if (subject.name === ANONYMOUS) return { name: subject.name, groups: [UNAUTHENTICATED] };
      const account = parseServiceAccountUser(subject.name);
      if (account !== undefined) return serviceAccountIdentity(account.namespace, account.name);
      return { name: subject.name, groups: [AUTHENTICATED] };
    }
    case 'Group':
      return { name: '', groups: groupsWith(subject.name) };
    case 'ServiceAccount': {
      const namespace = serviceAccountNamespace(subject, bindingNamespace);
      return namespace === '' ? undefined : serviceAccountIdentity(namespace, subject.name);
    }
    default:
      return undefined;
  }
}

/** A group, and those that each of its members is in too. */
function groupsWith(group: string): readonly string[] {
  if (group === UNAUTHENTICATED) return [group];
  const isOfAccounts = group.startsWith(`${ALL_SERVICE_ACCOUNTS}:`);
  return [...new Set([group, ...(isOfAccounts ? [ALL_SERVICE_ACCOUNTS] : []), AUTHENTICATED])];
}

/** The keys under which a user's bindings are found: its own and those of its groups. */
export function userKeys(user: RbacUser): readonly string[] {
  return [`u:${user.name}`, ...new Set(user.groups.map((group) => `g:${group}`))];
}

/** Whether a subject of a binding stands for the user (pkg/registry/rbac/validation/rule.go appliesToUser). */
export function appliesTo(subject: Subject, bindingNamespace: string, user: RbacUser): boolean {
  switch (subject.kind) {
    case 'User':
      return user.name === subject.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount': {
      const namespace = serviceAccountNamespace(subject, bindingNamespace);
      return namespace !== '' && user.name === serviceAccountUser(namespace, subject.name);
    }
    default:
      return false;
  }
}

/** The namespace of a ServiceAccount subject: its own, else the RoleBinding's. */
export function serviceAccountNamespace(subject: Subject, bindingNamespace: string): string {
  return subject.namespace === undefined || subject.namespace === '' ? bindingNamespace : subject.namespace;
}
