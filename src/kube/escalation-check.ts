/**
 * The API server's guard against giving away more than one has.
 * Source: k8s.io/component-helpers auth/rbac/validation/policy_comparator.go (Covers), pkg/registry/rbac/
 * escalation_check.go, clusterrole and clusterrolebinding policybased/storage.go, apis/rbac/v1 CompactString.
 */
import type { BindingObject, PolicyRule } from '../model/objects.ts';
import { authorize, rulesOfBinding, visitRules, type RbacPolicy } from './authorizer.ts';
import { goQuote } from './go-quote.ts';
import { urlCovers } from './rbac-rule.ts';
import { SYSTEM_MASTERS, type RbacUser } from './rbac-user.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** What setting an aggregationRule demands: everything. */
const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The rules, broken down to one verb, group, resource and name (or path) each, that `owner` does not cover. */
export function uncovered(owner: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter((atom) => !owner.some((rule) => covers(rule, atom)));
}

/** Whether `owner` covers all that is wanted: `uncovered`, as far as the first that it does not. */
export function coversAll(owner: readonly PolicyRule[], wanted: readonly PolicyRule[]): boolean {
  return wanted.every((rule) => breakDown(rule).every((atom) => owner.some((one) => covers(one, atom))));
}

/** A rule as the equivalent list of rules with one verb, group, resource and name (or path) each. */
function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const names = rule.resourceNames ?? [];
  const atoms: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const atom = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (names.length === 0) atoms.push(atom);
        else for (const name of names) atoms.push({ ...atom, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) atoms.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return atoms;
}

function covers(owner: PolicyRule, atom: PolicyRule): boolean {
  return (
    hasAll(owner.verbs, atom.verbs, true) &&
    hasAll(owner.apiGroups ?? [], atom.apiGroups ?? [], true) &&
    (atom.resources ?? []).every((resource) => resourceCovered(owner.resources ?? [], resource)) &&
    (atom.nonResourceURLs ?? []).every((path) => (owner.nonResourceURLs ?? []).some((url) => urlCovers(url, path))) &&
    namesCover(owner.resourceNames ?? [], atom.resourceNames ?? [])
  );
}

/** `*` covers all, a resource itself, and `*\/sub` that subresource of any. */
function resourceCovered(owned: readonly string[], resource: string): boolean {
  if (owned.includes('*') || owned.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && owned.includes(`*/${resource.slice(slash + 1)}`);
}

/** A rule with names never covers one without. */
function namesCover(owned: readonly string[], wanted: readonly string[]): boolean {
  return owned.length === 0 || (wanted.length > 0 && hasAll(owned, wanted, false));
}

function hasAll(owned: readonly string[], wanted: readonly string[], hasStar: boolean): boolean {
  return (hasStar && owned.includes('*')) || wanted.every((one) => owned.includes(one));
}

/** Why the API server would refuse that the user writes something; undefined where it would not. */
export type Refusal = string | undefined;

/**
 * Whether the user may create or update this binding as far as the escalation guard goes (RBAC for the write itself is
 * another request).
 */
export function refuseBinding(policy: RbacPolicy, user: RbacUser, binding: BindingObject): Refusal {
  if (user.groups.includes(SYSTEM_MASTERS)) return undefined;
  const { kind, name } = binding.roleRef;
  const bind = authorize(policy, user, {
    type: 'resource',
    verb: 'bind',
    group: RBAC_GROUP,
    resource: kind === 'Role' ? 'roles' : 'clusterroles',
    subresource: '',
    namespace: binding.namespace,
    name,
  });
  if (bind.allowed) return undefined;
  const role = rulesOfBinding(policy, binding);
  if (role.status !== 'found') return role.status === 'missing' ? `${kind} ${goQuote(name)} not found` : role.reason;
  return refuseRules(policy, user, binding.namespace, role.rules);
}

/**
 * Whether the user may create or update this role as far as the escalation guard goes.
 *
 * @param role its `name` is that of the request: '' for a create, whose path carries none
 */
export function refuseRole(
  policy: RbacPolicy,
  user: RbacUser,
  role: {
    readonly kind: 'Role' | 'ClusterRole';
    readonly namespace: string;
    readonly name: string;
    readonly rules: readonly PolicyRule[];
    readonly isAggregated: boolean;
  },
): Refusal {
  if (user.groups.includes(SYSTEM_MASTERS)) return undefined;
  const escalate = authorize(policy, user, {
    type: 'resource',
    verb: 'escalate',
    group: RBAC_GROUP,
    resource: role.kind === 'Role' ? 'roles' : 'clusterroles',
    subresource: '',
    namespace: role.namespace,
    name: role.name,
  });
  if (escalate.allowed) return undefined;
  return (
    refuseRules(policy, user, role.namespace, role.rules) ??
    (role.isAggregated && refuseRules(policy, user, role.namespace, FULL_AUTHORITY) !== undefined
      ? 'must have cluster-admin privileges to use the aggregationRule'
      : undefined)
  );
}

function refuseRules(policy: RbacPolicy, user: RbacUser, namespace: string, wanted: readonly PolicyRule[]): Refusal {
  const owned: PolicyRule[] = [];
  for (const visit of visitRules(policy, user, namespace)) {
    if (visit.type === 'grant') owned.push(visit.grant.rule);
  }
  const missing = uncovered(owned, wanted);
  if (missing.length === 0) return undefined;
  const groups = `[${user.groups.map(goQuote).join(' ')}]`;
  const head = `user ${goQuote(user.name)} (groups=${groups}) is attempting to grant RBAC permissions not currently held`;
  return `${head}:\n${[...new Set(compactRules(missing).map(compactRule))].sort().join('\n')}`;
}

/** Atoms that differ only in their verb as one, verbs as they come (pkg/registry/rbac/validation/policy_compact.go). */
function compactRules(atoms: readonly PolicyRule[]): readonly PolicyRule[] {
  const found = new Map<string, PolicyRule>();
  for (const atom of atoms) {
    const { verbs, ...rest } = atom;
    const key = JSON.stringify(atom.nonResourceURLs === undefined ? rest : atom);
    const there = found.get(key);
    found.set(key, there === undefined ? atom : { ...rest, verbs: [...there.verbs, ...verbs] });
  }
  return [...found.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}` */
function compactRule(rule: PolicyRule): string {
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ['APIGroups', rule.apiGroups ?? []],
    ['Resources', rule.resources ?? []],
    ['NonResourceURLs', rule.nonResourceURLs ?? []],
    ['ResourceNames', rule.resourceNames ?? []],
    ['Verbs', rule.verbs],
  ];
  const parts = fields.filter(([, list]) => list.length > 0);
  return `{${parts.map(([name, list]) => `${name}:[${list.map(goQuote).join(' ')}]`).join(', ')}}`;
}
