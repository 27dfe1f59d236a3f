/**
 * Capabilities split root's rights; some of them (SYS_ADMIN, SYS_PTRACE, SYS_MODULE …) lead out of a container again.
 * Privileged containers have all of them and are a finding of their own.
 * Source: capabilities(7); Pod Security Standards (baseline: capabilities_baseline); Kubescape insecureCapabilities.
 */
import { containerTraits, findTraits } from '../../analyses/vigilance/privilege.ts';
import { capabilityName, DANGEROUS_CAPABILITIES, NODE_CAPABILITIES } from '../../kube/pod-security-sensitive.ts';
import type { Container } from '../../model/pod-spec.ts';
import { attack, cis, nsa, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

export const dangerousCapabilities = rule({
  id: 'vigilance/dangerous-capabilities',
  subject: 'Workload',
  summary: 'Workloads that add capabilities which lead out of the container',
  help: 'Drop ALL and add only what the program needs; NET_BIND_SERVICE is the only one that restricted allows. NET_ADMIN and NET_RAW let a container rewrite or sniff the traffic of its pod, SYS_ADMIN and its like reach the node.',
  references: [cis('5.2.8'), cis('5.2.9'), owasp('K01'), nsa('1.10'), attack('T1611'), podSecurityStandard('baseline')],
  needs: ['Pod'],
  concerns: ({ containers }) => containers.some((container) => addedBy(container).length > 0),
  check(subject) {
    const { kind } = subject.ref;
    const names = new Set<string>();
    const textOf = (container: Container): string | undefined => {
      const added = addedBy(container);
      for (const one of added) names.add(one);
      return added.length === 0 ? undefined : `container ${container.name} adds ${added.join(', ')}`;
    };
    const field = 'securityContext.capabilities.add';
    const found = findTraits(subject, 'medium', (spec) => containerTraits(spec, kind, field, textOf));
    if (found === undefined) return [];
    const isNode = [...names].some((name) => NODE_CAPABILITIES.has(name));
    const judged = findTraits(subject, isNode ? 'high' : 'medium', () => found.traits) ?? found;
    return [
      {
        severity: judged.severity,
        advisory: found.advisory,
        title: `Adds dangerous capabilities: ${[...names].sort().join(', ')}`,
        why: `${isNode ? 'With them a container reaches its node.' : "With them a container manipulates its pod's network or reads its node's log."}${found.note}`,
        evidence: found.evidence,
        members: found.members,
        remedies: ['vigilance/security-context-patch'],
      },
    ];
  },
});

/** The dangerous capabilities that a container adds, in order; a privileged one has them all anyway. */
function addedBy({ securityContext }: Container): readonly string[] {
  if (securityContext.privileged === true) return [];
  const added = (securityContext.capabilities?.add ?? []).map(capabilityName);
  return [...new Set(added)].filter((name) => DANGEROUS_CAPABILITIES.has(name)).sort();
}
