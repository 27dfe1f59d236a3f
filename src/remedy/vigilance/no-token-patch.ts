/**
 * Takes the API token away from a workload that was granted nothing.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
 */
import type { Remedy } from '../remedy.ts';
import { patchable, rolledOut, rolloutText } from './changed-workload.ts';
import { workloadPatch } from './spec-patch.ts';

export const noTokenPatch: Remedy = {
  id: 'vigilance/no-token-patch',
  title: 'Do not mount the API token',
  safety: 'review',
  build(finding, view) {
    const target = patchable(view, finding.subject);
    if ('refused' in target) return target;
    return {
      note: 'A program that does ask the API (discovery, its own identity, a service mesh) stops working: try it first.',
      manifests: [workloadPatch(target.ref, { automountServiceAccountToken: false }, undefined)],
      comments: [],
      use: { type: 'patch', commands: [target.command] },
      changes: rolledOut(view, target, (spec) => ({ ...spec, automountServiceAccountToken: false })),
      effects: ['its pods hold no token', rolloutText(target)],
    };
  },
};
