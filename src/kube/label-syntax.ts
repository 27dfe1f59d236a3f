/**
 * Syntax of names and labels, as the API server checks it. Source: kubernetes/apimachinery
 * pkg/util/validation/validation.go (IsQualifiedName, IsValidLabelValue, IsDNS1123Label, IsDNS1123Subdomain) and
 * pkg/api/validation/path/name.go. Every function answers null for valid text, else what is wrong with it.
 */

const LABEL_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PORT_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

const LABEL_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** A label or annotation key: an optional DNS subdomain and `/`, then a name of at most 63 characters. */
export function labelKeyProblem(key: string): string | null {
  const parts = key.split('/');
  if (parts.length > 2) return 'must be a name with at most one prefix before a slash';
  const name = parts[parts.length - 1] ?? '';
  if (parts.length === 2) {
    const prefix = dnsSubdomainProblem(parts[0] ?? '');
    if (prefix !== null) return `prefix part ${prefix}`;
  }
  if (name === '') return 'name part must not be empty';
  if (name.length > MAX_LABEL) return `name part must be no more than ${MAX_LABEL} characters`;
  return LABEL_NAME.test(name) ? null : `name part ${LABEL_RULE}`;
}

/** A label value: empty, or at most 63 characters of the same alphabet as a label name. */
export function labelValueProblem(value: string): string | null {
  if (value.length > MAX_LABEL) return `must be no more than ${MAX_LABEL} characters`;
  return value === '' || LABEL_NAME.test(value) ? null : `${LABEL_RULE}, or be empty`;
}

/** A namespace, Service or port-like name: RFC 1123 label. */
export function dnsLabelProblem(name: string): string | null {
  if (name === '') return 'must not be empty';
  if (name.length > MAX_LABEL) return `must be no more than ${MAX_LABEL} characters`;
  return DNS_LABEL.test(name)
    ? null
    : "must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
}

/** The name of most objects: RFC 1123 subdomain. */
export function dnsSubdomainProblem(name: string): string | null {
  if (name === '') return 'must not be empty';
  if (name.length > MAX_SUBDOMAIN) return `must be no more than ${MAX_SUBDOMAIN} characters`;
  return DNS_SUBDOMAIN.test(name)
    ? null
    : "must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
}

/** The name of RBAC objects, which may hold nearly anything (`system:node`). */
export function pathSegmentProblem(name: string): string | null {
  if (name === '') return 'must not be empty';
  if (name === '.' || name === '..') return `may not be '${name}'`;
  if (name.includes('/')) return "may not contain '/'";
  return name.includes('%') ? "may not contain '%'" : null;
}

/** A port's name: at most 15 lower case alphanumerics and single inner hyphens, at least one letter. */
export function portNameProblem(name: string): string | null {
  if (name.length > 15) return 'must be no more than 15 characters';
  if (!/[a-z]/.test(name)) return 'must contain at least one letter';
  return PORT_NAME.test(name)
    ? null
    : "must contain only lower case alphanumeric characters and single '-' between them";
}
