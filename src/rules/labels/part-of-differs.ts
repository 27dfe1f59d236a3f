// app.kubernetes.io/part-of names the higher-level application; one install (name and instance) is part of one.
// Source: kubernetes.io docs, "Recommended Labels".
import { installOf, partOfConflicts } from '../../analyses/labels/applications.ts';
import { ownLabels } from '../../analyses/labels/label-health.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import { rule } from '../rule.ts';

const PART_OF = 'app.kubernetes.io/part-of';

export const partOfDiffers = rule({
  id: 'labels/part-of-differs',
  subject: 'Workload',
  summary: 'workloads of one application that say they are part of different ones',
  help: 'Whoever looks for the parts of an application by part-of misses some. Use one value for one install.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  check: (workload, view) => {
    const labels = ownLabels(workload);
    const install = installOf(labels);
    const partOf = labels[PART_OF];
    if (install === undefined || partOf === undefined) return [];
    const majority = partOfConflicts(view, workload.ref.namespace).get(install);
    if (majority === undefined || majority?.partOf === partOf) return [];
    const name = labels['app.kubernetes.io/name'] ?? '';
    const others =
      majority === null
        ? 'others say otherwise, and no value is in the majority'
        : `${majority.count} of ${majority.total} say ${majority.partOf}`;
    return [
      {
        severity: 'low',
        title: `${name} is part of ${partOf} here and of something else elsewhere in the namespace`,
        why: `Workloads named ${name} (same instance) do not agree on what they are part of: ${others}.`,
        evidence: [
          { text: `${PART_OF}=${partOf}`, object: workload.ref, path: 'metadata.labels' },
          { text: `of the workloads with the same name and instance ${others}` },
        ],
        members: memberNames(workload.classes),
        ...(majority === null || workload.object === undefined
          ? {}
          : { remedies: ['labels/set-labels'], data: { labels: { [PART_OF]: majority.partOf } } }),
      },
    ];
  },
});
