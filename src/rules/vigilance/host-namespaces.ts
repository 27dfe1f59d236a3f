/**
 * hostPID shows and signals every process of the node, hostIPC its shared memory, and hostNetwork takes the node's own
 * addresses: NetworkPolicies do not apply, loopback services of the node and its cloud identity are reachable.
 * Source: Pod Security Standards (baseline: hostNamespaces); https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import { findTraits } from '../../analyses/vigilance/privilege.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import type { Reference } from '../../model/finding.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { attack, cis, nsa, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

const MEANING = {
  hostPID: 'sees and can signal every process of the node, and read their environment',
  hostIPC: 'reads and writes the shared memory of processes of the node',
  hostNetwork: "uses the node's network: NetworkPolicies do not apply, and the node's loopback services are reachable",
} as const;
const FIELDS = ['hostPID', 'hostIPC', 'hostNetwork'] as const;
const CIS_ITEMS = { hostPID: '5.2.3', hostIPC: '5.2.4', hostNetwork: '5.2.5' } as const;

export const hostNamespaces = rule({
  id: 'vigilance/host-namespaces',
  subject: 'Workload',
  summary: 'Workloads that share the process, IPC or network namespace of their node',
  help: 'Sharing a namespace of the node removes the wall that a container is. Leave hostPID, hostIPC and hostNetwork unset; expose ports by a Service instead of the host network.',
  references: referencesOf(FIELDS),
  needs: ['Pod'],
  concerns: (spec) => FIELDS.some((field) => spec[field]),
  check(subject) {
    const path = specPath(subject.ref.kind);
    const shared = (spec: PodSpec): readonly (typeof FIELDS)[number][] => FIELDS.filter((field) => spec[field]);
    const isWorse = subject.classes.some((one) => one.spec.hostPID) || subject.template?.spec.hostPID === true;
    const found = findTraits(subject, isWorse ? 'high' : 'medium', (spec) =>
      shared(spec).map((field) => ({ text: `${field} is true: the pod ${MEANING[field]}`, path: `${path}.${field}` })),
    );
    if (found === undefined) return [];
    const fields = FIELDS.filter((field) => found.traits.some((trait) => trait.path.endsWith(`.${field}`)));
    return [
      {
        severity: found.severity,
        advisory: found.advisory,
        references: referencesOf(fields),
        title: `Shares its node's namespaces: ${fields.join(', ')}`,
        why: `The pod ${fields.map((field) => MEANING[field]).join('; it ')}.${found.note}`,
        evidence: found.evidence,
        members: found.members,
        remedies: ['vigilance/security-context-patch'],
      },
    ];
  },
});

/** Each field is an item of its own in the CIS benchmark. */
function referencesOf(fields: readonly (typeof FIELDS)[number][]): readonly Reference[] {
  return [
    ...fields.map((field) => cis(CIS_ITEMS[field])),
    owasp('K01'),
    nsa('1.3'),
    attack('T1611'),
    podSecurityStandard('baseline'),
  ];
}
