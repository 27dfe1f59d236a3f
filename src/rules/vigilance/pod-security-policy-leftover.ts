/**
 * PodSecurityPolicies were removed in 1.25. A role that grants the use of one is a safeguard that is no longer there:
 * pods that a strict policy held back are admitted now, unless pod security admission or another controller does it.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-policy/
 */
import { serverMinor } from '../../analyses/pod-security/policy-minor.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { RoleObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { cis, owasp } from '../references.ts';
import { rule, type Rule } from '../rule.ts';

const FIRST_WITHOUT = 25;
const POLICIES = 'podsecuritypolicies';

function check(role: RoleObject, view: ClusterView): readonly FindingDraft[] {
  if (serverMinor(view) < FIRST_WITHOUT) return [];
  const at = role.rules.findIndex((one) => (one.resources ?? []).includes(POLICIES));
  const found = role.rules[at];
  if (found === undefined) return [];
  const names = found.resourceNames ?? [];
  return [
    {
      severity: 'info',
      advisory: true,
      title: 'Grants the use of PodSecurityPolicies, which this version no longer has',
      why: 'What they refused is admitted unless something else refuses it: see the pod security level of the namespaces.',
      evidence: [
        {
          text: `${POLICIES}${names.length === 0 ? '' : ` ${names.join(', ')}`}`,
          object: refOf(role),
          path: `rules[${at}]`,
        },
      ],
    },
  ];
}

const common = {
  id: 'vigilance/pod-security-policy-leftover',
  summary: 'Roles that grant the use of PodSecurityPolicies on a version without them',
  help: 'Label the namespaces with the pod security level that the policy stood for (pod-security.kubernetes.io/enforce), then remove the role and its bindings.',
  references: [cis('5.2.1'), owasp('K04')],
  check,
} as const;

export const podSecurityPolicyLeftover: readonly Rule[] = [
  rule<'Role'>({ ...common, subject: 'Role', needs: ['Role'] }),
  rule<'ClusterRole'>({ ...common, subject: 'ClusterRole', needs: ['ClusterRole'] }),
];
