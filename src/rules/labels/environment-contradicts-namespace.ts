// Who may reach what is often decided by environment: a workload labelled `prod` in a namespace labelled `staging` is in
// one of the two by mistake. Source: kubernetes.io docs, "Labels and Selectors" (environment labels).
import { ownLabels, podLabels } from '../../analyses/labels/label-health.ts';
import { ENVIRONMENT_KEYS, environmentOf } from '../../kube/environment-name.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import { environmentOfNamespace } from '../../analyses/labels/namespace-environment.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { rule } from '../rule.ts';

const NO_DRAFTS: readonly FindingDraft[] = [];

export const environmentContradictsNamespace = rule({
  id: 'labels/environment-contradicts-namespace',
  subject: 'Workload',
  summary: 'workloads labelled for another environment than their namespace',
  help: 'Either the label is wrong, or the workload runs in the wrong place. Policies by namespace and policies by pod then disagree.',
  references: [],
  needs: ['Pod', 'Namespace'],
  check: (workload, view) => {
    const namespace = environmentOfNamespace(view, workload.ref.namespace);
    if (namespace === undefined) return [];
    const [own, onPods] = [ownLabels(workload), podLabels(workload)];
    return ENVIRONMENT_KEYS.flatMap((key): readonly FindingDraft[] => {
      const value = onPods[key] ?? own[key];
      const environment = value === undefined ? undefined : environmentOf(value);
      if (value === undefined || environment === undefined || environment === namespace.environment) return NO_DRAFTS;
      return [
        {
          key,
          severity: namespace.isLabelled ? 'low' : 'info',
          title: `labelled ${key}=${value} in a ${namespace.environment} namespace`,
          why: `The workload says ${environment}, ${namespace.text}: what selects by environment takes it for one or for the other.`,
          evidence: [
            { text: `${key}=${value}`, object: workload.ref, path: 'metadata.labels' },
            {
              text: namespace.text,
              object: { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: workload.ref.namespace },
              path: namespace.isLabelled ? 'metadata.labels' : 'metadata.name',
            },
          ],
          members: memberNames(workload.classes),
          ...(namespace.value === undefined || workload.object === undefined
            ? {}
            : { remedies: ['labels/set-labels'], data: { labels: { [key]: namespace.value } } }),
        },
      ];
    });
  },
});
