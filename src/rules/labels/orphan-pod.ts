// A pod that no controller owns is not replaced when its node fails. Mirror pods are the kubelet's own.
// Source: kubernetes.io docs, "Pods" (working with pods) and "Static Pods".
import { isMirror } from '../../analyses/labels/label-health.ts';
import { rule } from '../rule.ts';

export const orphanPod = rule({
  id: 'labels/orphan-pod',
  subject: 'Workload',
  summary: 'pods that belong to no workload',
  help: 'Nobody re-creates the pod, and no label of an owner says what it is for. Run it through a Deployment or a Job.',
  references: [],
  needs: ['Pod'],
  check: (workload) => {
    if (workload.ref.kind !== 'Pod') return [];
    const pods = workload.classes.flatMap((one) => one.pods);
    if (pods.length === 0 || isMirror(workload)) return [];
    if (workload.classes.every((one) => one.state === 'finished')) return [];
    return [
      {
        severity: 'info',
        title: 'runs without an owner',
        why: 'It is not replaced when its node fails, and nothing says who it belongs to.',
        evidence: [{ text: 'no controller reference', object: workload.ref, path: 'metadata.ownerReferences' }],
        members: pods.map((pod) => pod.name),
      },
    ];
  },
});
