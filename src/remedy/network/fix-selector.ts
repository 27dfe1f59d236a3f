import type { NearestSelector } from '../../analyses/labels/nearest-selector.ts';
import { NAME_LABEL } from '../../analyses/network/namespace-labels.ts';
import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import type { NetworkPolicyObject, NetworkPolicyPeer } from '../../model/objects.ts';
import { kubectl } from '../kubectl.ts';
import { selectorPatch } from '../labels/selector-patch.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import type { PolicySpec } from './policy-document.ts';
import { policyEffects } from './policy-effects.ts';

const PEER_PATH = /^spec\.(ingress|egress)\[(\d+)\]\.(?:from|to)\[(\d+)\]$/;

/** Writes the nearest selector that matches something into a policy. */
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
    const change = { type: 'upsert', object: { ...policy, ...fixed.spec } } as const;
    const { resource } = kindInfo('NetworkPolicy');
    return {
      note: 'Check that the label is what the policy was meant for: pods that it selects from now on are isolated by it.',
      manifests: [
        {
          apiVersion: apiVersionOf('NetworkPolicy'),
          kind: 'NetworkPolicy',
          metadata: { name: policy.name, namespace: policy.namespace },
          spec: fixed.patch,
        },
      ],
      comments: [],
      // Applied, the selector would keep the keys that the patch takes out.
      use: {
        type: 'patch',
        commands: [kubectl`patch ${resource} ${policy.name} -n ${policy.namespace} --type=merge --patch-file FILE`],
      },
      changes: [change],
      effects: policyEffects(view, [change]),
    };
  },
};

type Nearest = Pick<NearestSelector, 'selector' | 'namespace' | 'repair'> & {
  /** The selector is the peer's namespaceSelector. */
  readonly isOfNamespaces?: boolean;
};

interface Fixed {
  /** What of the spec is another. */
  readonly spec: Partial<PolicySpec>;
  /** The merge patch that makes it so: maps are merged, lists replaced. */
  readonly patch: Manifest;
}

function fixedSubject(policy: NetworkPolicyObject, { selector, namespace }: Nearest): Fixed | undefined {
  if (namespace !== policy.namespace) return undefined;
  return {
    spec: { podSelector: selector },
    patch: { podSelector: selectorPatch(policy.podSelector, selector) },
  };
}

function fixedPeer(policy: NetworkPolicyObject, nearest: Nearest, path: string): Fixed | undefined {
  const [, direction, rule, at] = PEER_PATH.exec(path) ?? [];
  const repair = (peers: readonly NetworkPolicyPeer[] | undefined): readonly NetworkPolicyPeer[] =>
    (peers ?? []).map((peer, index) => (index === Number(at) ? repairedPeer(policy, peer, nearest) : peer));
  if (direction === 'ingress' && policy.ingress !== null) {
    const ingress = policy.ingress.map((one, index) =>
      index === Number(rule) ? { ...one, from: repair(one.from) } : one,
    );
    return { spec: { ingress }, patch: { ingress } };
  }
  if (direction === 'egress' && policy.egress !== null) {
    const egress = policy.egress.map((one, index) => (index === Number(rule) ? { ...one, to: repair(one.to) } : one));
    return { spec: { egress }, patch: { egress } };
  }
  return undefined;
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
