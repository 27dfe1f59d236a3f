// The labels that an organisation agreed on (config `labels.required`), as the object itself carries them: what a cost
// report, an alert route or an admission policy reads. Source: kubernetes.io docs, "Labels and Selectors".
import { isMirror, ownLabels, podLabels } from '../../analyses/labels/label-health.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { meetsRequirement, requiredOf } from '../../kube/required-label.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { LABELLED_KINDS } from '../../model/kind.ts';
import type { RequiredLabel } from '../../model/label-convention.ts';
import { rule } from '../rule.ts';

export const requiredLabel = rule({
  id: 'labels/required-label',
  subject: 'Workload',
  summary: 'workloads without a label that the config requires, or with a value that it does not allow',
  help:
    'The labels under labels.required in the config were agreed on: set the missing one on the workload, with an allowed ' +
    'value. A ValidatingAdmissionPolicy keeps them required, with warnings first.',
  references: [],
  needs: LABELLED_KINDS,
  check: (workload, view) => {
    const required = view.facts().labels?.required ?? [];
    if (required.length === 0 || !isLabelledHere(workload)) return [];
    const { namespace, kind } = workload.ref;
    const labels = ownLabels(workload);
    return requiredOf(required, namespace, kind)
      .filter((one) => !meetsRequirement(labels, one))
      .map((one) => draft(workload, one, labels[one.key]));
  },
});

/** An object of another kind at the top of the chain was not read, and nobody can label a mirror pod. */
function isLabelledHere(workload: AnalysedWorkload): boolean {
  return workload.object !== undefined || (workload.ref.kind === 'Pod' && !isMirror(workload));
}

function draft(workload: AnalysedWorkload, one: RequiredLabel, value: string | undefined): FindingDraft {
  const { key, values } = one;
  const isOnPods = meetsRequirement(podLabels(workload), one);
  return {
    key,
    severity: 'medium',
    title: value === undefined ? `lacks the required label ${key}` : `label ${key}=${value} is not allowed`,
    why: 'The config requires it: what reads this label (alert routes, cost reports, policies) passes the workload by or takes it for another.',
    evidence: [
      {
        text: value === undefined ? `${key} is not on the workload` : `${key}=${value}`,
        object: workload.ref,
        path: 'metadata.labels',
      },
      { text: `the config requires ${key}${values.length === 0 ? '' : `, one of ${values.join(', ')}`}` },
    ],
    members: memberNames(workload.classes),
    remedies: [
      ...(workload.object === undefined ? [] : ['labels/set-required-label']),
      ...(workload.object === undefined || isOnPods ? [] : ['labels/set-required-label-on-pods']),
      'labels/require-labels',
    ],
  };
}
