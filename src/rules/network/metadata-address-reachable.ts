// Clouds serve credentials of the node to whoever asks 169.254.169.254 (AWS also fd00:ec2::254) over HTTP. Isolated
// pods should not reach it; a policy that allows 0.0.0.0/0 does let them. Pods that are open for egress anyway are the
// business of network/no-egress-isolation.
// Source: kubernetes.io/docs/tasks/administer-cluster/securing-a-cluster ("Restricting cloud metadata API access").
import { portsWithOutside } from '../../analyses/network/allowed-ports.ts';
import { workloadProfiles } from '../../analyses/network/direction-profile.ts';
import { workloadIsolation } from '../../analyses/network/isolation.ts';
import { containsAddress, parseAddress } from '../../kube/ip-range.ts';
import { hasPort } from '../../kube/port-set.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import { attack } from '../references.ts';
import { rule } from '../rule.ts';

const METADATA = ['169.254.169.254', 'fd00:ec2::254'].flatMap((text) => parseAddress(text) ?? []);
const HTTP = 80;

export const metadataAddressReachable = rule({
  id: 'network/metadata-address-reachable',
  subject: 'Workload',
  summary: 'isolated pods that may still ask the cloud metadata service',
  help: 'The service hands out the credentials of the node. Add it to the exceptions of the ipBlock: except: [169.254.169.254/32].',
  references: [attack('T1552.005')],
  needs: ['Pod', 'NetworkPolicy'],
  check: (workload, view) => {
    const isolation = workloadIsolation(view, workload)?.egress;
    if (isolation === undefined || (isolation.status === 'open' && !isolation.mixed)) return [];
    const reaching = workloadProfiles(view, workload).filter(({ egress, peer }) => {
      if (egress.undecided !== '' || egress.policies === null) return false;
      return portsWithOutside(egress, peer).some(
        ({ range, ports }) => hasPort(ports, 'TCP', HTTP) && METADATA.some((one) => containsAddress(range, one)),
      );
    });
    const first = reaching[0];
    if (first === undefined) return [];
    const by = first.egress.isolatedBy;
    return [
      {
        severity: 'medium',
        title: 'may ask the cloud metadata service',
        why: `Its egress policies (${by.join(', ')}) allow 169.254.169.254 on port 80, where a cloud hands out the credentials of the node.`,
        evidence: by.map((name) => ({
          text: `NetworkPolicy ${name} is among those that allow it`,
          path: 'spec.egress',
        })),
        members: memberNames(reaching.map(({ peer }) => peer.podClass)),
      },
    ];
  },
});
