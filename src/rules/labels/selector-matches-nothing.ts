// A Service, a PodDisruptionBudget and an autoscaler find their pods by labels (an autoscaler by the name of a workload);
// one that finds none does nothing, and nobody is told. A Service without a selector, or of type ExternalName, is meant so.
// Source: kubernetes.io docs, "Service" (services without selectors), "Specifying a Disruption Budget for your
// Application", "Horizontal Pod Autoscaling". NetworkPolicies have rules of their own in the network pane.
import { judgeSelector, unreadKinds } from '../../analyses/labels/selector-verdict.ts';
import { nearestName } from '../../kube/nearest-name.ts';
import { refOf } from '../../kube/object-ref.ts';
import { isOperatedElsewhere } from '../../analyses/labels/operated-pods.ts';
import { isEmptySelector } from '../../kube/selector.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { HorizontalPodAutoscalerObject, KubeObject } from '../../model/objects.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';
import { UNMATCHED, unmatchedFinding } from './unmatched-finding.ts';

const NEEDS = ['Pod', ...WORKLOAD_KINDS] as const;

const serviceMatchesNothing = rule({
  ...UNMATCHED,
  subject: 'Service',
  needs: ['Service', ...NEEDS],
  check: (service, view) => {
    const { selector, namespace } = service;
    if (selector === null || Object.keys(selector).length === 0 || service.type === 'ExternalName') return [];
    if (isOperated(service, { matchLabels: selector }, view)) return [];
    return unmatchedFinding(judgeSelector(view, { matchLabels: selector }, [namespace]), {
      object: refOf(service),
      path: 'spec.selector',
      selector: { matchLabels: selector },
      where: `namespace ${namespace}`,
      consequence: 'so that the Service leads nowhere',
    });
  },
});

const budgetMatchesNothing = rule({
  ...UNMATCHED,
  subject: 'PodDisruptionBudget',
  needs: ['PodDisruptionBudget', ...NEEDS],
  check: (budget, view) => {
    const { selector, namespace } = budget;
    // An empty selector means every pod of the namespace: whatever comes is protected.
    if (selector === null || isEmptySelector(selector) || isOperated(budget, selector, view)) return [];
    return unmatchedFinding(judgeSelector(view, selector, [namespace]), {
      object: refOf(budget),
      path: 'spec.selector',
      selector,
      where: `namespace ${namespace}`,
      consequence: 'so that a drained node may evict all of them at once',
    });
  },
});

const autoscalerMatchesNothing = rule({
  ...UNMATCHED,
  subject: 'HorizontalPodAutoscaler',
  needs: ['HorizontalPodAutoscaler', ...NEEDS],
  check: checkTarget,
});

export const SELECTOR_MATCHES_NOTHING = [
  serviceMatchesNothing,
  budgetMatchesNothing,
  autoscalerMatchesNothing,
] as const;

/** An operator that owns the object makes the pods too, in its own time; from files its pods are never there. */
function isOperated(object: KubeObject, selector: LabelSelector, view: ClusterView): boolean {
  if (object.owners.some((owner) => owner.controller)) return true;
  return isOperatedElsewhere(view, selector);
}

function checkTarget(scaler: HorizontalPodAutoscalerObject, view: ClusterView): readonly FindingDraft[] {
  const { namespace, target } = scaler;
  const kind = WORKLOAD_KINDS.find((one) => one === target.kind);
  // What other kinds hold was not read.
  if (kind === undefined || view.get(kind, namespace, target.name) !== undefined) return [];
  const object = refOf(scaler);
  const path = 'spec.scaleTargetRef.name';
  const unread = unreadKinds(view, namespace, [kind]);
  if (unread?.type === 'pending') return [];
  if (unread?.type === 'unknown') {
    return [
      {
        severity: 'info',
        title: `it is not known whether ${kind} ${target.name} is there`,
        why: `The autoscaler's target was not found, but ${unread.reason}.`,
        evidence: [{ text: `scales ${kind} ${target.name}`, object, path }],
        unknown: true,
      },
    ];
  }
  const near = nearestName(
    target.name,
    view.list(kind, namespace).map((one) => one.name),
  );
  return [
    {
      severity: near === undefined ? 'low' : 'medium',
      title: `scales ${kind} ${target.name}, which is not there`,
      why: `Namespace ${namespace} has no ${kind} ${target.name}, so that nothing is scaled.${near === undefined ? '' : ` Nearest: ${near}.`}`,
      evidence: [
        { text: `scales ${kind} ${target.name}`, object, path },
        ...(near === undefined ? [] : [{ text: `nearest: ${kind} ${namespace}/${near}` }]),
      ],
      absence: true,
      remedies: near === undefined ? [] : ['labels/fix-scale-target'],
      data: near === undefined ? null : { kind, name: near },
    },
  ];
}
