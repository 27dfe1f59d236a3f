// Label values are compared byte by byte: `Prod`, `prod` and `production` are three groups to every selector, policy and
// dashboard. Source: k8s.io/apimachinery pkg/labels/selector.go, Requirement.Matches.
import { relianceText } from '../../analyses/labels/label-map.ts';
import { referrersReading } from '../../analyses/labels/label-referrers.ts';
import { nearMisses, type NearMiss } from '../../analyses/labels/near-misses.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

export const nearMissValue = rule({
  id: 'labels/near-miss-value',
  subject: 'Workload',
  summary: 'label values that nearly are what a selector asks for or what neighbours use',
  help: 'Selectors compare values byte by byte. Use the same value everywhere; a value that is right as it is can be waived.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  check: (workload, view) => nearMisses(view, workload).map((miss) => draft(workload, view, miss)),
});

function draft(workload: AnalysedWorkload, view: ClusterView, miss: NearMiss): FindingDraft {
  const { key, value, meant, why, seen } = miss;
  const readers = relianceText(referrersReading(view, workload.ref.namespace, [key]));
  return {
    key,
    severity: miss.against === 'selector' ? 'medium' : 'low',
    title: `label ${key}=${value} should probably be ${meant}`,
    why,
    evidence: [
      { text: `${key}=${value}`, object: workload.ref, path: 'metadata.labels' },
      { text: seen },
      ...(readers === '' ? [] : [{ text: `label ${key} is ${readers}` }]),
    ],
    members: memberNames(workload.classes),
    remedies: workload.object === undefined ? [] : ['labels/set-labels'],
    data: { labels: { [key]: meant } },
  };
}
