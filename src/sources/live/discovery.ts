import { isStatus } from './api-error.ts';
import { listOf, objectOf, textOf, type JsonObject } from './json-shape.ts';
import { KIND_PLANS, targetOf, type KindTarget } from './kinds.ts';
import type { Transport } from './transport.ts';
import { kindInfo, type Kind } from '../../model/kind.ts';

/** `group/resource` → the versions in which it can be listed, the server's preferred one first. */
export type ServedResources = ReadonlyMap<string, readonly string[]>;

/** Where a kind is served; or why it can't be read. */
export type Placement =
  | { readonly status: 'served'; readonly target: KindTarget }
  | { readonly status: 'absent' }
  | { readonly status: 'unsupported'; readonly versions: readonly string[] };

export interface ServerVersion {
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/**
 * Asks the server what it serves: two requests where it has aggregated discovery (1.30), else one for each group
 * version that we could use.
 *
 * @param kinds decides which groups are looked at on older servers
 * @returns null where discovery is not permitted: then every kind has to be tried
 */
export async function discover(
  transport: Transport,
  kinds: readonly Kind[],
  signal: AbortSignal,
): Promise<ServedResources | null> {
  try {
    const [core, groups] = await Promise.all([
      fetchJson(transport, '/api', AGGREGATED, signal),
      fetchJson(transport, '/apis', AGGREGATED, signal),
    ]);
    if (groups['kind'] === 'APIGroupDiscoveryList') {
      const served = new Map<string, string[]>();
      const isCoreAggregated = core['kind'] === 'APIGroupDiscoveryList';
      if (!isCoreAggregated) await addLegacy(transport, '', ['v1'], served, signal);
      for (const list of isCoreAggregated ? [core, groups] : [groups]) addAggregated(list, served);
      return served;
    }
    return await discoverLegacy(transport, groups, kinds, signal);
  } catch (error) {
    if (isStatus(error, 403)) return null;
    throw error;
  }
}

/**
 * Where a kind is to be read: the first of our versions that is served, else at an alternate group.
 *
 * @param served null: not known, so our preferred version is tried
 */
export function placeKind(kind: Kind, served: ServedResources | null): Placement {
  if (served === null) return { status: 'served', target: targetOf(kind) };
  const info = kindInfo(kind);
  const versions = served.get(`${info.group}/${info.resource}`) ?? [];
  const version = info.versions.find((one) => versions.includes(one));
  if (version !== undefined) return { status: 'served', target: targetOf(kind, { group: info.group, version }) };
  for (const alternate of KIND_PLANS[kind].alternates) {
    if (served.get(`${alternate.group}/${info.resource}`)?.includes(alternate.version) === true) {
      return { status: 'served', target: targetOf(kind, alternate) };
    }
  }
  return versions.length > 0 ? { status: 'unsupported', versions } : { status: 'absent' };
}

/** `/version`, which every server answers. Numbers may carry a `+` (GKE, EKS). */
export async function fetchVersion(transport: Transport, signal: AbortSignal): Promise<ServerVersion> {
  const version = await fetchJson(transport, '/version', 'application/json', signal);
  return {
    gitVersion: textOf(version['gitVersion']),
    major: Number.parseInt(textOf(version['major']), 10) || 0,
    minor: Number.parseInt(textOf(version['minor']), 10) || 0,
  };
}

/**
 * Whether the WatchList gate is on by default (k8s.io/apiserver pkg/features/kube_features.go): 1.32, and from 1.34.
 */
export function hasWatchList({ major, minor }: ServerVersion): boolean {
  return major > 1 || (major === 1 && (minor === 32 || minor >= 34));
}

/** One JSON document of the server. */
export async function fetchJson(
  transport: Transport,
  path: string,
  accept: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const answer = await transport.getBuffer({ path, accept, signal });
  try {
    return objectOf(JSON.parse(answer.bytes.toString()));
  } catch (error) {
    throw new Error(`${path} did not answer with JSON; is this a Kubernetes API server?`, { cause: error });
  } finally {
    answer.release();
  }
}

function addAggregated(list: JsonObject, served: Map<string, string[]>): void {
  for (const item of listOf(list['items']).map(objectOf)) {
    const group = textOf(objectOf(item['metadata'])['name']);
    for (const version of listOf(item['versions']).map(objectOf)) {
      for (const resource of listOf(version['resources']).map(objectOf)) {
        if (!listOf(resource['verbs']).includes('list')) continue;
        add(served, `${group}/${textOf(resource['resource'])}`, textOf(version['version']));
      }
    }
  }
}

async function discoverLegacy(
  transport: Transport,
  groups: JsonObject,
  kinds: readonly Kind[],
  signal: AbortSignal,
): Promise<ServedResources> {
  const wanted = new Set(
    kinds.flatMap((kind) => [kindInfo(kind).group, ...KIND_PLANS[kind].alternates.map(({ group }) => group)]),
  );
  const served = new Map<string, string[]>();
  const work = [addLegacy(transport, '', ['v1'], served, signal)];
  for (const group of listOf(groups['groups']).map(objectOf)) {
    const name = textOf(group['name']);
    const versions = listOf(group['versions']).map((one) => textOf(objectOf(one)['version']));
    if (wanted.has(name)) work.push(addLegacy(transport, name, versions, served, signal));
  }
  await Promise.all(work);
  return served;
}

async function addLegacy(
  transport: Transport,
  group: string,
  versions: readonly string[],
  served: Map<string, string[]>,
  signal: AbortSignal,
): Promise<void> {
  for (const version of versions) {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    try {
      const list = await fetchJson(transport, path, 'application/json', signal);
      for (const resource of listOf(list['resources']).map(objectOf)) {
        if (listOf(resource['verbs']).includes('list')) add(served, `${group}/${textOf(resource['name'])}`, version);
      }
    } catch (error) {
      // A group whose own server is down (503) or gone must not hide the others.
      if (!isStatus(error, 403, 404, 500, 503)) throw error;
    }
  }
}

function add(served: Map<string, string[]>, key: string, version: string): void {
  const versions = served.get(key);
  if (versions === undefined) served.set(key, [version]);
  else if (!versions.includes(version)) versions.push(version);
}
