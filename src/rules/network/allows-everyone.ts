// A rule without `from` (or `to`) allows every peer, one without `ports` every port; 0.0.0.0/0, alone or in pieces such
// as 0.0.0.0/1 with 128.0.0.0/1, is every IPv4 address, and without the private ranges still every one of the internet.
// A policy with such a rule isolates in name only.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicyIngressRule and NetworkPolicyEgressRule.
import { allowsAllPods, speaksOfAllTcp } from '../../analyses/network/isolation.ts';
import { coversFamily, NOT_ROUTED, type IpRange } from '../../kube/ip-range.ts';
import { compilePolicy } from '../../kube/network-policy.ts';
import type { Direction, NetworkRule } from '../../kube/network-policy-rule.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft, Severity } from '../../model/finding.ts';
import type { NetworkPolicyObject } from '../../model/objects.ts';
import { rule } from '../rule.ts';

/** What the rules of one direction let through together. */
interface Opening {
  readonly whom:
    'every pod and every address' | 'every pod of the cluster' | 'every address' | 'every address of the internet';
  readonly everyPort: boolean;
  readonly paths: readonly string[];
}

export const allowsEveryone = rule({
  id: 'network/allows-everyone',
  subject: 'NetworkPolicy',
  summary: 'network policies that allow every peer',
  help: 'The pods count as isolated, and are not: the policy lets everybody through. Name the peers that need the connection, and the ports.',
  references: [],
  needs: ['NetworkPolicy'],
  check: (policy) => (['ingress', 'egress'] as const).flatMap((direction) => checkDirection(policy, direction)),
});

function checkDirection(policy: NetworkPolicyObject, direction: Direction): readonly FindingDraft[] {
  const rules = compilePolicy(policy)[direction] ?? [];
  const all = openingOf(rules.filter(speaksOfAllTcp), true);
  const opening = all ?? openingOf(rules, false);
  if (opening === undefined) return [];
  const ports = opening.everyPort ? 'every port' : 'some ports';
  const verb = direction === 'ingress' ? 'from' : 'to';
  return [
    {
      key: direction,
      severity: severityOf(direction, opening),
      title: `allows ${direction} ${verb} ${opening.whom} on ${ports}`,
      why: opening.everyPort
        ? `The pods that it selects count as isolated for ${direction}, and the policy lets everything through.`
        : `On these ports the policy makes no difference between peers: ${opening.whom} may connect.`,
      evidence: opening.paths.map((path) => ({ text: `allows ${opening.whom}`, object: refOf(policy), path })),
    },
  ];
}

/** All ports: medium for ingress, low for egress. Some ports are often meant so (a web server): low and info. */
function severityOf(direction: Direction, { everyPort }: Opening): Severity {
  if (direction === 'ingress') return everyPort ? 'medium' : 'low';
  return everyPort ? 'low' : 'info';
}

function openingOf(rules: readonly NetworkRule[], everyPort: boolean): Opening | undefined {
  const any = rules.filter((one) => one.peers === 'any');
  const world = worldPaths(rules, []);
  const pods = rules.filter((one) => one.peers !== 'any' && allowsAllPods(one));
  if (any.length > 0 || (world.length > 0 && pods.length > 0)) {
    const paths = any.length > 0 ? any.map((one) => one.path) : [...world, ...pods.map((one) => one.path)];
    return { whom: 'every pod and every address', everyPort, paths: [...new Set(paths)] };
  }
  if (world.length > 0) return { whom: 'every address', everyPort, paths: world };
  if (pods.length > 0) return { whom: 'every pod of the cluster', everyPort, paths: pods.map((one) => one.path) };
  const internet = worldPaths(rules, NOT_ROUTED);
  return internet.length > 0 ? { whom: 'every address of the internet', everyPort, paths: internet } : undefined;
}

/** Paths of the rules whose addresses, with some others, are every address of a family; [] where something is left out. */
function worldPaths(rules: readonly NetworkRule[], others: readonly IpRange[]): readonly string[] {
  const withAddresses = rules.filter((one) => addressesOf(one).length > 0);
  const ranges = [...withAddresses.flatMap(addressesOf), ...others];
  return coversFamily(ranges, 4) || coversFamily(ranges, 6) ? withAddresses.map((one) => one.path) : [];
}

function addressesOf(one: NetworkRule): readonly IpRange[] {
  return one.peers === 'any' ? [] : one.peers.flatMap((peer) => (peer.type === 'addresses' ? peer.ranges : []));
}
