// A rule without `from` (or `to`) allows every peer, one without `ports` every port; 0.0.0.0/0, alone or in pieces such
// as 0.0.0.0/1 with 128.0.0.0/1, is every IPv4 address, and without the private ranges still every one of the internet.
// A policy with such a rule isolates in name only.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicyIngressRule and NetworkPolicyEgressRule; Cilium
// Documentation/security/policy/layer3.rst (entities); docs.tigera.io/calico/latest/reference/resources/networkpolicy (Rule).
import { allowsAllPods, speaksOfAllTcp } from '../../analyses/network/isolation.ts';
import { coversFamily, NOT_ROUTED, type IpRange } from '../../kube/ip-range.ts';
import { compileCalicoPolicy, isNotOfPods } from '../../kube/calico-policy.ts';
import { compileCiliumPolicy } from '../../kube/cilium-policy.ts';
import { compilePolicy } from '../../kube/network-policy.ts';
import { DIRECTIONS, type Direction, type NetworkRule } from '../../kube/network-policy-rule.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft, ObjectRef, Severity } from '../../model/finding.ts';
import type { NetworkPolicyObject, WiderPolicyObject } from '../../model/objects.ts';
import { rule, type Rule } from '../rule.ts';

/** What the rules of one direction let through together. */
interface Opening {
  readonly whom:
    'every pod and every address' | 'every pod of the cluster' | 'every address' | 'every address of the internet';
  readonly everyPort: boolean;
  readonly paths: readonly string[];
}

const SHARED = {
  id: 'network/allows-everyone',
  summary: 'network policies that allow every peer',
  help: 'The pods count as isolated, and are not: the policy lets everybody through. Name the peers that need the connection, and the ports.',
  references: [],
} as const;

export const ALLOWS_EVERYONE: readonly Rule[] = [
  rule({
    ...SHARED,
    subject: 'NetworkPolicy',
    needs: ['NetworkPolicy'],
    check: (policy) => DIRECTIONS.flatMap((direction) => checkDirection(policy, direction)),
  }),
  ofPlugin('CiliumNetworkPolicy', ciliumOpens),
  ofPlugin('CiliumClusterwideNetworkPolicy', ciliumOpens),
  ofPlugin('CalicoNetworkPolicy', calicoOpens),
  ofPlugin('CalicoGlobalNetworkPolicy', calicoOpens),
];

type PluginKind =
  'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy' | 'CalicoNetworkPolicy' | 'CalicoGlobalNetworkPolicy';

/** @param opens whether a policy isolates in a direction and lets every address through on every port */
function ofPlugin(subject: PluginKind, opens: (policy: WiderPolicyObject, direction: Direction) => boolean): Rule {
  return rule({
    ...SHARED,
    subject,
    needs: [subject],
    check: (policy: WiderPolicyObject) =>
      DIRECTIONS.filter((direction) => opens(policy, direction)).map((direction) =>
        draftOf(refOf(policy), direction, { whom: 'every address', everyPort: true, paths: [`spec.${direction}`] }),
      ),
  });
}

/** The world, or everyone, is an entity; what the same policy denies goes before. */
function ciliumOpens(policy: WiderPolicyObject, direction: Direction): boolean {
  const rules = compileCiliumPolicy(policy);
  const isOpen = rules.some((one) => one.opens.includes(direction) && one.isolates.includes(direction));
  return isOpen && !rules.some((one) => one.denies.includes(direction));
}

/** A rule that matches everything allows it; what stands before it in the policy says otherwise of some. */
function calicoOpens(policy: WiderPolicyObject, direction: Direction): boolean {
  if (isNotOfPods(policy)) return false;
  const { directions, catchAll } = compileCalicoPolicy(policy);
  return directions.includes(direction) && catchAll[direction] === 'Allow';
}

function checkDirection(policy: NetworkPolicyObject, direction: Direction): readonly FindingDraft[] {
  const rules = compilePolicy(policy)[direction] ?? [];
  const all = openingOf(rules.filter(speaksOfAllTcp), true);
  const opening = all ?? openingOf(rules, false);
  return opening === undefined ? [] : [draftOf(refOf(policy), direction, opening)];
}

function draftOf(object: ObjectRef, direction: Direction, opening: Opening): FindingDraft {
  const ports = opening.everyPort ? 'every port' : 'some ports';
  const verb = direction === 'ingress' ? 'from' : 'to';
  return {
    key: direction,
    severity: severityOf(direction, opening),
    title: `allows ${direction} ${verb} ${opening.whom} on ${ports}`,
    why: opening.everyPort
      ? `The pods that it selects count as isolated for ${direction}, and the policy lets everything through.`
      : `On these ports the policy makes no difference between peers: ${opening.whom} may connect.`,
    evidence: opening.paths.map((path) => ({ text: `allows ${opening.whom}`, object, path })),
  };
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

const NO_PATHS: readonly string[] = [];

/** Paths of the rules whose addresses, with some others, are every address of a family; [] where something is left out. */
function worldPaths(rules: readonly NetworkRule[], others: readonly IpRange[]): readonly string[] {
  const withAddresses = rules.filter((one) => addressesOf(one).length > 0);
  if (withAddresses.length === 0) return NO_PATHS;
  const ranges = [...withAddresses.flatMap(addressesOf), ...others];
  return coversFamily(ranges, 4) || coversFamily(ranges, 6) ? withAddresses.map((one) => one.path) : [];
}

function addressesOf(one: NetworkRule): readonly IpRange[] {
  return one.peers === 'any' ? [] : one.peers.flatMap((peer) => (peer.type === 'addresses' ? peer.ranges : []));
}
