// A namespaceSelector is matched by labels that are there today: one that is meant for a team, or is empty, lets in
// whatever environment carries them. Stages of delivery share no trust: who deploys to development decides what runs there.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicyPeer.namespaceSelector.
import { environmentOfNamespace, knownEnvironments } from '../../analyses/labels/namespace-environment.ts';
import { selectsSomething } from '../../analyses/labels/selectable.ts';
import { namespaceLabels } from '../../analyses/network/namespace-labels.ts';
import { compilePolicy } from '../../kube/network-policy.ts';
import type { NetworkRule } from '../../kube/network-policy-rule.ts';
import { refOf } from '../../kube/object-ref.ts';
import { matches } from '../../kube/selector.ts';
import { someOf } from '../../kube/some-of.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

/** Namespaces named one by one before the rest is counted. */
const NAMED = 5;

export const crossEnvironmentReach = rule({
  id: 'network/cross-environment-reach',
  subject: 'NetworkPolicy',
  summary: 'network policies that let another environment in',
  help: 'Pods of another stage of delivery may connect. Name the environment in the namespaceSelector, or the namespaces that are meant.',
  references: [],
  needs: ['NetworkPolicy', 'Namespace', 'Pod'],
  check: (policy, view) => {
    const own = environmentOfNamespace(view, policy.namespace);
    if (own === undefined) return [];
    return (compilePolicy(policy).ingress ?? []).flatMap((one) => {
      const others = knownEnvironments(view).filter(
        ({ name, environment }) => environment !== own.environment && letsIn(view, one, name),
      );
      if (others.length === 0) return [];
      const environments = [...new Set(others.map((each) => each.environment))].sort().join(' and ');
      const names = others.map((each) => each.name);
      return [
        {
          key: one.path,
          severity: own.environment === 'production' ? ('medium' as const) : ('low' as const),
          title: `lets ${environments} into ${own.environment} (${one.path})`,
          why: `Namespace ${policy.namespace} is ${own.environment}, and the rule allows pods of ${someOf(names, NAMED)} to connect.`,
          evidence: [
            { text: `selects namespaces of ${environments}`, object: refOf(policy), path: one.path },
            { text: own.text },
          ],
        },
      ];
    });
  },
});

/** Whether a rule selects pods of a namespace that are there. Rules for everybody have a finding of their own. */
function letsIn(view: ClusterView, { peers }: NetworkRule, namespace: string): boolean {
  if (peers === 'any') return false;
  return peers.some(
    (peer) =>
      peer.type === 'pods' &&
      peer.namespaceSelector !== null &&
      matches(peer.namespaceSelector, namespaceLabels(view, namespace)) &&
      selectsSomething(view, peer.podSelector, namespace),
  );
}
