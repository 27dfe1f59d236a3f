import { compareRanges, containsAddress, ALL_IPV4, ALL_IPV6, type IpRange } from '../../kube/ip-range.ts';
import { peerSelectsPod, resolvePorts, type NamedPort, type NetworkRule } from '../../kube/network-policy-rule.ts';
import {
  ALL_PORTS,
  intersectPorts,
  isNoPorts,
  NO_PORTS,
  samePorts,
  subtractPorts,
  unionPorts,
  type PortSet,
} from '../../kube/port-set.ts';
import { isOpen, type DirectionProfile } from './direction-profile.ts';
import { peerAddresses, type NetworkPeer } from './network-peers.ts';

/** The ports that a profile lets through between its pod and one peer. */
export interface AllowedPorts {
  readonly certain: PortSet;
  /** With what only an ipBlock over the peer's own pod address allows: whether that counts depends on the CNI. */
  readonly possible: PortSet;
}

/** Ports to or from one range of outside addresses. */
export interface RangePorts {
  readonly range: IpRange;
  readonly ports: PortSet;
}

/** How a rule matches a peer: by its selectors, or only because a CIDR covers the peer's pod address. */
type Match = 'yes' | 'by-address' | 'no';

/** No policy says anything. */
export const EVERYTHING: AllowedPorts = { certain: ALL_PORTS, possible: ALL_PORTS };

/**
 * What a profile lets through between its own pod and another pod.
 *
 * @param own the pod that the profile is of; named ports are resolved on the destination (`own` for ingress)
 */
export function portsWithPod(profile: DirectionProfile, own: NetworkPeer, other: NetworkPeer): AllowedPorts {
  if (isOpen(profile)) return EVERYTHING;
  const names = (profile.direction === 'ingress' ? own : other).names;
  let byAddress = false;
  const match = (rule: NetworkRule): Match => {
    const found = matchPod(rule, other);
    if (found === 'by-address') byAddress = true;
    return found;
  };
  const certain = evaluate(profile, names, (rule) => match(rule) === 'yes');
  if (!byAddress) return { certain, possible: certain };
  return {
    certain,
    possible: unionPorts(
      certain,
      evaluate(profile, names, (rule) => match(rule) !== 'no'),
    ),
  };
}

/** What a profile lets through to or from outside addresses: disjoint ranges, as large as they can be, in order. */
export function portsWithOutside(profile: DirectionProfile, own: NetworkPeer): readonly RangePorts[] {
  const names = profile.direction === 'ingress' ? own.names : null;
  const found: RangePorts[] = [];
  for (const range of elementaryRanges(profile)) {
    const ports = evaluate(profile, names, (rule) => matchesOutside(rule, range));
    if (!isNoPorts(ports)) found.push({ range, ports });
  }
  return joinRanges(found);
}

/** The union of what several classes may do, again as disjoint, maximal ranges. */
export function uniteRanges(lists: readonly (readonly RangePorts[])[]): readonly RangePorts[] {
  const [first, ...rest] = lists;
  if (first === undefined || rest.every((list) => list === first)) return first ?? [];
  const all = lists.flat();
  const united = cut(all.map((one) => one.range)).map((range) => ({
    range,
    ports: all
      .filter((one) => covers(one.range, range))
      .reduce((ports: PortSet, one) => unionPorts(ports, one.ports), NO_PORTS),
  }));
  return joinRanges(united.filter((one) => !isNoPorts(one.ports)));
}

/** The rules that speak of the other pod, in the order in which they decide, for explanations. */
export function matchingRules(profile: DirectionProfile, own: NetworkPeer, other: NetworkPeer): readonly NetworkRule[] {
  const names = (profile.direction === 'ingress' ? own : other).names;
  return decidingRules(profile).filter(
    (rule) => matchPod(rule, other) !== 'no' && !isNoPorts(resolvePorts(rule.ports, names)),
  );
}

/** Baseline rules speak only where no NetworkPolicy does. */
export function decidingRules(profile: DirectionProfile): readonly NetworkRule[] {
  return [...profile.admin, ...(profile.policies ?? profile.baseline)];
}

/** All rules of a profile, in the order in which they decide. */
export function rulesOf(profile: DirectionProfile): readonly NetworkRule[] {
  return [...profile.admin, ...(profile.policies ?? []), ...profile.baseline];
}

function evaluate(
  profile: DirectionProfile,
  names: readonly NamedPort[] | null,
  matches: (rule: NetworkRule) => boolean,
): PortSet {
  const admin = firstMatch(profile.admin, ALL_PORTS, names, matches);
  const rest = unionPorts(admin.rest, admin.passed);
  if (profile.policies !== null) {
    let allowed: PortSet = NO_PORTS;
    for (const rule of profile.policies) {
      if (matches(rule)) allowed = unionPorts(allowed, resolvePorts(rule.ports, names));
      if (allowed === ALL_PORTS) break;
    }
    return unionPorts(admin.allowed, intersectPorts(rest, allowed));
  }
  const baseline = firstMatch(profile.baseline, rest, names, matches);
  return unionPorts(admin.allowed, unionPorts(baseline.allowed, unionPorts(baseline.rest, baseline.passed)));
}

/** Rules in order: the first one that speaks of a port decides it. */
function firstMatch(
  rules: readonly NetworkRule[],
  ports: PortSet,
  names: readonly NamedPort[] | null,
  matches: (rule: NetworkRule) => boolean,
): { readonly allowed: PortSet; readonly passed: PortSet; readonly rest: PortSet } {
  let allowed: PortSet = NO_PORTS;
  let passed: PortSet = NO_PORTS;
  let rest = ports;
  for (const rule of rules) {
    if (isNoPorts(rest)) break;
    if (!matches(rule)) continue;
    const decided = intersectPorts(rest, resolvePorts(rule.ports, names));
    rest = subtractPorts(rest, decided);
    if (rule.action === 'allow') allowed = unionPorts(allowed, decided);
    if (rule.action === 'pass') passed = unionPorts(passed, decided);
  }
  return { allowed, passed, rest };
}

/**
 * Selectors match pods. A CIDR that covers a pod's address matches it by the end-to-end tests of Kubernetes, and does
 * not on Cilium by default; networks of admin policies match pods by definition.
 */
function matchPod(rule: NetworkRule, other: NetworkPeer): Match {
  if (rule.peers === 'any') return 'yes';
  let found: Match = 'no';
  for (const peer of rule.peers) {
    if (peerSelectsPod(peer, other.identity)) return 'yes';
    if (peer.type !== 'addresses') continue;
    const covered = peerAddresses(other).some((address) =>
      peer.ranges.some((range) => containsAddress(range, address)),
    );
    if (covered) found = 'by-address';
  }
  return found === 'by-address' && !rule.policy.startsWith('NetworkPolicy ') ? 'yes' : found;
}

function matchesOutside(rule: NetworkRule, range: IpRange): boolean {
  if (rule.peers === 'any') return true;
  return rule.peers.some((peer) => peer.type === 'addresses' && peer.ranges.some((one) => covers(one, range)));
}

/** Every address of both families, cut where any rule of the profile begins or ends. */
function elementaryRanges(profile: DirectionProfile): readonly IpRange[] {
  const ranges: IpRange[] = [ALL_IPV4, ALL_IPV6];
  for (const rule of rulesOf(profile)) {
    if (rule.peers === 'any') continue;
    for (const peer of rule.peers) if (peer.type === 'addresses') ranges.push(...peer.ranges);
  }
  return cut(ranges);
}

/** The pieces between all beginnings and ends of ranges; none where nothing is. */
function cut(ranges: readonly IpRange[]): readonly IpRange[] {
  return ([4, 6] as const).flatMap((family) => {
    const own = ranges.filter((range) => range.family === family);
    const starts = [...new Set(own.flatMap((range) => [range.first, range.last + 1n]))].sort((a, b) =>
      a < b ? -1 : 1,
    );
    return starts.slice(0, -1).map((first, index) => ({ family, first, last: (starts[index + 1] ?? first + 1n) - 1n }));
  });
}

function covers(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** Joins neighbours with equal ports. */
function joinRanges(list: readonly RangePorts[]): readonly RangePorts[] {
  const joined: RangePorts[] = [];
  for (const one of [...list].sort((a, b) => compareRanges(a.range, b.range))) {
    const before = joined.at(-1);
    const adjacent = before?.range.family === one.range.family && before.range.last + 1n === one.range.first;
    if (before !== undefined && adjacent && samePorts(before.ports, one.ports)) {
      joined[joined.length - 1] = { range: { ...before.range, last: one.range.last }, ports: before.ports };
    } else joined.push(one);
  }
  return joined;
}

/** What the first list has beyond the second, as disjoint, maximal ranges. */
export function subtractRanges(list: readonly RangePorts[], without: readonly RangePorts[]): readonly RangePorts[] {
  if (list === without) return [];
  const pieces = cut([...list, ...without].map((one) => one.range)).map((range) => {
    const portsIn = (from: readonly RangePorts[]): PortSet =>
      from.find((one) => covers(one.range, range))?.ports ?? NO_PORTS;
    return { range, ports: subtractPorts(portsIn(list), portsIn(without)) };
  });
  return joinRanges(pieces.filter((one) => !isNoPorts(one.ports)));
}
