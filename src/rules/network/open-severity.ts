import type { Exposure } from '../../analyses/network/exposure.ts';
import { exposureNote, exposureText } from '../../analyses/network/exposure.ts';
import type { Sensitivity } from '../../analyses/network/sensitivity.ts';
import type { Evidence, Severity } from '../../model/finding.ts';

/**
 * How bad an open direction is. Ingress: high where outside traffic is led to the pods (a load balancer whose address
 * is public or not known, a node port, external IPs, a host port), where the pods hold Secrets, or where they can act
 * on their node; else medium. Egress: high where the pods can act on their node, or where they hold Secrets and
 * outside traffic is led to them (a break-in there can carry the Secrets out); else medium.
 */
export function openSeverity(
  direction: 'ingress' | 'egress',
  exposed: readonly Exposure[],
  { secrets, hostAccess }: Sensitivity,
): Severity {
  const outside = exposed.some(isOutside);
  const holdsSecrets = secrets.length > 0;
  if (hostAccess) return 'high';
  if (direction === 'ingress') return outside || holdsSecrets ? 'high' : 'medium';
  return outside && holdsSecrets ? 'high' : 'medium';
}

/** What raises the severity, as evidence. */
export function exposureEvidence(
  exposed: readonly Exposure[],
  { secrets, hostAccess }: Sensitivity,
): readonly Evidence[] {
  return [
    ...exposed.map((one) => ({ text: `${one.by}: ${exposureText(one)}${exposureNote(one)}` })),
    ...(secrets.length > 0
      ? [{ text: `its pods hold ${secrets.length === 1 ? 'Secret' : 'Secrets'} ${secrets.join(', ')}` }]
      : []),
    ...(hostAccess ? [{ text: 'its pods can act on their node (privileged or hostPID)' }] : []),
  ];
}

function isOutside(one: Exposure): boolean {
  switch (one.type) {
    case 'LoadBalancer':
    case 'externalIPs':
      return one.address !== 'private';
    case 'NodePort':
    case 'hostPort':
      return true;
    case 'Ingress':
    case 'Gateway':
      return false;
  }
}
