/**
 * Services of type LoadBalancer and NodePort, and externalIPs, are reachable from outside the cluster. An externalIP
 * also takes over traffic to that address inside the cluster (CVE-2020-8554, unfixed by design).
 * Source: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
import { backendsOf, exposuresOf, type Exposure } from '../../analyses/vigilance/exposed-backends.ts';
import { sensitiveService } from '../../kube/sensitive-port.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Evidence, Severity } from '../../model/finding.ts';
import type { ServiceObject } from '../../model/objects.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

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
    const exposures = exposuresOf(subject);
    const worst = exposures[0];
    if (worst === undefined) return [];
    const backends = backendsOf(view, subject);
    const sensitive = [...new Set(subject.ports.flatMap(sensitivePort))];
    const behind = backends.map((one) => refText(one.ref));
    const isKnown = view.readable('Pod', subject.namespace).ok;
    const nothing = subject.selector === null ? 'endpoints without a selector' : isKnown ? 'no pod' : 'unknown pods';
    const ports = subject.ports.map((port) => `${port.port}/${port.protocol}`).join(', ');
    return [
      {
        severity: severityOf(subject, exposures, sensitive.length > 0, isKnown && backends.length === 0),
        title: `${exposureText(worst)} on ${ports}`,
        why: `Behind it ${backends.length <= 1 ? 'stands' : 'stand'} ${behind.length === 0 ? nothing : someOf(behind, NAMED)}.${
          sensitive.length === 0 ? '' : ` ${sensitive.join(' and ')} should not be reachable from outside.`
        }`,
        evidence: exposures.map((exposure) => evidenceOf(subject, exposure)),
        data: { exposure: worst.type, backends: backends.map((one) => one.ref) },
      },
    ];
  },
});

function sensitivePort(port: ServiceObject['ports'][number]): string[] {
  const name = sensitiveService(port.targetPort) ?? sensitiveService(port.port);
  return name === undefined ? [] : [name];
}

function severityOf(
  service: ServiceObject,
  exposures: readonly Exposure[],
  isSensitive: boolean,
  isEmpty: boolean,
): Severity {
  const isPublic = exposures.some((one) => one.type === 'load-balancer' && one.isPublic);
  const isLimited = exposures.every((one) => one.type === 'load-balancer' && !one.isPublic);
  const isWeb = service.ports.every((port) => WEB_PORTS.has(port.port));
  if (isEmpty || isLimited) return 'info';
  if (exposures.some((one) => one.type === 'external-ip')) return isSensitive ? 'high' : 'medium';
  if (isSensitive) return isPublic ? 'high' : 'medium';
  return isWeb || !isPublic ? 'low' : 'medium';
}

function exposureText(exposure: Exposure): string {
  switch (exposure.type) {
    case 'load-balancer':
      return exposure.isPublic ? 'Open to the world through a load balancer' : 'Exposed by a limited load balancer';
    case 'node-port':
      return "Open on every node's address";
    case 'external-ip':
      return 'Claims external addresses';
  }
}

function evidenceOf(service: ServiceObject, exposure: Exposure): Evidence {
  const object = refOf(service);
  switch (exposure.type) {
    case 'load-balancer': {
      const at = exposure.addresses.length === 0 ? 'no address yet' : exposure.addresses.join(', ');
      return { text: `type LoadBalancer (${at})`, object, path: 'spec.type' };
    }
    case 'node-port': {
      const ports = service.ports.flatMap((port) => (port.nodePort === null ? [] : [String(port.nodePort)]));
      return { text: `type NodePort${ports.length === 0 ? '' : ` ${ports.join(', ')}`}`, object, path: 'spec.type' };
    }
    case 'external-ip':
      return { text: `externalIPs ${exposure.addresses.join(', ')}`, object, path: 'spec.externalIPs' };
  }
}
