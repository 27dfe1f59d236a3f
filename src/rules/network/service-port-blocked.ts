// A Service leads its port to a target port of the pods it selects. Where every one of these pods is isolated and no
// policy allows anything to that port, whoever uses the Service waits for a timeout.
// Source: kubernetes.io/docs/concepts/services-networking/service ("Field: targetPort", "Port definitions").
import { profilesBehind, type PeerProfiles } from '../../analyses/network/direction-profile.ts';
import { rulesOf } from '../../analyses/network/allowed-ports.ts';
import { resolvePorts } from '../../kube/network-policy-rule.ts';
import { hasPort, isProtocol } from '../../kube/port-set.ts';
import { refOf } from '../../kube/object-ref.ts';
import { targetPorts } from '../../kube/network-service-port.ts';
import type { ServicePort } from '../../model/objects.ts';
import { rule } from '../rule.ts';

export const servicePortBlocked = rule({
  id: 'network/service-port-blocked',
  subject: 'Service',
  summary: 'Service ports that no policy lets anybody reach',
  help: 'The pods behind the Service are isolated, and no rule allows its target port: the Service can not answer. Allow the port from whoever should use it, or remove it.',
  references: [],
  needs: ['Pod', 'NetworkPolicy', 'Service'],
  check: (service, view) => {
    const behind = profilesBehind(view, service);
    if (behind.length === 0) return [];
    return service.ports.flatMap((port) => {
      if (!behind.every((one) => isBlocked(one, port))) return [];
      const name = port.name ?? `${port.port}`;
      const policies = [...new Set(behind.flatMap((one) => one.ingress.isolatedBy))];
      return [
        {
          key: name,
          severity: 'low' as const,
          title: `port ${name} is blocked by policy`,
          why: `Every pod behind it is isolated for ingress, and no rule of ${policies.join(', ')} allows ${port.protocol} ${port.targetPort}.`,
          evidence: policies.map((text) => ({
            text: `NetworkPolicy ${text} does not allow it`,
            object: refOf(service),
          })),
          absence: true,
        },
      ];
    });
  },
});

/** Whether no rule at all speaks for the port; who its peers are does not matter here. */
function isBlocked({ peer, ingress }: PeerProfiles, port: ServicePort): boolean {
  if (ingress.policies === null || ingress.undecided !== '' || !isProtocol(port.protocol)) return false;
  const { protocol } = port;
  const targets = targetPorts(port, peer.podClass.spec);
  const rules = rulesOf(ingress).filter((one) => one.action === 'allow');
  return (
    targets.length > 0 &&
    targets.every((target) => !rules.some((one) => hasPort(resolvePorts(one.ports, peer.names), protocol, target)))
  );
}
