/**
 * Services of type LoadBalancer and NodePort, and externalIPs, are reachable from outside the cluster. An externalIP
 * also takes over traffic to that address inside the cluster (CVE-2020-8554, unfixed by design).
 * Source: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
import { exposureNote, serviceExposures, type ServiceExposure } from '../../analyses/network/exposure.ts';
import { backendsOf } from '../../analyses/network/service-backends.ts';
import { sensitiveService } from '../../kube/sensitive-port.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Evidence, Severity } from '../../model/finding.ts';
import type { ServiceObject } from '../../model/objects.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';
import { isPartial } from '../../store/partial-files.ts';

const NAMED = 5;
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

export const exposedService = rule({
  id: 'vigilance/exposed-service',
  subject: 'Service',
  summary: 'Services that are reachable from outside the cluster, with what stands behind them',
  help: 'Decide whether the world should reach it. Limit a load balancer by loadBalancerSourceRanges or make it internal, put web traffic behind an Ingress or Gateway with TLS, and never publish databases or management ports.',
  references: [owasp('K06'), attack('T1133')],
  needs: ['Service', 'Pod'],
  check(subject, view) {
    const exposures = serviceExposures(subject);
    const worst = exposures[0];
    if (worst === undefined) return [];
    const backends = backendsOf(view, subject);
    const sensitive = [...new Set(subject.ports.flatMap(sensitivePort))];
    const behind = backends.map(refText);
    const isKnown = view.readable('Pod', subject.namespace).ok && !isPartial(view);
    // Endpoints without a selector are addresses that somebody wrote down, or nothing yet.
    const isEmpty = isKnown && subject.selector !== null && backends.length === 0;
    const nothing = subject.selector === null ? 'endpoints without a selector' : isKnown ? 'no pod' : 'unknown pods';
    const ports = subject.ports.map((port) => `${port.port}/${port.protocol}`).join(', ');
    return [
      {
        severity: severityOf(subject, exposures, sensitive.length > 0, isEmpty),
        title: `${exposureTitle(worst)} on ${ports}${exposureNote(worst)}`,
        why: `Behind it ${backends.length <= 1 ? 'stands' : 'stand'} ${behind.length === 0 ? nothing : someOf(behind, NAMED)}.${
          sensitive.length === 0 ? '' : ` ${sensitive.join(' and ')} should not be reachable from outside.`
        }`,
        evidence: exposures.flatMap((exposure) => evidenceOf(subject, exposure)),
        data: { exposure: worst.type, backends },
      },
    ];
  },
});

function sensitivePort(port: ServiceObject['ports'][number]): string[] {
  const name = sensitiveService(port.targetPort) ?? sensitiveService(port.port);
  return name === undefined ? [] : [name];
}

/** A cloud's firewall can't be seen: an address that is not known to be private counts as one that everybody reaches. */
function isPublic(exposure: ServiceExposure): boolean {
  return exposure.type === 'LoadBalancer' && exposure.address !== 'private' && exposure.sourceRanges.length === 0;
}

function severityOf(
  service: ServiceObject,
  exposures: readonly ServiceExposure[],
  isSensitive: boolean,
  isEmpty: boolean,
): Severity {
  const hasPublic = exposures.some(isPublic);
  const isLimited = exposures.every((one) => one.type === 'LoadBalancer' && !isPublic(one));
  const isWeb = service.ports.every((port) => WEB_PORTS.has(port.port));
  if (isEmpty || isLimited) return 'info';
  if (exposures.some((one) => one.type === 'externalIPs')) return isSensitive ? 'high' : 'medium';
  if (isSensitive) return hasPublic ? 'high' : 'medium';
  return isWeb || !hasPublic ? 'low' : 'medium';
}

function exposureTitle(exposure: ServiceExposure): string {
  switch (exposure.type) {
    case 'LoadBalancer':
      return 'Behind a load balancer';
    case 'NodePort':
      return "Open on every node's address";
    case 'externalIPs':
      return 'Claims external addresses';
  }
}

function evidenceOf(service: ServiceObject, exposure: ServiceExposure): readonly Evidence[] {
  const object = refOf(service);
  const nodePorts = service.ports.flatMap((port) => (port.nodePort === null ? [] : [String(port.nodePort)])).join(', ');
  switch (exposure.type) {
    case 'LoadBalancer': {
      const addresses = service.loadBalancerAddresses.join(', ');
      const balancer = {
        text: `type LoadBalancer (${addresses === '' ? 'no address yet' : addresses})`,
        object,
        path: 'spec.type',
      };
      if (nodePorts === '') return [balancer];
      const text = `every node listens on ${nodePorts} for it, whatever loadBalancerSourceRanges say`;
      return [balancer, { text, object, path: 'spec.ports' }];
    }
    case 'NodePort':
      return [{ text: `type NodePort${nodePorts === '' ? '' : ` ${nodePorts}`}`, object, path: 'spec.type' }];
    case 'externalIPs':
      return [{ text: `externalIPs ${service.externalIPs.join(', ')}`, object, path: 'spec.externalIPs' }];
  }
}
