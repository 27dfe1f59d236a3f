import type { KubeObject } from '../kube-object.ts';
import { metaOf } from './metadata.ts';

/** One rule of a role. */
interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface WrittenRole {
  readonly name: string;
  readonly namespace: string;
  /** The roles that it is aggregated into. */
  readonly into: readonly string[];
  /** The aggregation labels that it collects. */
  readonly collects: readonly string[];
  readonly rules: PolicyRule[];
}

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

/**
 * Reads roles written one rule a line:
 *
 *     [namespace/]name [> role,… that it is aggregated into] [< aggregates that it collects]
 *       verbs groups resources [names]          the core group is written `core`
 *       verbs url paths
 */
function parseRoles(text: string): WrittenRole[] {
  const roles: WrittenRole[] = [];
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const words = line.trim().split(' ');
    if (!line.startsWith(' ')) {
      const [head = ''] = words;
      const slash = head.indexOf('/');
      const after = (mark: string): string[] => {
        const index = words.indexOf(mark);
        return index < 0 ? [] : (words[index + 1] ?? '').split(',');
      };
      roles.push({
        name: head.slice(slash + 1),
        namespace: slash < 0 ? '' : head.slice(0, slash),
        into: after('>'),
        collects: after('<'),
        rules: [],
      });
      continue;
    }
    roles.at(-1)?.rules.push(parseRule(words));
  }
  return roles;
}

function parseRule([verbs = '', groups = '', resources = '', names]: readonly string[]): PolicyRule {
  if (groups === 'url') return { verbs: verbs.split(','), nonResourceURLs: resources.split(',') };
  return {
    verbs: verbs.split(','),
    apiGroups: groups.split(',').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(','),
    ...(names === undefined ? {} : { resourceNames: names.split(',') }),
  };
}

/** How roles get their labels and age. */
export interface RoleOrigin {
  readonly createdAt: string;
  /** Made by the API server itself. */
  readonly bootstrap: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The Role and ClusterRole objects of a text in the notation above; aggregated ones are filled by `aggregateRoles`. */
export function rolesFrom(text: string, origin: RoleOrigin): KubeObject[] {
  return parseRoles(text).map((role) => {
    const kind = role.namespace === '' ? 'ClusterRole' : 'Role';
    const aggregates = Object.fromEntries(role.into.map((target) => [AGGREGATE + target, 'true']));
    const labels = {
      ...(origin.bootstrap ? { 'kubernetes.io/bootstrapping': 'rbac-defaults' } : {}),
      ...origin.labels,
      ...aggregates,
    };
    const selectors = role.collects.map((target) => ({ matchLabels: { [AGGREGATE + target]: 'true' } }));
    return {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: metaOf(kind, role.namespace, role.name, origin.createdAt, {
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        ...(origin.bootstrap ? { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' } } : {}),
      }),
      ...(selectors.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors: selectors } }),
      rules: role.rules,
    };
  });
}

/** Fills the rules of aggregated ClusterRoles from the labels, as the clusterrole-aggregation controller does. */
export function aggregateRoles(roles: readonly KubeObject[]): KubeObject[] {
  let current = [...roles];
  // Three rounds: admin collects edit, which collects view, which collects its own parts.
  for (let round = 0; round < 3; round += 1) {
    const before = current;
    current = before.map((role) => {
      const wanted = collectedLabels(role);
      if (wanted.length === 0) return role;
      const sources = before.filter((one) => wanted.some((label) => one.metadata.labels?.[label] === 'true'));
      const texts = new Set(sources.flatMap((one) => rulesOf(one).map((rule) => JSON.stringify(rule))));
      return { ...role, rules: [...texts].map((text): PolicyRule => JSON.parse(text)) };
    });
  }
  return current;
}

function rulesOf(role: KubeObject): readonly unknown[] {
  return Array.isArray(role['rules']) ? role['rules'] : [];
}

function collectedLabels(role: KubeObject): string[] {
  const text = JSON.stringify(role['aggregationRule'] ?? {});
  return [...text.matchAll(/"(rbac\.authorization\.k8s\.io\/aggregate-to-[^"]+)"/g)].map((match) => match[1] ?? '');
}
