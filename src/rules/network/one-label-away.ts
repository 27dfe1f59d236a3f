// A policy isolates the pods that its podSelector matches, and passes by those that miss it by one label: a typing error,
// another convention's key, or a label that was forgotten on one workload.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicySpec.podSelector.
import { LabelIndex, pairsOf } from '../../analyses/labels/label-index.ts';
import { nearestSelector, type NearestSelector } from '../../analyses/labels/nearest-selector.ts';
import { selectablesOf, selectsSomething, type Selectable } from '../../analyses/labels/selectable.ts';
import { workloadIsolation } from '../../analyses/network/isolation.ts';
import { policiesNear } from '../../analyses/network/near-policies.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { DIRECTIONS } from '../../kube/network-policy-rule.ts';
import { selectorText } from '../../kube/selector.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { NetworkPolicyObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { LongList } from '../../store/long-list.ts';
import { rule } from '../rule.ts';

export const oneLabelAway = rule({
  id: 'network/one-label-away',
  subject: 'Workload',
  summary: 'open workloads that miss a policy by one label',
  help: 'A policy of the namespace protects others and passes these pods by for one label. Correct the label on the template, or the selector of the policy.',
  references: [],
  needs: ['Pod', 'NetworkPolicy'],
  check: (workload, view) => {
    const verdicts = workloadIsolation(view, workload);
    const open = DIRECTIONS.filter((direction) => verdicts?.[direction].status === 'open');
    if (open.length === 0) return [];
    const own = selectablesOf(workload);
    const policies = policiesNear(view, workload.ref.namespace, own);
    if (policies.size === 0) return [];
    const index = LabelIndex.of(LongList.of([own]));
    return [...policies].flatMap((policy): FindingDraft[] => {
      const missed = open.filter((direction) => policy[direction] !== null);
      if (policy.problem !== null || missed.length === 0) return [];
      const near = nearMiss(view, workload, policy.object, own, index);
      if (near === undefined) return [];
      return [
        {
          key: policy.object.name,
          severity: 'medium',
          title: `one label away from NetworkPolicy ${policy.object.name}`,
          why: `The policy selects ${selectorText(policy.object.podSelector)}, and ${near.text}: these pods are open for ${missed.join(' and ')}.`,
          evidence: [
            {
              text: `selects ${selectorText(policy.object.podSelector)}`,
              object: refOf(policy.object),
              path: 'spec.podSelector',
            },
          ],
          members: memberNames(workload.classes),
          absence: true,
        },
      ];
    });
  },
});

/** The one difference between a policy's selector and a workload; undefined where there is none, or more than one. */
function nearMiss(
  view: ClusterView,
  workload: AnalysedWorkload,
  { namespace, podSelector }: NetworkPolicyObject,
  own: readonly Selectable[],
  index: LabelIndex<Selectable>,
): NearestSelector | undefined {
  // One that selects nothing has a finding of its own, with what is nearest.
  if (!selectsSomething(view, podSelector, namespace)) return undefined;
  const near = nearestSelector(podSelector, namespace, index);
  if (near === undefined) return undefined;
  switch (near.repair) {
    // Another value is another thing; only a label that is not there at all may have been forgotten.
    case 'drop': {
      const kept = pairsOf(near.selector);
      const dropped = pairsOf(podSelector).filter(({ key }) => !kept.some((one) => one.key === key));
      return dropped.every(({ key }) => !index.keys().includes(key)) ? near : undefined;
    }
    // A workload that is named as its label says is no typing error.
    case 'spelling':
      return own.some((one) =>
        Object.values(one.labels).some((value) => isOwnName(workload, value, podSelector.matchLabels)),
      )
        ? undefined
        : near;
    default:
      return near;
  }
}

/** Whether a label value that the selector does not ask for is the workload's own name, or part of it. */
function isOwnName(
  { ref }: AnalysedWorkload,
  value: string,
  wanted: NetworkPolicyObject['podSelector']['matchLabels'] = {},
): boolean {
  return value !== '' && ref.name.includes(value) && !Object.values(wanted).includes(value);
}
