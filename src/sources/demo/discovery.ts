import type { ObjectStore } from './object-store.ts';
import type { ServedKind } from './served-kinds.ts';

const READ_VERBS = ['get', 'list', 'watch'] as const;

/** Resources that take POST only and keep nothing. */
const REVIEWS = [
  { group: 'authorization.k8s.io', kind: 'SelfSubjectAccessReview', resource: 'selfsubjectaccessreviews' },
  { group: 'authorization.k8s.io', kind: 'SelfSubjectRulesReview', resource: 'selfsubjectrulesreviews' },
  { group: 'authentication.k8s.io', kind: 'SelfSubjectReview', resource: 'selfsubjectreviews' },
] as const;

interface DiscoveredResource {
  readonly kind: ServedKind;
  readonly verbs: readonly string[];
}

interface DiscoveredGroup {
  readonly group: string;
  readonly versions: ReadonlyMap<string, readonly DiscoveredResource[]>;
}

function review(entry: (typeof REVIEWS)[number]): ServedKind {
  const { group, kind, resource } = entry;
  const rest = { shortNames: [], namespaced: false, custom: false, categories: [] };
  return { group, versions: ['v1'], kind, resource, singular: kind.toLowerCase(), ...rest };
}

function groupsOf(store: ObjectStore): DiscoveredGroup[] {
  const groups = new Map<string, Map<string, DiscoveredResource[]>>();
  const add = (kind: ServedKind, verbs: readonly string[]): void => {
    const versions = groups.get(kind.group) ?? new Map<string, DiscoveredResource[]>();
    groups.set(kind.group, versions);
    for (const version of kind.versions) versions.set(version, [...(versions.get(version) ?? []), { kind, verbs }]);
  };
  for (const kind of store.kinds()) add(kind, READ_VERBS);
  for (const entry of REVIEWS) add(review(entry), ['create']);
  return [...groups].map(([group, versions]) => ({ group, versions }));
}

/** The aggregated document of `/api` (core group) or `/apis` (all others). */
function aggregated(groups: readonly DiscoveredGroup[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: [...versions].map(([version, resources]) => ({
        version,
        resources: resources.map(({ kind, verbs }) => ({
          resource: kind.resource,
          // Empty group and version: those of the list it stands in.
          responseKind: { group: '', version: '', kind: kind.kind },
          scope: kind.namespaced ? 'Namespaced' : 'Cluster',
          singularResource: kind.singular,
          verbs,
          ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
          ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
        })),
        freshness: 'Current',
      })),
    })),
  };
}

function resourceList(group: string, version: string, resources: readonly DiscoveredResource[]): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.map(({ kind, verbs }) => ({
      name: kind.resource,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs,
      ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
      ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
    })),
  };
}

function apiGroup({ group, versions }: DiscoveredGroup): object {
  const names = [...versions.keys()].map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: names, preferredVersion: names[0] };
}

/**
 * The discovery document at a path.
 *
 * @param isAggregated whether the client asked for version 2 of aggregated discovery, which `/api` and `/apis` have
 * @returns undefined where the path names no group or version
 */
export function discoveryDocument(store: ObjectStore, pathname: string, isAggregated: boolean): object | undefined {
  const groups = groupsOf(store);
  const parts = pathname.split('/').filter(Boolean);
  const named = groups.filter(({ group }) => group !== '');
  if (parts[0] === 'api' && parts.length === 1) {
    if (isAggregated) return aggregated(groups.filter(({ group }) => group === ''));
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
    };
  }
  if (parts[0] === 'apis' && parts.length === 1) {
    if (isAggregated) return aggregated(named);
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(apiGroup) };
  }
  const [group, version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  const found = groups.find((one) => one.group === group);
  if (found === undefined) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(found) };
  const resources = found.versions.get(version);
  return resources === undefined ? undefined : resourceList(found.group, version, resources);
}
