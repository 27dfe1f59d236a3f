/**
 * SubjectAccessReviews: what a server would refuse, and what the others ask.
 * Source: pkg/apis/authorization/validation/validation.go, pkg/registry/authorization/util/helpers.go.
 */
import type { RequestAttributes } from './rbac-rule.ts';
import type { RbacUser } from './rbac-user.ts';
import { sanitise } from './sanitise.ts';

export type ParsedReview =
  | { readonly ok: true; readonly user: RbacUser; readonly request: RequestAttributes }
  | { readonly ok: false; readonly error: string };

type Fields = Readonly<Record<string, unknown>>;

class Refused extends Error {}

/** Reads a SubjectAccessReview (or LocalSubjectAccessReview) of authorization.k8s.io/v1. */
export function parseAccessReview(object: unknown): ParsedReview {
  try {
    return { ok: true, ...parse(object) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.message };
    throw error;
  }
}

function parse(object: unknown): { user: RbacUser; request: RequestAttributes } {
  const review = fields(object, 'the review');
  const kind = review['kind'];
  if (review['apiVersion'] !== 'authorization.k8s.io/v1' || !isReviewKind(kind)) {
    throw new Refused('not an authorization.k8s.io/v1 SubjectAccessReview');
  }
  const metadata = optionalFields(review['metadata'], 'metadata') ?? {};
  const isLocal = kind === 'LocalSubjectAccessReview';
  const allowed = isLocal ? ['managedFields', 'namespace'] : ['managedFields'];
  if (Object.entries(metadata).some(([name, value]) => !allowed.includes(name) && !isEmpty(value))) {
    throw new Refused(`metadata: must be empty${isLocal ? ' except for namespace' : ''}`);
  }
  const spec = optionalFields(review['spec'], 'spec') ?? {};
  const resource = optionalFields(spec['resourceAttributes'], 'spec.resourceAttributes');
  const path = optionalFields(spec['nonResourceAttributes'], 'spec.nonResourceAttributes');
  const user = userOf(spec, resource, path);
  if (isLocal) checkLocal(metadata, resource, path);
  if (path !== undefined) return { user, request: pathRequest(path) };
  return { user, request: resourceRequest(resource ?? {}) };
}

function isReviewKind(kind: unknown): boolean {
  return kind === 'SubjectAccessReview' || kind === 'LocalSubjectAccessReview';
}

function userOf(spec: Fields, resource: Fields | undefined, path: Fields | undefined): RbacUser {
  if (resource !== undefined && path !== undefined) {
    throw new Refused('spec.nonResourceAttributes: cannot be specified in combination with resourceAttributes');
  }
  if (resource === undefined && path === undefined) {
    throw new Refused(
      'spec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  const name = text(spec, 'user', 'spec');
  const groups = texts(spec['groups'], 'spec.groups');
  if (name === '' && groups.length === 0)
    throw new Refused('spec.user: at least one of user or group must be specified');
  return { name, groups };
}

function checkLocal(metadata: Fields, resource: Fields | undefined, path: Fields | undefined): void {
  if (path !== undefined) throw new Refused('spec.nonResourceAttributes: disallowed on this kind of request');
  const namespace = text(metadata, 'namespace', 'metadata');
  if (resource !== undefined && text(resource, 'namespace', 'spec.resourceAttributes') !== namespace) {
    throw new Refused('spec.resourceAttributes.namespace: must match metadata.namespace');
  }
}

function pathRequest(path: Fields): RequestAttributes {
  const at = 'spec.nonResourceAttributes';
  return { type: 'path', verb: text(path, 'verb', at), path: text(path, 'path', at) };
}

function resourceRequest(resource: Fields): RequestAttributes {
  const at = 'spec.resourceAttributes';
  checkSelector(resource['fieldSelector'], `${at}.fieldSelector`);
  checkSelector(resource['labelSelector'], `${at}.labelSelector`);
  return {
    type: 'resource',
    verb: text(resource, 'verb', at),
    group: text(resource, 'group', at),
    resource: text(resource, 'resource', at),
    subresource: text(resource, 'subresource', at),
    namespace: text(resource, 'namespace', at),
    name: text(resource, 'name', at),
  };
}

/** RBAC ignores selectors, but a server refuses malformed ones (KEP-4601). */
function checkSelector(value: unknown, at: string): void {
  const selector = optionalFields(value, at);
  if (selector === undefined) return;
  const raw = text(selector, 'rawSelector', at);
  const requirements = selector['requirements'];
  if (requirements !== undefined && requirements !== null && !Array.isArray(requirements)) {
    throw new Refused(`${at}.requirements: must be a list`);
  }
  const count = Array.isArray(requirements) ? requirements.length : 0;
  if (raw !== '' && count > 0) {
    throw new Refused(`${at}.rawSelector: may not specified at the same time as requirements`);
  }
  if (raw === '' && count === 0) {
    throw new Refused(`${at}.requirements: when ${at} is specified, requirements or rawSelector is required`);
  }
  for (const [index, one] of (Array.isArray(requirements) ? requirements : []).entries()) {
    checkRequirement(one, `${at}.requirements[${index}]`);
  }
}

function checkRequirement(value: unknown, at: string): void {
  const requirement = fields(value, at);
  if (text(requirement, 'key', at) === '') throw new Refused(`${at}.key: must be specified`);
  const values = texts(requirement['values'], `${at}.values`);
  const operator = text(requirement, 'operator', at);
  if (operator === '') throw new Refused(`${at}.operator: must be specified`);
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    throw new Refused(`${at}.values: must be specified when \`operator\` is 'In' or 'NotIn'`);
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    throw new Refused(`${at}.values: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`);
  }
}

function fields(value: unknown, at: string): Fields {
  const found = optionalFields(value, at);
  if (found === undefined) throw new Refused(`${at}: must be an object`);
  return found;
}

function optionalFields(value: unknown, at: string): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Refused(`${at}: must be an object`);
  return value as Fields;
}

function text(from: Fields, name: string, at: string): string {
  const value = from[name];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Refused(`${at}.${name}: must be a string`);
  // Names in the store are sanitised, so what is compared with them is too.
  return sanitise(value);
}

function texts(value: unknown, at: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
    throw new Refused(`${at}: must be a list of strings`);
  }
  return (value as readonly string[]).map((one) => sanitise(one));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
