import { proposeObjectLabels } from '../../analyses/labels/inference.ts';
import { missingLabels, type AroundObject } from '../../analyses/labels/labelled-objects.ts';
import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import { meetsRequirement, requiredOf } from '../../kube/required-label.ts';
import { kindInfo } from '../../model/kind.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { proposedLabels } from './label-plan.ts';
import { reasonsOf } from './label-reasons.ts';
import { requiredValue } from './set-required-label.ts';

const MANAGED_BY: RecommendedLabel = 'app.kubernetes.io/managed-by';

/**
 * The labels of an object that a remedy adds to the cluster: those that a finding about it would ask for at once. What
 * nothing tells is left out.
 *
 * @param object as it would be added, without labels
 * @returns the labels, and from what the value of each comes, by key
 */
export function newObjectLabels(
  view: ClusterView,
  object: AroundObject,
): { readonly labels: Labels; readonly reasons: Readonly<Record<string, string>> } {
  const proposals = proposeObjectLabels(view, object, missingLabels(object.labels));
  let labels: Labels = { ...proposedLabels(proposals), [MANAGED_BY]: 'kubectl' };
  let reasons = { ...reasonsOf({ proposals }), [MANAGED_BY]: 'the command that applies it' };
  const required = requiredOf(view.facts().labels?.required ?? [], object.namespace, kindInfo(object.kind).kind);
  for (const one of required) {
    const value = meetsRequirement(labels, one) ? undefined : requiredValue(view, object, one);
    if (value === undefined || 'refused' in value) continue;
    labels = { ...labels, ...value.labels };
    reasons = { ...reasons, ...value.reasons };
  }
  return { labels, reasons };
}
