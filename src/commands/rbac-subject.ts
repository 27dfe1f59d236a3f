import { ANONYMOUS, AUTHENTICATED, serviceAccountIdentity, type RbacUser } from '../kube/rbac-user.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { knownGroups } from '../analyses/rbac/user-groups.ts';
import { UNAUTHENTICATED_USER } from '../analyses/rbac/unauthenticated.ts';
import { UsageError } from './command.ts';

/** A subject of a question, as the API server would see its requests. */
export interface AskedSubject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount' | 'Pod';
  readonly text: string;
  readonly user: RbacUser;
  /** What is not known of it; such notes make no hole. */
  readonly notes: readonly string[];
  /** Where a pod was asked for. */
  readonly pod?: { readonly namespace: string; readonly name: string };
}

/**
 * Reads `user:x`, `group:x`, `sa:ns/name`, `pod:ns/name`, or `unauthenticated` for requests without credentials.
 *
 * @param groups the groups of a user (`--as-group`); without any, those that the directory or the audit log tells
 * @throws UsageError for anything else, or a pod that is not there
 */
export function parseSubject(text: string, groups: readonly string[], view: ClusterView): AskedSubject {
  if (text === 'unauthenticated') return askedUser(ANONYMOUS, groups, view);
  const colon = text.indexOf(':');
  const [type, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 0 || name === '') throw wrongSubject(text);
  switch (type) {
    case 'user':
      return askedUser(name, groups, view);
    case 'group':
      return { kind: 'Group', text: `group ${name}`, user: { name: '', groups: [name] }, notes: [] };
    case 'sa':
    case 'serviceaccount': {
      const account = namespaced(name, text);
      return askedAccount(account.namespace, account.name, view);
    }
    case 'pod': {
      const pod = namespaced(name, text);
      const object = view.get('Pod', pod.namespace, pod.name);
      if (object === undefined) throw new UsageError(`pod ${name} is not there, or pods could not be read`);
      const account = askedAccount(pod.namespace, object.spec.serviceAccountName, view);
      return { ...account, kind: 'Pod', text: `pod ${name} (service account ${object.spec.serviceAccountName})`, pod };
    }
    default:
      throw wrongSubject(text);
  }
}

function askedUser(name: string, named: readonly string[], view: ClusterView): AskedSubject {
  if (name === ANONYMOUS) {
    return { kind: 'User', text: 'requests without credentials', user: UNAUTHENTICATED_USER, notes: [] };
  }
  const known = knownGroups(view, name);
  const groups = named.length > 0 ? named : known.groups;
  const note =
    known.from.length === 0
      ? `groups of ${name} unknown: group grants not counted (name them with --as-group or --directory)`
      : `groups of ${name} by ${known.from.join(' and ')}: ${groups.join(', ') || 'none'}`;
  return {
    kind: 'User',
    text: `user ${name}`,
    user: { name, groups: [...groups, AUTHENTICATED] },
    notes: named.length > 0 ? [] : [note],
  };
}

function askedAccount(namespace: string, name: string, view: ClusterView): AskedSubject {
  const isThere = view.get('ServiceAccount', namespace, name) !== undefined || name === 'default';
  const notes = isThere ? [] : [`service account ${namespace}/${name} is not there, or could not be read`];
  const user = serviceAccountIdentity(namespace, name);
  return { kind: 'ServiceAccount', text: `service account ${namespace}/${name}`, user, notes };
}

function namespaced(name: string, text: string): { readonly namespace: string; readonly name: string } {
  const [namespace, rest, ...more] = name.split('/');
  if (namespace === undefined || rest === undefined || namespace === '' || rest === '' || more.length > 0) {
    throw wrongSubject(text);
  }
  return { namespace, name: rest };
}

function wrongSubject(text: string): UsageError {
  return new UsageError(
    `"${text}" is no subject: user:NAME, group:NAME, sa:NAMESPACE/NAME, pod:NAMESPACE/NAME or unauthenticated`,
  );
}
