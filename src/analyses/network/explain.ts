import type { NetworkRule } from '../../kube/network-policy-rule.ts';
import { allowingRules } from './allowed-ports.ts';
import type { DirectionProfile, PeerProfiles } from './direction-profile.ts';
import type { Endpoint } from './reach.ts';
import type { ReachNode } from './reach-table.ts';

/** Why each side of a connection allows it, or does not: the rules, or the absence of policies. */
export interface Explanation {
  readonly egress: string;
  readonly ingress: string;
}

export function explain(source: Endpoint, destination: Endpoint): Explanation {
  return {
    egress: source.type === 'outside' ? 'from outside the cluster' : side(source.node, destination, 'egress'),
    ingress: destination.type === 'outside' ? 'outside the cluster' : side(destination.node, source, 'ingress'),
  };
}

function side(node: ReachNode, other: Endpoint, direction: 'ingress' | 'egress'): string {
  const texts = node.classes.flatMap((own) =>
    other.type === 'outside'
      ? [outsideText(own[direction], other)]
      : other.node.classes.map((far) => sideText(own[direction], own, far)),
  );
  return [...new Set(texts)].join('; ');
}

function sideText(profile: DirectionProfile, own: PeerProfiles, other: PeerProfiles): string {
  return text(profile, allowingRules(profile, own.peer, other.peer));
}

function outsideText(profile: DirectionProfile, other: Endpoint & { readonly type: 'outside' }): string {
  const rules = [...profile.admin, ...(profile.policies ?? []), ...profile.baseline].filter(
    (rule) =>
      rule.action === 'allow' &&
      (rule.peers === 'any' ||
        rule.peers.some(
          (peer) =>
            peer.type === 'addresses' &&
            peer.ranges.some(
              (range) =>
                range.family === other.range.family &&
                range.first <= other.range.last &&
                other.range.first <= range.last,
            ),
        )),
  );
  return text(profile, rules);
}

function text(profile: DirectionProfile, rules: readonly NetworkRule[]): string {
  const allowed = rules.map((rule) => `${rule.policy} ${rule.path}`);
  const decided = [...new Set([...profile.admin, ...profile.baseline].map((rule) => rule.policy))];
  if (profile.policies === null) {
    const open = `no NetworkPolicy isolates ${profile.direction}`;
    return decided.length === 0 ? `allowed: ${open}` : `${open}; ${decided.join(', ')} ${allowed.join(', ')}`.trimEnd();
  }
  if (allowed.length > 0) return `allowed by ${allowed.join(', ')}`;
  return `denied: isolated by ${profile.isolatedBy.join(', ')}, and no rule of them allows this peer on any port`;
}
