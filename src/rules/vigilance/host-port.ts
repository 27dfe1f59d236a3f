/**
 * A hostPort binds a port of the node: it is reachable wherever the node is, past every Service, and often past
 * NetworkPolicies. Ports of the host network are part of `vigilance/host-namespaces`.
 * Source: Pod Security Standards (baseline: hostPorts).
 */
import { containerTraits, findTraits } from '../../analyses/vigilance/privilege.ts';
import { attack, cis, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

export const hostPort = rule({
  id: 'vigilance/host-port',
  subject: 'Workload',
  summary: 'Workloads that bind ports of their node',
  help: 'Use a Service (ClusterIP behind an Ingress or Gateway, or LoadBalancer) so that exposure is visible and can be limited; remove hostPort.',
  references: [cis('5.2.12'), owasp('K06'), attack('T1133'), podSecurityStandard('baseline')],
  needs: ['Pod'],
  concerns: ({ containers }) => containers.some(({ ports }) => ports.some(({ hostPort: port }) => port !== null)),
  check(subject) {
    const { kind } = subject.ref;
    const ports = new Set<string>();
    const found = findTraits(subject, 'medium', (spec) =>
      spec.hostNetwork
        ? []
        : containerTraits(spec, kind, 'ports', (container) => {
            const bound = container.ports.flatMap((port) =>
              port.hostPort === null ? [] : [`${port.hostPort}/${port.protocol}`],
            );
            for (const port of bound) ports.add(port);
            return bound.length === 0 ? undefined : `container ${container.name} binds host port ${bound.join(', ')}`;
          }),
    );
    if (found === undefined) return [];
    return [
      {
        severity: found.severity,
        advisory: found.advisory,
        title: `Binds ports of its node: ${[...ports].sort().join(', ')}`,
        why: `Whoever reaches a node reaches the pod on these ports, whatever its Services say.${found.note}`,
        evidence: found.evidence,
        members: found.members,
        remedies: ['vigilance/security-context-patch'],
      },
    ];
  },
});
