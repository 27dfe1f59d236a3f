// Pods made from one template start with the same labels. A difference was written onto a running pod: what selects by
// that label treats replicas unlike, and the next rollout undoes it.
// Source: kubernetes.io docs, "Deployments" (pod template); "Well-Known Labels" for what controllers add themselves.
import { referrersReading } from '../../analyses/labels/label-referrers.ts';
import { relianceText } from '../../analyses/labels/label-map.ts';
import { replicaDifferences, type ReplicaDifference } from '../../analyses/labels/replica-labels.ts';
import { rule } from '../rule.ts';

export const replicasDiffer = rule({
  id: 'labels/replicas-differ',
  subject: 'Workload',
  summary: 'workloads whose pods differ in labels that no controller writes',
  help: 'A label that somebody set on a running pod decides who reaches it and who protects it, and is gone with the pod. Set it on the template, or remove it.',
  references: [],
  needs: ['Pod'],
  check: (workload, view) => {
    const differences = replicaDifferences(workload);
    if (differences.length === 0) return [];
    const keys = differences.map((one) => one.key);
    const readers = referrersReading(view, workload.ref.namespace, keys);
    const pods = new Set(differences.flatMap((one) => one.others.map(({ pod }) => pod)));
    return [
      {
        severity: readers.length > 0 ? 'medium' : 'low',
        title: `its pods differ in label ${keys.join(', ')}`,
        why: `${pods.size} of its pods ${pods.size === 1 ? 'has' : 'have'} other labels than the rest${readers.length > 0 ? `, and the label is ${relianceText(readers)}, so that they are not treated alike` : ''}.`,
        evidence: differences.flatMap((one) =>
          one.others.slice(0, 5).map(({ pod, value }) => ({
            text: `${pod} ${valueText(one, value)}`,
            object: { apiVersion: 'v1', kind: 'Pod', namespace: workload.ref.namespace, name: pod },
            path: 'metadata.labels',
          })),
        ),
        members: [...pods].sort(),
        remedies: ['labels/relabel-pods'],
      },
    ];
  },
});

function valueText({ key, usual, isTied }: ReplicaDifference, value: string | undefined): string {
  const has = value === undefined ? `has no ${key}` : `has ${key}=${value}`;
  if (isTied) return `${has}, as many others ${key}=${usual}`;
  return usual === undefined ? `${has}, the others do not have it` : `${has}, the others ${key}=${usual}`;
}
