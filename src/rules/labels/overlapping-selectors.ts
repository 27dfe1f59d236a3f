// A controller's selector should match its own pods only: "If multiple controllers have overlapping selectors those
// controllers might conflict and behave unexpectedly"; an autoscaler of the one counts the pods of the other.
// Source: kubernetes.io docs, "Deployments" (Selector).
import { selected } from '../../analyses/labels/selectable.ts';
import { refText } from '../../kube/object-ref.ts';
import { selectorText } from '../../kube/selector.ts';
import { rule } from '../rule.ts';

export const overlappingSelectors = rule({
  id: 'labels/overlapping-selectors',
  subject: 'Workload',
  summary: 'workloads whose selector matches pods of another workload',
  help: 'Give each workload a label of its own in selector and template. Selectors are immutable: the workload has to be created anew.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'],
  check: (workload, view) => {
    const selector = workload.object?.selector ?? null;
    // The API server generates a Job's selector.
    if (selector === null || workload.ref.kind === 'Job') return [];
    const own = refText(workload.ref);
    const owners = selected(view, selector, workload.ref.namespace);
    if (owners.every(({ owner }) => owner === own)) return [];
    const names = [...new Set(owners.map(({ owner }) => owner))].filter((owner) => owner !== own).sort();
    const scaled = view
      .list('HorizontalPodAutoscaler', workload.ref.namespace)
      .find(({ target }) => target.kind === workload.ref.kind && target.name === workload.ref.name);
    return [
      {
        severity: scaled === undefined ? 'low' : 'medium',
        title: `its selector matches pods of ${names.length === 1 ? names[0] : `${names.length} other workloads`}`,
        why: `Its selector ${selectorText(selector)} matches pods that it does not own${scaled === undefined ? ': controllers that share pods may conflict' : `, and HorizontalPodAutoscaler ${scaled.name} counts them`}.`,
        evidence: [
          { text: `selects ${selectorText(selector)}`, object: workload.ref, path: 'spec.selector' },
          ...names.slice(0, 10).map((name) => ({ text: `${name} has these labels` })),
        ],
      },
    ];
  },
});
