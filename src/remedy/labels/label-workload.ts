import type { Remedy } from '../remedy.ts';
import { labelDraft } from './label-draft.ts';
import { labelPlan, proposedLabels } from './label-plan.ts';
import { leftText, reasonsOf } from './label-reasons.ts';

/** Adds labels to the workload alone: no pod restarts, and no selector of pods sees them yet. */
export const labelWorkload: Remedy = {
  id: 'labels/label-workload',
  title: 'label the workload',
  safety: 'safe',
  build: (finding, view) => {
    const plan = labelPlan(finding, view, false);
    if ('refused' in plan) return plan;
    const labels = proposedLabels(plan.proposals);
    return labelDraft(
      view,
      plan,
      { own: labels, pods: {} },
      {
        note: `Labels the workload and not yet its pods; label the template at the next release.${leftText(plan)}`,
        reasons: reasonsOf(plan),
      },
    );
  },
};
