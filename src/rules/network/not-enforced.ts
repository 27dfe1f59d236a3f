// A NetworkPolicy has no effect unless the network plugin enforces it, and no API field says whether one does.
// Source: kubernetes.io/docs/concepts/services-networking/network-policies ("Prerequisites").
import { enforcement } from '../../analyses/network/enforcement.ts';
import { cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';
import { isPartial } from '../../store/partial-files.ts';

export const notEnforced = rule({
  id: 'network/not-enforced',
  subject: 'Cluster',
  summary: 'network policies that nothing is seen to enforce',
  help: 'Policies without a plugin that enforces them are silently without effect. Install one that does (Cilium, Calico, Antrea, kube-network-policies beside another plugin), or switch enforcement on.',
  references: [cis('5.3.1'), owasp('K05')],
  needs: ['DaemonSet'],
  check: (_cluster, view) => {
    // Files that are not a whole cluster never hold its network plugin: that says nothing.
    if (isPartial(view)) return [];
    const { status, evidence } = enforcement(view);
    if (status === 'yes') return [];
    const proof = evidence.map((text) => ({ text }));
    if (status === 'no') {
      return [
        {
          severity: 'high',
          title: 'nothing enforces network policies here',
          why: 'Every pod is open to every other, whatever the policies say: the verdicts below are what they would mean.',
          evidence: proof,
        },
      ];
    }
    return [
      {
        severity: 'low',
        title: 'nothing seen proves that network policies are enforced',
        why: 'The verdicts below are what the policies say; whether anything enforces them can only be proven by a probe.',
        evidence: proof,
        absence: true,
      },
    ];
  },
});
