// A label key is free text: `app.kubernetes.io/nmae` is valid and selects nothing that anybody looks for.
// Source: kubernetes.io docs, "Labels and Selectors" (syntax) and "Recommended Labels".
import {
  labelHealth,
  ownLabels,
  podLabels,
  suspectLabels,
  type SuspectLabel,
} from '../../analyses/labels/label-health.ts';
import { isLabelledByHand, judgedKinds } from '../../analyses/labels/labelled-objects.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import { rule } from '../rule.ts';
import { objectRules } from './object-rules.ts';

const COMMON = {
  id: 'labels/misspelt-label',
  summary: 'label keys that nearly are a recommended label',
  help: 'The key is valid but no tool or policy reads it. Rename it on the object, and for a workload on its pod template.',
  references: [],
} as const;

const ofWorkload = rule({
  ...COMMON,
  subject: 'Workload',
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload) => {
    const onPods = podLabels(workload);
    return labelHealth(workload).suspect.map((suspect) => ({
      ...draft(
        suspect,
        onPods[suspect.key] ?? ownLabels(workload)[suspect.key] ?? '',
        workload.ref,
        placeOf(workload, suspect.key),
      ),
      members: memberNames(workload.classes),
      remedies: remediesOf(workload, onPods[suspect.key] !== undefined),
    }));
  },
});

const OF_OBJECTS = objectRules(COMMON, (object, view) => {
  const suspects = suspectLabels(object.labels);
  if (suspects.length === 0 || !isLabelledByHand(object) || !judgedKinds(view).includes(object.kind)) return [];
  return suspects.map((suspect) => ({
    ...draft(suspect, object.labels[suspect.key] ?? '', refOf(object), OWN),
    remedies: ['labels/label-object'],
  }));
});

export const MISSPELT_LABEL = [ofWorkload, ...OF_OBJECTS] as const;

const OWN = 'metadata.labels';

/** Where the label stands: a template may carry what the workload does not. */
function placeOf({ ref, labels, template }: AnalysedWorkload, key: string): string {
  if (labels[key] !== undefined || template === undefined) return OWN;
  return specPath(ref.kind).replace(/spec$/, OWN);
}

function draft(
  { key, reason, suggestion }: SuspectLabel,
  value: string,
  object: ObjectRef,
  path: string,
): FindingDraft {
  return {
    key,
    severity: 'low',
    title: `label ${key} should probably be ${suggestion}`,
    why: `The key ${reason}: selectors on ${suggestion} pass it by.`,
    evidence: [{ text: `${key}=${value} ${reason}`, object, path }],
  };
}

/** Labelling the workload alone is enough where its pods do not carry the wrong key. */
function remediesOf(workload: AnalysedWorkload, isOnPods: boolean): readonly string[] {
  if (workload.object === undefined) return [];
  return isOnPods ? ['labels/label-template'] : ['labels/label-workload', 'labels/label-template'];
}
