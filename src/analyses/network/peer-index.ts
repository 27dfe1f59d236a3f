import type { Direction, NetworkRule, Peer } from '../../kube/network-policy-rule.ts';
import type { Labels } from '../../model/selector.ts';
import { rulesOf } from './allowed-ports.ts';
import type { DirectionProfile, PeerProfiles } from './direction-profile.ts';
import { NAME_LABEL } from './namespace-labels.ts';

/** What is indexed: a workload by the profiles of its pods. */
interface Indexed {
  readonly classes: readonly PeerProfiles[];
}

/**
 * Which workloads of a namespace can let a pod of another namespace through, so that the rest need not be asked: a rule
 * of theirs has to name a label pair of that namespace, or to speak of more than namespaces. It names too many, never too
 * few.
 */
export interface PeerIndex<T extends Indexed> {
  readonly all: readonly T[];
  /** Those that no label pair rules out. */
  readonly always: readonly T[];
  /** Those that only let namespaces with this label pair through, by `key=value`. */
  readonly byPair: ReadonlyMap<string, readonly T[]>;
}

export function peerIndex<T extends Indexed>(all: readonly T[], direction: Direction): PeerIndex<T> {
  const always: T[] = [];
  const byPair = new Map<string, T[]>();
  for (const one of all) {
    const pairs = new Set<string>();
    if (!one.classes.every((each) => collectPairs(each[direction], pairs))) always.push(one);
    else {
      for (const pair of pairs) {
        const there = byPair.get(pair);
        if (there === undefined) byPair.set(pair, [one]);
        else there.push(one);
      }
    }
  }
  return { all, always, byPair };
}

/** The workloads of the index that may let pods of a namespace with these labels through, in order. */
export function mayLetThrough<T extends Indexed>(index: PeerIndex<T>, labels: Labels): readonly T[] {
  let found: Set<T> | undefined;
  if (index.byPair.size > 0) {
    for (const key of Object.keys(labels)) {
      const named = index.byPair.get(`${key}=${labels[key]}`);
      if (named === undefined) continue;
      found ??= new Set(index.always);
      for (const one of named) found.add(one);
    }
  }
  const chosen = found;
  return chosen === undefined ? index.always : index.all.filter((one) => chosen.has(one));
}

/** @returns false where the profile may let pods through that no label pair tells */
function collectPairs(profile: DirectionProfile, pairs: Set<string>): boolean {
  // What no NetworkPolicy isolates is allowed unless an admin rule denies it.
  if (profile.policies === null) return false;
  return rulesOf(profile).every((rule) => rule.action !== 'allow' || collectOfRule(rule, pairs));
}

function collectOfRule({ peers }: NetworkRule, pairs: Set<string>): boolean {
  return peers !== 'any' && peers.every((peer) => collectOfPeer(peer, pairs));
}

function collectOfPeer(peer: Peer, pairs: Set<string>): boolean {
  if (peer.type === 'addresses') return false;
  // Pods of the policy's own namespace: not those of another.
  if (peer.namespaceSelector === null) return true;
  const { matchLabels = {}, matchExpressions = [] } = peer.namespaceSelector;
  const key = Object.hasOwn(matchLabels, NAME_LABEL) ? NAME_LABEL : Object.keys(matchLabels)[0];
  if (key !== undefined) {
    pairs.add(`${key}=${matchLabels[key]}`);
    return true;
  }
  const one = matchExpressions.find(({ operator }) => operator === 'In');
  for (const value of one?.values ?? []) pairs.add(`${one?.key}=${value}`);
  return one !== undefined;
}
