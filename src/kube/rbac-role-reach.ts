import type { PolicyRule } from '../model/objects.ts';
import { mayBeUnnamed, neverNamed } from './rbac-inert.ts';
import { PERMISSIONS, type Need, type Permission } from './rbac-permissions.ts';
import { resourceMatches } from './rbac-rule.ts';

/** A dangerous permission that a role holds, and through which of its rules. */
export interface HeldPermission {
  readonly permission: Permission;
  /** Positions of the rules that give it. */
  readonly rules: readonly number[];
  /** The names that it is limited to; null where some rule gives it for every name. */
  readonly names: readonly string[] | null;
}

/** What a role gives, wherever it is bound. */
export interface RoleReach {
  /** The rule that gives every verb on every resource; -1 where none does. */
  readonly everything: number;
  readonly held: readonly HeldPermission[];
  /** Rules with a star in verbs, groups or resources. */
  readonly wildcards: readonly number[];
}

/** Rules arrays are shared between equal roles and never change, so that each is analysed once. */
const ANALYSED = {
  wide: new WeakMap<readonly PolicyRule[], RoleReach>(),
  narrow: new WeakMap<readonly PolicyRule[], RoleReach>(),
} as const;

/** Resources without a namespace that permissions name beside namespaced ones: a RoleBinding does not reach them. */
const CLUSTER_ONLY: ReadonlySet<string> = new Set([
  'clusterroles',
  'clusterrolebindings',
  'certificatesigningrequests',
  'clustertrustbundles',
  'ingressclasses',
  'nodes',
  'gatewayclasses',
  'clusterissuers',
  'objects',
  'clusterpolicies',
  'clusterexternalsecrets',
  'clusterworkflowtemplates',
  'compositions',
  'users',
  'groups',
]);

/**
 * The dangerous permissions of a role.
 *
 * @param isClusterWide bound by a ClusterRoleBinding; a RoleBinding gives nothing that has no namespace
 */
export function roleReach(rules: readonly PolicyRule[], isClusterWide: boolean): RoleReach {
  const analysed = isClusterWide ? ANALYSED.wide : ANALYSED.narrow;
  let found = analysed.get(rules);
  if (found === undefined) analysed.set(rules, (found = reachOf(rules, isClusterWide)));
  return found;
}

function reachOf(rules: readonly PolicyRule[], isClusterWide: boolean): RoleReach {
  return {
    everything: rules.findIndex(isEverything),
    held: permissionsIn(rules).flatMap((permission) => hold(rules, permission, isClusterWide) ?? []),
    wildcards: rules.flatMap((rule, at) => (hasStar(rule) ? [at] : [])),
  };
}

/** The permissions about API groups that some rules name: most roles name few. */
function permissionsIn(rules: readonly PolicyRule[]): readonly Permission[] {
  const named = new Set(rules.flatMap((rule) => rule.apiGroups ?? []));
  if (named.has('*')) return PERMISSIONS;
  return PERMISSIONS.filter(({ groups }) => groups.some((group) => named.has(group)));
}

/** How some rules give a permission; undefined where they do not. */
export function hold(
  rules: readonly PolicyRule[],
  permission: Permission,
  isClusterWide: boolean,
): HeldPermission | undefined {
  if (!isClusterWide && (permission.clusterScoped === true || permission.wideOnly === true)) return undefined;
  // Most rules give most permissions not at all.
  if (!rules.some((rule) => isMatching(rule, permission, isClusterWide))) return undefined;
  const positions: number[] = [];
  const names: string[] = [];
  let isNamed = true;
  for (const [at, rule] of rules.entries()) {
    const match = matchOf(rule, permission, isClusterWide);
    if (match === 'none') continue;
    if (match === 'named') {
      const ruleNames = (rule.resourceNames ?? []).filter((name) => name !== '');
      const counted =
        permission.names === undefined ? ruleNames : ruleNames.filter((name) => permission.names?.includes(name));
      if (counted.length === 0) continue;
      names.push(...counted);
    } else {
      isNamed = false;
    }
    positions.push(at);
  }
  if (positions.length === 0 || (isNamed && permission.named === 'narrow')) return undefined;
  return { permission, rules: positions, names: isNamed ? [...new Set(names)] : null };
}

type Wanted = Pick<Permission, 'verbs' | 'groups' | 'resources'>;

/** Whether a rule gives one of these verbs on one of the resources, for every name or for some. */
function isMatching(rule: PolicyRule, wanted: Wanted, isClusterWide: boolean): boolean {
  return matchOf(rule, wanted, isClusterWide) !== 'none';
}

/**
 * The same, and whether for all that there is: without names, or by the empty name, which requests for a collection and
 * those that create have (pkg/apis/rbac/v1 evaluation_helpers.go `ResourceNameMatches`).
 */
function matchOf(rule: PolicyRule, wanted: Wanted, isClusterWide: boolean): 'none' | 'named' | 'whole' {
  const { apiGroups: groups, verbs, resources = NONE, resourceNames: names = NONE } = rule;
  if (groups === undefined) return 'none';
  if (!groups.includes('*') && !wanted.groups.some((group) => groups.includes(group))) return 'none';
  const isAnyVerb = verbs.includes('*');
  let found: 'none' | 'named' = 'none';
  for (const full of wanted.resources) {
    const slash = full.indexOf('/');
    const resource = slash < 0 ? full : full.slice(0, slash);
    const subresource = slash < 0 ? '' : full.slice(slash + 1);
    // Most rules are of other resources, whatever their verbs are.
    if (!isOfResource(resources, resource, subresource)) continue;
    for (const verb of wanted.verbs) {
      if (!isAnyVerb && !verbs.includes(verb)) continue;
      if (!isClusterWide && verb !== 'bind' && CLUSTER_ONLY.has(resource)) continue;
      if (names.length === 0 || (names.includes('') && mayBeUnnamed(verb, subresource))) return 'whole';
      if (!neverNamed(verb, subresource)) found = 'named';
    }
  }
  return found;
}

const NONE: readonly string[] = [];

/** Without a function for each of the forty thousand times that this is asked of a cluster's roles. */
function isOfResource(inRule: readonly string[], resource: string, subresource: string): boolean {
  for (const one of inRule) {
    if (subresource === '*' ? anySubresource(one, resource) : resourceMatches(one, resource, subresource)) return true;
  }
  return false;
}

/** Whether a rule's resource is one subresource of this resource, or several. */
function anySubresource(inRule: string, resource: string): boolean {
  return inRule === '*' || inRule.startsWith('*/') || (inRule.startsWith(`${resource}/`) && !inRule.endsWith('/*'));
}

/** Whether one of these rules meets a condition, for every name or for some: whoever needs it chooses the name. */
export function meetsNeed(rules: readonly PolicyRule[], need: Need, isClusterWide: boolean): boolean {
  if ('fact' in need) return false;
  const met = isClusterWide ? MET.wide : MET.narrow;
  let ofRules = met.get(rules);
  if (ofRules === undefined) met.set(rules, (ofRules = new WeakMap()));
  let isMet = ofRules.get(need);
  if (isMet === undefined) {
    isMet =
      'verbPrefix' in need
        ? rules.some((rule) => rule.verbs.some((verb) => verb === '*' || verb.startsWith(need.verbPrefix)))
        : rules.some((rule) => isMatching(rule, need, isClusterWide));
    ofRules.set(need, isMet);
  }
  return isMet;
}

/** A few dozen needs are held against the same few roles for each binding. */
const MET = {
  wide: new WeakMap<readonly PolicyRule[], WeakMap<Need, boolean>>(),
  narrow: new WeakMap<readonly PolicyRule[], WeakMap<Need, boolean>>(),
} as const;

function isEverything(rule: PolicyRule): boolean {
  return (
    rule.verbs.includes('*') &&
    rule.apiGroups?.includes('*') === true &&
    rule.resources?.includes('*') === true &&
    (rule.resourceNames ?? []).length === 0
  );
}

function hasStar(rule: PolicyRule): boolean {
  const isForPaths = (rule.resources ?? []).length === 0;
  if (isForPaths) return false;
  return (
    rule.verbs.includes('*') ||
    (rule.apiGroups ?? []).includes('*') ||
    (rule.resources ?? []).some((resource) => resource === '*' || resource.startsWith('*/'))
  );
}
