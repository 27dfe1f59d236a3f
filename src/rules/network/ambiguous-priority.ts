// Which of two admin policies of one tier and priority decides is not defined where both speak of a pod.
// Source: kubernetes-sigs/network-policy-api apis/v1alpha2/clusternetworkpolicy_types.go, field priority.
import { peerProfiles } from '../../analyses/network/direction-profile.ts';
import { allNamespaces } from '../../analyses/network/namespace-labels.ts';
import { adminPolicies } from '../../analyses/network/policies.ts';
import { adminPolicySelects } from '../../kube/admin-network-policy.ts';
import { apiVersionOf, type Kind } from '../../model/kind.ts';
import { rule } from '../rule.ts';

const KIND_NAMES = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
] as const satisfies readonly Kind[];

export const ambiguousPriority = rule({
  id: 'network/ambiguous-priority',
  subject: 'Cluster',
  summary: 'admin policies of equal priority that select the same pods',
  help: 'Which one decides is left to the network plugin, and may differ after an upgrade. Give them different priorities.',
  references: [],
  needs: ['AdminNetworkPolicy', 'ClusterNetworkPolicy', 'Pod'],
  check: (_cluster, view) => {
    const policies = adminPolicies(view);
    return policies.flatMap((one, index) =>
      policies.slice(index + 1).flatMap((other) => {
        if (one.tier !== other.tier || one.priority !== other.priority) return [];
        const direction = (['ingress', 'egress'] as const).find((each) => {
          const actions = new Set([...one[each], ...other[each]].map((entry) => entry.action));
          return one[each].length > 0 && other[each].length > 0 && actions.size > 1;
        });
        if (direction === undefined) return [];
        const shared = allNamespaces(view)
          .flatMap((namespace) => peerProfiles(view, namespace))
          .find(({ peer }) => adminPolicySelects(one, peer.identity) && adminPolicySelects(other, peer.identity));
        if (shared === undefined) return [];
        const [kind, name] = one.name.split(' ');
        const known = KIND_NAMES.find((each) => each === kind);
        const { workload } = shared.peer.podClass;
        return [
          {
            key: other.name,
            severity: 'medium' as const,
            subject: {
              apiVersion: known === undefined ? 'policy.networking.k8s.io' : apiVersionOf(known),
              kind: kind ?? '',
              namespace: null,
              name: name ?? '',
            },
            title: `has the same priority as ${other.name}`,
            why: `Both speak of ${direction} of ${workload.kind} ${workload.namespace}/${workload.name} with priority ${one.priority}, and do not act alike: which one decides is undefined.`,
            evidence: [{ text: `priority ${one.priority} in tier ${one.tier}`, path: 'spec.priority' }],
          },
        ];
      }),
    );
  },
});
