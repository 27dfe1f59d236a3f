import type { NetworkRule } from '../../kube/network-policy-rule.ts';
import { decidingRules, matchingRules } from './allowed-ports.ts';
import type { DirectionProfile } from './direction-profile.ts';
import type { Endpoint } from './reach.ts';
import type { ReachNode } from './reach-table.ts';

/** Why each side of a connection allows it, or does not: the rules in the order in which they decide, or their absence. */
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
  const texts = node.classes.flatMap((own) => {
    const profile = own[direction];
    return other.type === 'outside'
      ? [text(profile, outsideRules(profile, other))]
      : other.node.classes.map((far) => text(profile, matchingRules(profile, own.peer, far.peer)));
  });
  return [...new Set(texts)].join('; ');
}

function outsideRules(
  profile: DirectionProfile,
  { range: asked }: Endpoint & { readonly type: 'outside' },
): readonly NetworkRule[] {
  return decidingRules(profile).filter(
    ({ peers }) =>
      peers === 'any' ||
      peers.some(
        (peer) =>
          peer.type === 'addresses' &&
          peer.ranges.some(
            (range) => range.family === asked.family && range.first <= asked.last && asked.first <= range.last,
          ),
      ),
  );
}

const WORDS: Readonly<Record<NetworkRule['action'], string>> = {
  allow: 'allowed by',
  deny: 'denied by',
  pass: 'passed on by',
};

/** @param rules those that speak of the peer, in the order in which they decide */
function text(profile: DirectionProfile, rules: readonly NetworkRule[]): string {
  const said: string[] = [];
  for (const [index, { action, policy, path }] of rules.entries()) {
    if (rules[index - 1]?.action === action) said.push(`${said.pop()}, ${policy} ${path}`);
    else said.push(`${WORDS[action]} ${policy} ${path}`);
  }
  if (profile.policies === null) {
    const rest = `allowed: no NetworkPolicy isolates ${profile.direction}`;
    return said.length === 0 ? rest : `${said.join(', then ')}; what that leaves is ${rest}`;
  }
  if (rules.some((rule) => rule.action === 'allow')) return said.join(', then ');
  const isolated = `denied: isolated by ${profile.isolatedBy.join(', ')}, and no rule of them allows this peer on any port`;
  return [...said, isolated].join(', then ');
}
