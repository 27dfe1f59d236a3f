// A label key is free text: `app.kubernetes.io/nmae` is valid and selects nothing that anybody looks for.
// Source: kubernetes.io docs, "Labels and Selectors" (syntax) and "Recommended Labels".
import { labelHealth, ownLabels, podLabels } from '../../analyses/labels/label-health.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { rule } from '../rule.ts';

export const misspeltLabel = rule({
  id: 'labels/misspelt-label',
  subject: 'Workload',
  summary: 'label keys that nearly are a recommended label',
  help: 'The key is valid but no tool or policy reads it. Rename it on the workload and on its pod template.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload) => {
    const onPods = podLabels(workload);
    return labelHealth(workload).suspect.map(({ key, reason, suggestion }) => ({
      key,
      severity: 'low',
      title: `label ${key} should probably be ${suggestion}`,
      why: `The key ${reason}: selectors on ${suggestion} pass this workload by.`,
      evidence: [
        {
          text: `${key}=${onPods[key] ?? ownLabels(workload)[key] ?? ''} ${reason}`,
          object: workload.ref,
          path: 'metadata.labels',
        },
      ],
      members: memberNames(workload.classes),
      remedies: remediesOf(workload, onPods[key] !== undefined),
    }));
  },
});

/** Labelling the workload alone is enough where its pods do not carry the wrong key. */
function remediesOf(workload: AnalysedWorkload, isOnPods: boolean): readonly string[] {
  if (workload.object === undefined) return [];
  return isOnPods ? ['labels/label-template'] : ['labels/label-workload', 'labels/label-template'];
}
