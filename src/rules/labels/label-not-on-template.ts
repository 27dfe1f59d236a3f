// Selectors of Services, NetworkPolicies and budgets look at pods; labels of the owner are not inherited by them.
// Source: kubernetes.io docs, "Labels and Selectors"; apps/v1 spec.template.metadata.labels.
import { labelHealth, podLabels } from '../../analyses/labels/label-health.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import { rule } from '../rule.ts';

export const labelNotOnTemplate = rule({
  id: 'labels/label-not-on-template',
  subject: 'Workload',
  summary: 'recommended labels on the workload that its pods do not carry',
  help: 'Pods get the labels of the template, not those of the workload. Add the label to spec.template.metadata.labels.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload) => {
    const { notOnTemplate } = labelHealth(workload);
    // Where pods carry no recommended label at all, `missing-recommended` says it all.
    const isHabit = Object.keys(podLabels(workload)).some((key) => key.startsWith('app.kubernetes.io/'));
    if (notOnTemplate.length === 0 || !isHabit) return [];
    return [
      {
        severity: 'low',
        title: `its pods do not carry ${notOnTemplate.join(', ')}`,
        why: 'The label stands on the workload only, where no selector of pods looks.',
        evidence: notOnTemplate.map((label) => ({
          text: `${label}=${workload.labels[label] ?? ''} is on the workload and not on its pod template`,
          object: workload.ref,
          path: 'spec.template.metadata.labels',
        })),
        members: memberNames(workload.classes),
        remedies: ['labels/label-template'],
      },
    ];
  },
});
