import { failure, qualified, type Status } from './status.ts';
import type { User } from './users.ts';

/** What a request wants to do, as the API server's authorizers see it. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for the cluster scope. */
  readonly namespace: string;
  readonly name: string;
  /** Set for requests that name no resource, such as `/metrics`. */
  readonly path?: string;
}

/** Decides about one request; pure, called for every request and every access review. */
export type Authorize = (user: User, attributes: Attributes) => boolean;

export const NO_RESOURCE: Attributes = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' };

const READ_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What everybody may ask, so that a client can find out what it may (ClusterRoles system:discovery, system:basic-user). */
function isOpenToAll(attributes: Attributes): boolean {
  if (attributes.path !== undefined) return attributes.path !== '/metrics';
  return attributes.verb === 'create' && /^selfsubject(access|rules)?reviews$/.test(attributes.resource);
}

/** Everybody may read everything, and impersonate; nobody may write. */
export function readEverything(_user: User, attributes: Attributes): boolean {
  return isOpenToAll(attributes) || READ_VERBS.has(attributes.verb) || attributes.verb === 'impersonate';
}

/** May read only inside the named namespaces: nothing at the cluster scope. */
export function readOnlyIn(...namespaces: readonly string[]): Authorize {
  return (_user, attributes) =>
    isOpenToAll(attributes) || (READ_VERBS.has(attributes.verb) && namespaces.includes(attributes.namespace));
}

/** May read everything except the named resources, such as `secrets` or `deployments.apps`. */
export function readAllExcept(...resources: readonly string[]): Authorize {
  return (user, attributes) => readEverything(user, attributes) && !resources.includes(qualified(attributes));
}

/** The 403 of a refused request, in the words of the API server (k8s.io/apiserver responsewriters/errors.go). */
export function forbidden(user: User, attributes: Attributes): Status {
  const who = `User "${user.name}" cannot`;
  if (attributes.path !== undefined) {
    return failure(403, 'Forbidden', `forbidden: ${who} ${attributes.verb} path "${attributes.path}"`, {});
  }
  const { group, resource, subresource, name, namespace, verb } = attributes;
  const subject = `${qualified(attributes)}${name === '' ? '' : ` "${name}"`}`;
  const target = subresource === '' ? resource : `${resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${subject} is forbidden: ${who} ${verb} resource "${target}" in API group "${group}" ${scope}`;
  return failure(403, 'Forbidden', message, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
