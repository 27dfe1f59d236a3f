import { mergeRanges } from '../../kube/ip-range.ts';
import type { CompiledPolicy } from '../../kube/network-policy.ts';
import type { Direction, NetworkRule, Peer, PortSpec } from '../../kube/network-policy-rule.ts';
import { SelectorIndex } from '../../kube/selector-index.ts';
import { impliesSelector } from '../../kube/selector-implication.ts';
import type { Labels } from '../../model/selector.ts';

/** A rule that another one makes needless. */
export interface SupersededRule {
  readonly policy: CompiledPolicy;
  readonly rule: NetworkRule;
  readonly by: { readonly policy: CompiledPolicy; readonly rule: NetworkRule };
}

/**
 * The rules of a namespace's policies that allow nothing beyond what one other rule allows to the same pods, whatever
 * pods come: decided from the selectors, not from the pods that are there. Of two equal rules the later one is named.
 * A rule that only several others together cover is not found.
 *
 * @param namespaceLabels of the policies' own namespace
 */
export function supersededRules(
  policies: readonly CompiledPolicy[],
  direction: Direction,
  namespaceLabels: Labels,
): readonly SupersededRule[] {
  const all = policies.flatMap((policy) =>
    policy.problem === null ? (policy[direction] ?? []).map((rule) => ({ policy, rule })) : [],
  );
  const byLabel = new SelectorIndex([...all.entries()], ([, { policy }]) => policy.object.podSelector);
  return all.flatMap((one, index): SupersededRule[] => {
    const by = byLabel
      .mayBeImplied(one.policy.object.podSelector)
      .find(
        ([at, other]) =>
          at !== index && covers(other, one, namespaceLabels) && (at < index || !covers(one, other, namespaceLabels)),
      );
    return by === undefined ? [] : [{ ...one, by: by[1] }];
  });
}

function covers(
  wide: { readonly policy: CompiledPolicy; readonly rule: NetworkRule },
  narrow: { readonly policy: CompiledPolicy; readonly rule: NetworkRule },
  namespaceLabels: Labels,
): boolean {
  return (
    impliesSelector(narrow.policy.object.podSelector, wide.policy.object.podSelector) &&
    coversPorts(wide.rule.ports, narrow.rule.ports) &&
    coversPeers(wide.rule.peers, narrow.rule.peers, namespaceLabels)
  );
}

function coversPorts(wide: NetworkRule['ports'], narrow: NetworkRule['ports']): boolean {
  if (wide === 'all') return true;
  return narrow !== 'all' && narrow.every((one) => wide.some((other) => coversPort(other, one)));
}

function coversPort(wide: PortSpec, narrow: PortSpec): boolean {
  if (wide.type === 'named')
    return narrow.type === 'named' && narrow.name === wide.name && narrow.protocol === wide.protocol;
  if (wide.protocol !== narrow.protocol) return false;
  if (wide.type === 'every') return true;
  return narrow.type === 'range' && wide.first <= narrow.first && narrow.last <= wide.last;
}

function coversPeers(wide: NetworkRule['peers'], narrow: NetworkRule['peers'], namespaceLabels: Labels): boolean {
  if (wide === 'any') return true;
  return narrow !== 'any' && narrow.every((one) => coversPeer(wide, one, namespaceLabels));
}

function coversPeer(wide: readonly Peer[], narrow: Peer, namespaceLabels: Labels): boolean {
  if (narrow.type === 'addresses') {
    const ranges = mergeRanges(wide.flatMap((one) => (one.type === 'addresses' ? one.ranges : [])));
    return narrow.ranges.every((range) =>
      ranges.some((one) => one.family === range.family && one.first <= range.first && range.last <= one.last),
    );
  }
  return wide.some((one) => {
    if (one.type === 'addresses' || !impliesSelector(narrow.podSelector, one.podSelector)) return false;
    if (one.namespaceSelector === null) return narrow.namespaceSelector === null && one.namespace === narrow.namespace;
    const inside = narrow.namespaceSelector ?? { matchLabels: namespaceLabels };
    return impliesSelector(inside, one.namespaceSelector);
  });
}
