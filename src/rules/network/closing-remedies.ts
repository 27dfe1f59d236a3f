import { stagedPolicies } from '../../analyses/network/staged-policies.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Ids of the remedies that close what is open: where policies can be staged, that goes first. */
export function closingRemedies(view: ClusterView): readonly string[] {
  const staged = stagedPolicies(view) === 'no' ? [] : ['network/staged-least-policy'];
  return [...staged, 'network/least-policy', 'network/default-deny'];
}
