/**
 * Rules that no request can match. create (of a whole object) and deletecollection carry no name; `pods/*` is no
 * wildcard; a RoleBinding gives neither paths nor what has no namespace, but for the Namespace object of its own and the
 * right to bind ClusterRoles.
 * Sources: k8s.io/apiserver pkg/endpoints/request/requestinfo.go; pkg/apis/rbac/v1 evaluation_helpers.go.
 */
import type { PolicyRule } from '../model/objects.ts';
import { isClusterScoped } from './rbac-resource.ts';

/** Requests of these verbs carry no name, so that a rule allows them without names, or with the empty one. */
export function neverNamed(verb: string, subresource: string): boolean {
  return verb === 'deletecollection' || (verb === 'create' && subresource === '');
}

/** Requests that may carry no name: a rule that lists the empty name allows them as one without names does. */
export function mayBeUnnamed(verb: string, subresource: string): boolean {
  return neverNamed(verb, subresource) || (subresource === '' && (verb === 'list' || verb === 'watch'));
}

/**
 * Whether some request can match a rule of one verb, group, resource and name (or path).
 *
 * @param scope where it is bound
 */
export function canMatch(atom: PolicyRule, scope: 'cluster' | 'namespace'): boolean {
  if (atom.nonResourceURLs !== undefined) return scope === 'cluster';
  const [verb = '', full = '', group = ''] = [atom.verbs[0], atom.resources?.[0], atom.apiGroups?.[0]];
  const [resource = '', subresource = ''] = full.split('/');
  if (subresource === '*') return false;
  const [name] = atom.resourceNames ?? [];
  if (name === '' && verb !== '*' && resource !== '*' && !mayBeUnnamed(verb, subresource)) return false;
  if (name !== undefined && name !== '' && resource !== '*' && neverNamed(verb, subresource)) return false;
  // Whether a RoleBinding may name a ClusterRole is asked in its namespace (pkg/registry/rbac/escalation_check.go).
  if (resource === 'clusterroles' && (verb === 'bind' || verb === '*')) return true;
  return scope === 'cluster' || resource === 'namespaces' || !isClusterScoped(resource, group);
}
