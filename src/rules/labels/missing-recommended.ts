// Kubernetes recommends six labels under app.kubernetes.io/ so that tools and policies can name an application the same
// way everywhere. Source: kubernetes.io docs, "Recommended Labels". Missing ones break nothing: severity info.
import { isMirror, labelHealth, ownLabels } from '../../analyses/labels/label-health.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import { rule } from '../rule.ts';

export const missingRecommended = rule({
  id: 'labels/missing-recommended',
  subject: 'Workload',
  summary: 'workloads whose recommended labels are incomplete',
  help:
    'Policies, dashboards and owners are found by labels. Add the missing ones to the workload and to its pod template; ' +
    'changing a template restarts its pods, so the patch for the workload alone comes first.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload) => {
    const { missing } = labelHealth(workload);
    if (missing.length === 0 || isMirror(workload)) return [];
    const own = ownLabels(workload);
    const names = missing.map((label) => label.slice('app.kubernetes.io/'.length));
    return [
      {
        severity: 'info',
        title: `lacks ${names.length} of 6 recommended labels: ${names.join(', ')}`,
        why: 'Whatever selects by these labels does not see it, and nobody can tell from it what it belongs to.',
        evidence: missing.map((label) => ({
          text: `${label} is not on ${own[label] === undefined ? 'the workload' : 'its pods'}`,
          object: workload.ref,
          path: 'metadata.labels',
        })),
        members: memberNames(workload.classes),
        remedies: workload.object === undefined ? [] : ['labels/label-workload', 'labels/label-template'],
      },
    ];
  },
});
