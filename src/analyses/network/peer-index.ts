import type { IpRange } from '../../kube/ip-range.ts';
import type { Direction, Peer } from '../../kube/network-policy-rule.ts';
import type { Labels } from '../../model/selector.ts';
import { rulesOf } from './allowed-ports.ts';
import type { DirectionProfile, PeerProfiles } from './direction-profile.ts';
import { NAME_LABEL } from './namespace-labels.ts';
import { peerAddresses } from './network-peers.ts';

/** What is indexed: a workload by the profiles of its pods. */
interface Indexed {
  readonly classes: readonly PeerProfiles[];
}

/**
 * Which pods of other namespaces a profile may let through. It says too many, never too few, and is made once per profile,
 * so that most workloads of a large cluster need not be asked.
 */
interface Scope {
  /** Nothing rules a namespace out. */
  readonly everywhere: boolean;
  /** Label pairs `key=value`: a namespace that has one may be meant. */
  readonly pairs: ReadonlySet<string>;
  /** Pods with an address in one of these may be meant. */
  readonly ranges: readonly IpRange[];
}

/** The workloads of one namespace by whom their profiles of a direction may let through. */
export interface PeerIndex<T extends Indexed> {
  readonly all: readonly T[];
  /** Those that no label pair rules out. */
  readonly always: readonly T[];
  /** Those that only let namespaces with this label pair through. */
  readonly byPair: ReadonlyMap<string, readonly T[]>;
}

/** A namespace as a peer: its label pairs, and the extent of its pods' addresses by family. */
export interface NamespaceExtent {
  readonly pairs: readonly string[];
  readonly addresses: readonly IpRange[];
}

export function peerIndex<T extends Indexed>(all: readonly T[], direction: Direction): PeerIndex<T> {
  const always: T[] = [];
  const byPair = new Map<string, T[]>();
  for (const one of all) {
    const scopes = one.classes.map((each) => scopeOf(each[direction]));
    if (scopes.some((scope) => scope.everywhere || scope.ranges.length > 0)) always.push(one);
    else {
      for (const pair of new Set(scopes.flatMap((scope) => [...scope.pairs]))) {
        const there = byPair.get(pair);
        if (there === undefined) byPair.set(pair, [one]);
        else there.push(one);
      }
    }
  }
  return { all, always, byPair };
}

/** The workloads of another namespace that may let pods of this one through, in order. */
export function mayLetThrough<T extends Indexed>(index: PeerIndex<T>, pairs: readonly string[]): readonly T[] {
  let found: Set<T> | undefined;
  if (index.byPair.size > 0) {
    for (const pair of pairs) {
      const named = index.byPair.get(pair);
      if (named === undefined) continue;
      found ??= new Set(index.always);
      for (const one of named) found.add(one);
    }
  }
  const chosen = found;
  return chosen === undefined ? index.always : index.all.filter((one) => chosen.has(one));
}

/** Whether a workload's own profiles may let any pod of another namespace through. */
export function mayConcern({ classes }: Indexed, direction: Direction, { pairs, addresses }: NamespaceExtent): boolean {
  return classes.some((one) => {
    const scope = scopeOf(one[direction]);
    if (scope.everywhere || pairs.some((pair) => scope.pairs.has(pair))) return true;
    return scope.ranges.some((range) => addresses.some((extent) => overlaps(range, extent)));
  });
}

/** The namespace of these workloads as a peer; `labels` are the namespace's. */
export function namespaceExtent(nodes: readonly Indexed[], labels: Labels): NamespaceExtent {
  const extents = new Map<IpRange['family'], { family: IpRange['family']; first: bigint; last: bigint }>();
  for (const { classes } of nodes) {
    for (const { family, value } of classes.flatMap((one) => peerAddresses(one.peer))) {
      const extent = extents.get(family);
      if (extent === undefined) extents.set(family, { family, first: value, last: value });
      else if (value < extent.first) extent.first = value;
      else if (value > extent.last) extent.last = value;
    }
  }
  return { pairs: Object.entries(labels).map(([key, value]) => pairOf(key, value)), addresses: [...extents.values()] };
}

const SCOPES = new WeakMap<DirectionProfile, Scope>();

function scopeOf(profile: DirectionProfile): Scope {
  let scope = SCOPES.get(profile);
  if (scope === undefined) SCOPES.set(profile, (scope = makeScope(profile)));
  return scope;
}

function makeScope(profile: DirectionProfile): Scope {
  const rules = rulesOf(profile).filter((rule) => rule.action === 'allow');
  // What no NetworkPolicy isolates is allowed unless an admin rule denies it.
  if (profile.policies === null || rules.some((rule) => rule.peers === 'any')) return EVERYWHERE;
  const peers = rules.flatMap((rule) => (rule.peers === 'any' ? [] : rule.peers));
  const pairs = peers.map(pairsOf);
  if (pairs.includes(null)) return EVERYWHERE;
  return {
    everywhere: false,
    pairs: new Set(pairs.flatMap((one) => one ?? [])),
    ranges: peers.flatMap((peer) => (peer.type === 'addresses' ? peer.ranges : [])),
  };
}

const EVERYWHERE: Scope = { everywhere: true, pairs: new Set(), ranges: [] };

/** Label pairs of which a namespace must have one for the peer to mean its pods; null: no pair tells. */
function pairsOf(peer: Peer): readonly string[] | null {
  // Pods of the policy's own namespace are those of no other.
  if (peer.type === 'addresses' || peer.namespaceSelector === null) return [];
  const { matchLabels = {}, matchExpressions = [] } = peer.namespaceSelector;
  const [[key, value] = []] = Object.hasOwn(matchLabels, NAME_LABEL)
    ? [[NAME_LABEL, matchLabels[NAME_LABEL]]]
    : Object.entries(matchLabels);
  if (key !== undefined && value !== undefined) return [pairOf(key, value)];
  const one = matchExpressions.find(({ operator }) => operator === 'In');
  return one === undefined ? null : (one.values ?? []).map((each) => pairOf(one.key, each));
}

function pairOf(key: string, value: string): string {
  return `${key}=${value}`;
}

function overlaps(a: IpRange, b: IpRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}
