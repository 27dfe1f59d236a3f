/**
 * The words of the API server about a decision.
 * Source: pkg/registry/rbac/validation/rule.go (describers), plugin/pkg/auth/authorizer/rbac/rbac.go (Authorize),
 * apimachinery pkg/util/errors/errors.go (aggregate), Go strconv.Quote.
 */
import type { BindingObject, Subject } from '../model/objects.ts';

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** A text as Go's `%q` writes it. */
export function goQuote(text: string): string {
  if (/^[\w\-.:/@ ]*$/.test(text)) return `"${text}"`;
  return `"${Array.from(text, quoteCharacter).join('')}"`;
}

function quoteCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  if (PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  // A lone surrogate is no text: Go replaces it before anything is quoted.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

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
