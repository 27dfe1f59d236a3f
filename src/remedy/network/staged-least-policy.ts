import { stagedPolicies } from '../../analyses/network/staged-policies.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import { leastPolicy } from './least-policy.ts';

const STAGED = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'StagedKubernetesNetworkPolicy',
  resource: 'stagedkubernetesnetworkpolicies.projectcalico.org',
} as const;

/**
 * The least policies as Calico's staged ones, which enforce nothing: its flow logs tell what they would deny.
 *
 * Source: docs.tigera.io/calico/latest/reference/resources/stagedkubernetesnetworkpolicy (the spec is that of a
 * NetworkPolicy)
 */
export const stagedLeastPolicy: Remedy = {
  id: 'network/staged-least-policy',
  title: 'least policy, staged by Calico before anything is enforced',
  safety: 'review',
  build: (finding, view) => {
    const made = leastPolicy.build(finding, view);
    if ('refused' in made) return made;
    const needs =
      stagedPolicies(view) === 'unknown' ? ' It needs Calico 3.30 or newer, whose version could not be seen.' : '';
    const names = made.manifests.map((one) => metadataOf(one).name).join(' ');
    const { namespace } = metadataOf(made.manifests[0] ?? {});
    return {
      ...made,
      note: `Enforces nothing: Calico's flow logs name under "pending policies" what it would deny. Once that is nothing you need, apply the least policy itself, then kubectl delete ${STAGED.resource} -n ${namespace} ${names}.${needs}`,
      manifests: made.manifests.map(staged),
      changes: [],
      effects: made.effects.map((text) => `once enforced: ${text}`),
    };
  },
};

function staged(manifest: Manifest): Manifest {
  return { ...manifest, apiVersion: STAGED.apiVersion, kind: STAGED.kind };
}

function metadataOf(manifest: Manifest): { readonly namespace: string; readonly name: string } {
  return manifest['metadata'] as { readonly namespace: string; readonly name: string };
}
