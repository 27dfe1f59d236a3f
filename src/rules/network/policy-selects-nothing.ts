// A NetworkPolicy acts on the pods of its namespace that spec.podSelector matches. One that matches no pod, and no
// template of a workload there, protects nothing, whatever it was written for.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicySpec.podSelector.
import { nearestInCluster } from '../../analyses/labels/nearest-in-cluster.ts';
import { selectsSomething } from '../../analyses/labels/selectable.ts';
import { unreadPods } from '../../analyses/labels/selector-verdict.ts';
import { isOperatedElsewhere } from '../../analyses/labels/operated-pods.ts';
import { isEmptySelector, selectorText } from '../../kube/selector.ts';
import { refOf } from '../../kube/object-ref.ts';
import { rule } from '../rule.ts';

export const policySelectsNothing = rule({
  id: 'network/policy-selects-nothing',
  subject: 'NetworkPolicy',
  summary: 'network policies that select no pod',
  help: 'The policy looks like protection and is none. Correct its selector (the nearest label that would match is shown), move it to the right namespace, or delete it.',
  references: [],
  needs: ['Pod', 'NetworkPolicy'],
  check: (policy, view) => {
    const { namespace, podSelector } = policy;
    if (!view.readable('Pod', namespace).ok || selectsSomething(view, podSelector, namespace)) return [];
    const object = refOf(policy);
    if (isEmptySelector(podSelector)) {
      return [
        {
          severity: 'info',
          title: 'selects every pod of a namespace that has none',
          why: `Namespace ${namespace} holds no pod and no workload now; the policy will apply to what comes.`,
          evidence: [{ text: 'empty selector', object, path: 'spec.podSelector' }],
          absence: true,
        },
      ];
    }
    if (isOperatedElsewhere(view, podSelector)) return [];
    const unread = unreadPods(view, [namespace]);
    if (unread?.type === 'pending') return [];
    if (unread !== undefined) {
      return [
        {
          severity: 'info',
          title: 'it is not known whether it selects a pod',
          why: `Nothing that could be read in namespace ${namespace} has the labels ${selectorText(podSelector)}, but ${unread.reason}.`,
          evidence: [{ text: `selects ${selectorText(podSelector)}`, object, path: 'spec.podSelector' }],
          unknown: true,
        },
      ];
    }
    const near = nearestInCluster(view, podSelector, namespace);
    return [
      {
        severity: near === undefined ? 'low' : 'medium',
        title: 'selects no pod',
        why: `No pod or workload of namespace ${namespace} has the labels ${selectorText(podSelector)}, so that the policy protects nothing.${near === undefined ? '' : ` Nearest: ${near.text}.`}`,
        evidence: [
          { text: `selects ${selectorText(podSelector)}`, object, path: 'spec.podSelector' },
          ...(near === undefined
            ? []
            : [
                { text: `nearest: ${selectorText(near.selector)} in ${near.namespace}, ${near.text}` },
                { text: `it would protect ${near.owners.join(', ')}` },
              ]),
        ],
        absence: true,
        remedies: near === undefined ? [] : ['network/fix-selector'],
        data: near === undefined ? null : { selector: near.selector, namespace: near.namespace, repair: near.repair },
      },
    ];
  },
});
