// The labels that an organisation agreed on (config `labels.required`), as the object itself carries them: what a cost
// report, an alert route or an admission policy reads. Source: kubernetes.io docs, "Labels and Selectors".
import { isMirror, ownLabels, podLabels } from '../../analyses/labels/label-health.ts';
import { isLabelledByHand } from '../../analyses/labels/labelled-objects.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { refOf } from '../../kube/object-ref.ts';
import { meetsRequirement, requiredOf } from '../../kube/required-label.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import { LABELLED_KINDS, OPT_IN_KINDS } from '../../model/kind.ts';
import type { RequiredLabel } from '../../model/label-convention.ts';
import type { Labels } from '../../model/selector.ts';
import { rule } from '../rule.ts';
import { objectRules } from './object-rules.ts';
import { unreadDrafts } from './unread-drafts.ts';

const COMMON = {
  id: 'labels/required-label',
  summary: 'workloads and objects without a label that the config requires, or with a value that it does not allow',
  help:
    'The labels under labels.required in the config were agreed on: set the missing one on the object, with an allowed ' +
    'value. A ValidatingAdmissionPolicy keeps them required, with warnings first.',
  references: [],
} as const;

const ofWorkload = rule({
  ...COMMON,
  subject: 'Workload',
  needs: LABELLED_KINDS,
  check: (workload, view) => {
    const required = view.facts().labels?.required ?? [];
    if (required.length === 0 || !isLabelledHere(workload)) return [];
    const { ref, object } = workload;
    const labels = ownLabels(workload);
    return unmet(required, ref, labels).map((one) => ({
      ...draft(ref, one, labels[one.key]),
      members: memberNames(workload.classes),
      remedies: [
        ...(object === undefined ? [] : ['labels/set-required-label']),
        ...(object === undefined || meetsRequirement(podLabels(workload), one)
          ? []
          : ['labels/set-required-label-on-pods']),
        'labels/require-labels',
      ],
    }));
  },
});

const OF_OBJECTS = objectRules(COMMON, (object, view) => {
  const required = view.facts().labels?.required ?? [];
  if (required.length === 0 || !isLabelledByHand(object)) return [];
  const ref = refOf(object);
  return unmet(required, ref, object.labels).map((one) => ({
    ...draft(ref, one, object.labels[one.key]),
    remedies: ['labels/set-required-label', 'labels/require-labels'],
  }));
});

/** Kinds that are read on demand have no object that could say that they were not. */
const unread = rule({
  ...COMMON,
  subject: 'Cluster',
  needs: [],
  check: (_cluster, view) => {
    const named = new Set((view.facts().labels?.required ?? []).flatMap(({ kinds }) => kinds));
    return unreadDrafts(
      view,
      OPT_IN_KINDS.filter((kind) => named.has(kind)),
      'carry the labels that the config requires',
    );
  },
});

export const REQUIRED_LABEL = [ofWorkload, ...OF_OBJECTS, unread] as const;

function unmet(required: readonly RequiredLabel[], ref: ObjectRef, labels: Labels): readonly RequiredLabel[] {
  return requiredOf(required, ref.namespace ?? '', ref.kind).filter((one) => !meetsRequirement(labels, one));
}

/** An object of another kind at the top of the chain was not read, and nobody can label a mirror pod. */
function isLabelledHere(workload: AnalysedWorkload): boolean {
  return workload.object !== undefined || (workload.ref.kind === 'Pod' && !isMirror(workload));
}

function draft(object: ObjectRef, { key, values }: RequiredLabel, value: string | undefined): FindingDraft {
  return {
    key,
    severity: 'medium',
    title: value === undefined ? `lacks the required label ${key}` : `label ${key}=${value} is not allowed`,
    why: 'The config requires it: what reads this label (alert routes, cost reports, policies) passes it by or takes it for another.',
    evidence: [
      { text: value === undefined ? `${key} is not on it` : `${key}=${value}`, object, path: 'metadata.labels' },
      { text: `the config requires ${key}${values.length === 0 ? '' : `, one of ${values.join(', ')}`}` },
    ],
  };
}
