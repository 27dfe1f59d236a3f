/**
 * PodSecurityPolicies were removed in 1.25. One in a manifest, and a role that grants the use of one, is a safeguard that
 * is no longer there: pods that it held back are admitted now, unless pod security admission or another controller
 * refuses them.
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

function checkRole(role: RoleObject, view: ClusterView): readonly FindingDraft[] {
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

function checkFiles(view: ClusterView): readonly FindingDraft[] {
  const isGone = serverMinor(view) >= FIRST_WITHOUT;
  return (view.facts().removedApis ?? [])
    .filter((written) => written.kind === 'PodSecurityPolicy')
    .map(({ apiVersion, kind, name, location }) => ({
      subject: { apiVersion, kind, namespace: null, name },
      severity: isGone ? 'medium' : 'low',
      title: isGone
        ? 'A PodSecurityPolicy, which this version no longer has'
        : `A PodSecurityPolicy, which 1.${FIRST_WITHOUT} removes`,
      why: isGone
        ? 'The API server refuses it, and nothing checks pods against it: what it was to hold back is admitted unless something else refuses it.'
        : 'After the upgrade nothing checks pods against it: what it holds back is admitted unless something else refuses it.',
      evidence: [{ text: `declared in ${location.file}:${location.line}` }],
    }));
}

const common = {
  id: 'vigilance/pod-security-policy-leftover',
  summary: 'PodSecurityPolicies in manifests, and roles that grant their use, on a version without them',
  help: 'Label the namespaces with the pod security level that the policy stood for (pod-security.kubernetes.io/enforce), then remove the policy, the role and its bindings.',
  references: [cis('5.2.1'), owasp('K04')],
} as const;

export const podSecurityPolicyLeftover: readonly Rule[] = [
  rule<'Role'>({ ...common, subject: 'Role', needs: ['Role'], check: checkRole }),
  rule<'ClusterRole'>({ ...common, subject: 'ClusterRole', needs: ['ClusterRole'], check: checkRole }),
  rule<'Cluster'>({ ...common, subject: 'Cluster', needs: [], check: (_cluster, view) => checkFiles(view) }),
];
