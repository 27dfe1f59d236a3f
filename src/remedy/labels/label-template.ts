import type { Remedy } from '../remedy.ts';
import { labelDraft } from './label-draft.ts';
import { labelPlan, proposedLabels } from './label-plan.ts';
import { leftText, reasonsOf } from './label-reasons.ts';

/** Adds labels to the workload and to its pod template, never to its immutable selector. */
export const labelTemplate: Remedy = {
  id: 'labels/label-template',
  title: 'label the workload and its pods',
  safety: 'review',
  build: (finding, view) => {
    const plan = labelPlan(finding, view, true);
    if ('refused' in plan) return plan;
    const labels = proposedLabels(plan.proposals);
    return labelDraft(
      view,
      plan,
      { own: labels, pods: labels },
      { note: leftText(plan).trim(), reasons: reasonsOf(plan) },
    );
  },
};
