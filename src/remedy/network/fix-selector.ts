import type { NearestSelector } from '../../analyses/labels/nearest-selector.ts';
import { NAME_LABEL } from '../../analyses/network/namespace-labels.ts';
import type { NetworkPolicyObject, NetworkPolicyPeer } from '../../model/objects.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import { changedPolicy, type PolicyDocument } from './policy-document.ts';
import { policyEffects } from './policy-effects.ts';

const PEER_PATH = /^spec\.(ingress|egress)\[(\d+)\]\.(?:from|to)\[(\d+)\]$/;

/** Writes a policy again with the nearest selector that matches something. */
export const fixSelector: Remedy = {
  id: 'network/fix-selector',
  title: 'correct the selector',
  safety: 'review',
  build: (finding, view) => {
    const { namespace, name } = finding.subject;
    const policy = view.get('NetworkPolicy', namespace ?? '', name);
    if (policy === undefined) return { refused: 'The policy is gone.' };
    const data = finding.data as (Nearest & { path?: string }) | null;
    if (data === null || data === undefined) return { refused: 'No label is near enough to be what was meant.' };
    const fixed = data.path === undefined ? fixedSubject(policy, data) : fixedPeer(policy, data, data.path);
    if (fixed === undefined)
      return { refused: 'The policy belongs into another namespace: apply it there and delete it here.' };
    return {
      note: 'Check that the label is what the policy was meant for: pods that it selects from now on are isolated by it.',
      manifests: [fixed.manifest satisfies Manifest],
      comments: [],
      use: { type: 'apply' },
      changes: [fixed.change],
      effects: policyEffects(view, [fixed.change]),
    };
  },
};

type Nearest = Pick<NearestSelector, 'selector' | 'namespace' | 'repair'> & {
  /** The selector is the peer's namespaceSelector. */
  readonly isOfNamespaces?: boolean;
};

function fixedSubject(policy: NetworkPolicyObject, { selector, namespace }: Nearest): PolicyDocument | undefined {
  if (namespace !== policy.namespace) return undefined;
  return changedPolicy(policy, { ...specOf(policy), podSelector: selector });
}

function fixedPeer(policy: NetworkPolicyObject, nearest: Nearest, path: string): PolicyDocument | undefined {
  const [, direction, rule, at] = PEER_PATH.exec(path) ?? [];
  if (direction === undefined) return undefined;
  const repair = (peers: readonly NetworkPolicyPeer[] | undefined): readonly NetworkPolicyPeer[] =>
    (peers ?? []).map((peer, index) => (index === Number(at) ? repairedPeer(policy, peer, nearest) : peer));
  const spec = specOf(policy);
  return changedPolicy(policy, {
    ...spec,
    ingress:
      direction === 'ingress'
        ? (spec.ingress?.map((one, index) => (index === Number(rule) ? { ...one, from: repair(one.from) } : one)) ??
          null)
        : spec.ingress,
    egress:
      direction === 'egress'
        ? (spec.egress?.map((one, index) => (index === Number(rule) ? { ...one, to: repair(one.to) } : one)) ?? null)
        : spec.egress,
  });
}

/** A peer whose pods are in another namespace gets the namespaceSelector that it lacks. */
function repairedPeer(policy: NetworkPolicyObject, peer: NetworkPolicyPeer, nearest: Nearest): NetworkPolicyPeer {
  if (nearest.isOfNamespaces === true) return { ...peer, namespaceSelector: nearest.selector };
  if (nearest.repair !== 'namespace' || nearest.namespace === policy.namespace) {
    return { ...peer, podSelector: nearest.selector };
  }
  const namespaceSelector = { matchLabels: { [NAME_LABEL]: nearest.namespace } };
  return { namespaceSelector, podSelector: nearest.selector };
}

function specOf({ podSelector, policyTypes, ingress, egress }: NetworkPolicyObject): {
  readonly podSelector: NetworkPolicyObject['podSelector'];
  readonly policyTypes: NetworkPolicyObject['policyTypes'];
  readonly ingress: NetworkPolicyObject['ingress'];
  readonly egress: NetworkPolicyObject['egress'];
} {
  return { podSelector, policyTypes, ingress, egress };
}
