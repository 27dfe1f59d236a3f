/**
 * The words of the API server about a decision.
 * Source: pkg/registry/rbac/validation/rule.go (describers), plugin/pkg/auth/authorizer/rbac/rbac.go (Authorize),
 * apimachinery pkg/util/errors/errors.go (aggregate).
 */
import type { BindingObject, Subject } from '../model/objects.ts';
import { goQuote } from './go-quote.ts';

/** `ClusterRoleBinding "x" of ClusterRole "y" to User "z"`; names of namespaced things are `name/namespace`. */
export function describeGrant(binding: BindingObject, subject: Subject): string {
  const name = binding.kind === 'RoleBinding' ? `${binding.name}/${binding.namespace}` : binding.name;
  const { kind: roleKind, name: role } = binding.roleRef;
  const to = describeSubject(subject, binding.namespace);
  return `${binding.kind} ${goQuote(name)} of ${roleKind} ${goQuote(role)} to ${to}`;
}

function describeSubject(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${goQuote(subject.name)}`;
  const namespace = subject.namespace === undefined || subject.namespace === '' ? bindingNamespace : subject.namespace;
  return `ServiceAccount ${goQuote(`${subject.name}/${namespace}`)}`;
}

/** Several errors as one text: one as it is, equal ones once, several in brackets. */
export function aggregateErrors(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

/** The error of a role that is not there, as client-go's lister words it. */
export function roleNotFound(kind: 'Role' | 'ClusterRole', name: string): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(name)} not found`;
}
