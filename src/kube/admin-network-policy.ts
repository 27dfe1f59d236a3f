import type { WiderPolicyObject } from '../model/objects.ts';
import type { LabelSelector } from '../model/selector.ts';
import { parseCidr } from './ip-range.ts';
import {
  numberOf,
  objectOf,
  objectsOf,
  selectorOf,
  stringOf,
  stringsOf,
  type JsonObject,
} from './network-policy-json.ts';
import type { Direction, NetworkRule, Peer, PodIdentity, PortSpec } from './network-policy-rule.ts';
import { isProtocol } from './port-set.ts';
import { matches } from './selector.ts';

/**
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1) and ClusterNetworkPolicy
 * (v1alpha2): rules in order, the first match decides; Admin rules come before NetworkPolicies, Baseline rules after.
 *
 * Source: kubernetes-sigs/network-policy-api apis/v1alpha1 and apis/v1alpha2/clusternetworkpolicy_types.go
 */
export interface CompiledAdminPolicy {
  /** `AdminNetworkPolicy deny-all` */
  readonly name: string;
  readonly tier: 'admin' | 'baseline';
  /** Lower goes first. */
  readonly priority: number;
  readonly subject: { readonly namespaceSelector: LabelSelector; readonly podSelector: LabelSelector } | null;
  readonly ingress: readonly NetworkRule[];
  readonly egress: readonly NetworkRule[];
  /** What of a direction can't be decided from the API; null where everything can. */
  readonly undecided: Readonly<Record<Direction, string | null>>;
}

/** Fills in what the API defaults. Objects of other kinds give null. */
export function compileAdminPolicy(object: WiderPolicyObject): CompiledAdminPolicy | null {
  const spec = objectOf(object.specs[0]) ?? {};
  const name = `${object.kind} ${object.name}`;
  const ingress = compileRules(spec, 'ingress', name);
  const egress = compileRules(spec, 'egress', name);
  const shape = {
    name,
    subject: compileSubject(objectOf(spec['subject'])),
    ingress: ingress.rules,
    egress: egress.rules,
    undecided: { ingress: ingress.undecided, egress: egress.undecided },
  };
  switch (object.kind) {
    case 'AdminNetworkPolicy':
      return { ...shape, tier: 'admin', priority: numberOf(spec['priority']) ?? 0 };
    case 'BaselineAdminNetworkPolicy':
      return { ...shape, tier: 'baseline', priority: 0 };
    case 'ClusterNetworkPolicy':
      return {
        ...shape,
        tier: spec['tier'] === 'Baseline' ? 'baseline' : 'admin',
        priority: numberOf(spec['priority']) ?? 0,
      };
    default:
      return null;
  }
}

/** Whether a policy speaks of this pod (never one on the host's network). */
export function adminPolicySelects(policy: CompiledAdminPolicy, pod: PodIdentity): boolean {
  return (
    policy.subject !== null &&
    matches(policy.subject.namespaceSelector, pod.namespaceLabels) &&
    matches(policy.subject.podSelector, pod.labels)
  );
}

function compileSubject(subject: JsonObject | undefined): CompiledAdminPolicy['subject'] {
  const namespaces = selectorOf(subject?.['namespaces']);
  if (namespaces !== undefined) return { namespaceSelector: namespaces, podSelector: {} };
  const pods = objectOf(subject?.['pods']);
  if (pods === undefined) return null;
  return {
    namespaceSelector: selectorOf(pods['namespaceSelector']) ?? {},
    podSelector: selectorOf(pods['podSelector']) ?? {},
  };
}

function compileRules(
  spec: JsonObject,
  direction: Direction,
  policy: string,
): { readonly rules: readonly NetworkRule[]; readonly undecided: string | null } {
  let undecided: string | null = null;
  const rules = objectsOf(spec[direction]).map((rule, index): NetworkRule => {
    const path = `spec.${direction}[${index}]`;
    const action = actionOf(rule['action']);
    const peers: Peer[] = [];
    for (const peer of objectsOf(rule[direction === 'ingress' ? 'from' : 'to'])) {
      const compiled = compilePeer(peer);
      if (typeof compiled === 'string') undecided ??= `${policy} ${path} ${compiled}`;
      else peers.push(...compiled);
    }
    const ports = compilePorts(rule);
    if (action === null) undecided ??= `${policy} ${path} has an unknown action`;
    if (ports === null) undecided ??= `${policy} ${path} has ports that k8sec does not know`;
    return { action: action ?? 'deny', peers, ports: ports ?? 'all', policy, path };
  });
  return { rules, undecided };
}

function actionOf(action: unknown): NetworkRule['action'] | null {
  switch (action) {
    case 'Allow':
    case 'Accept':
      return 'allow';
    case 'Deny':
      return 'deny';
    case 'Pass':
      return 'pass';
    default:
      return null;
  }
}

/** The peers of one entry, or what about it can't be decided. */
function compilePeer(peer: JsonObject): readonly Peer[] | string {
  const namespaces = selectorOf(peer['namespaces']);
  if (namespaces !== undefined)
    return [{ type: 'pods', namespace: '', namespaceSelector: namespaces, podSelector: {} }];
  const pods = objectOf(peer['pods']);
  if (pods !== undefined) {
    const namespaceSelector = selectorOf(pods['namespaceSelector']) ?? {};
    return [{ type: 'pods', namespace: '', namespaceSelector, podSelector: selectorOf(pods['podSelector']) ?? {} }];
  }
  if (Array.isArray(peer['networks'])) {
    const cidrs = stringsOf(peer['networks']);
    const ranges = cidrs.map(parseCidr);
    if (ranges.some((range) => range === null)) return 'has a network that is no CIDR';
    return [{ type: 'addresses', ranges: ranges.filter((range) => range !== null), text: cidrs.join(', ') }];
  }
  if (peer['nodes'] !== undefined) return 'speaks of nodes, whose addresses depend on the network plugin';
  if (peer['domainNames'] !== undefined) return 'speaks of domain names, which are resolved on the nodes';
  return 'has a peer that k8sec does not know';
}

/** v1alpha1 `ports`, or v1alpha2 `protocols`. null where one entry is of no known form. */
function compilePorts(rule: JsonObject): NetworkRule['ports'] | null {
  const entries = [...objectsOf(rule['ports']), ...objectsOf(rule['protocols'])];
  if (entries.length === 0) return 'all';
  const ports = entries.map((entry) => compilePort(entry));
  return ports.some((port) => port === null) ? null : ports.filter((port) => port !== null);
}

function compilePort(entry: JsonObject): PortSpec | null {
  const named = stringOf(entry['namedPort']) ?? stringOf(entry['destinationNamedPort']);
  if (named !== undefined) return { type: 'named', protocol: null, name: named };
  const single = objectOf(entry['portNumber']);
  if (single !== undefined) return rangeOf(single['protocol'], single['port'], single['port']);
  const range = objectOf(entry['portRange']);
  if (range !== undefined) return rangeOf(range['protocol'], range['start'], range['end']);
  for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
    const inside = objectOf(entry[protocol]);
    if (inside === undefined) continue;
    const upper = protocol.toUpperCase();
    const port = objectOf(inside['destinationPort']);
    if (port === undefined) return isProtocol(upper) ? { type: 'every', protocol: upper } : null;
    const span = objectOf(port['range']);
    return rangeOf(
      upper,
      span === undefined ? port['number'] : span['start'],
      span === undefined ? port['number'] : span['end'],
    );
  }
  return null;
}

function rangeOf(protocol: unknown, first: unknown, last: unknown): PortSpec | null {
  const name = stringOf(protocol) ?? 'TCP';
  if (!isProtocol(name) || typeof first !== 'number' || typeof last !== 'number') return null;
  return { type: 'range', protocol: name, first, last };
}
