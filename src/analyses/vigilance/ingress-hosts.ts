import { refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { IngressObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { backendsOf } from '../network/service-backends.ts';

/** Workloads that a text names. */
const MOST_NAMED = 5;

/** Annotations by which a cloud or controller ends TLS without `spec.tls`; of some the value has to be `true`. */
const TLS_ELSEWHERE: readonly (readonly [key: string, value: RegExp])[] = [
  ['alb.ingress.kubernetes.io/certificate-arn', /./],
  ['ingress.gcp.kubernetes.io/pre-shared-cert', /./],
  ['networking.gke.io/managed-certificates', /./],
  ['nginx.ingress.kubernetes.io/ssl-passthrough', /^true$/i],
  ['traefik.ingress.kubernetes.io/router.tls', /^true$/i],
];

/** The hosts of an Ingress, each once, in order; '' is every host. */
export function ingressHosts(ingress: IngressObject): readonly string[] {
  return [...new Set(ingress.backends.map((one) => one.host))].sort();
}

/**
 * The hosts that no TLS entry covers. An entry without hosts covers all; `*.example.com` one label.
 * Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls, #hostname-wildcards
 */
export function hostsWithoutTls(ingress: IngressObject): readonly string[] {
  if (TLS_ELSEWHERE.some(([key, value]) => value.test(ingress.annotations[key] ?? ''))) return [];
  if (ingress.tls.some((one) => one.hosts.length === 0)) return [];
  const covered = ingress.tls.flatMap((one) => one.hosts);
  return ingressHosts(ingress).filter((host) => !covered.some((one) => covers(one, host)));
}

function covers(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  return pattern.startsWith('*.') && host.slice(host.indexOf('.')) === pattern.slice(1) && host.includes('.');
}

/** The workloads behind Services of a namespace, as text, in order. */
export function workloadsBehind(view: ClusterView, namespace: string, services: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const name of services) {
    const service = view.get('Service', namespace, name);
    if (service === undefined) continue;
    for (const ref of backendsOf(view, service)) found.add(refText(ref));
  }
  return [...found].sort();
}

/** ` Behind it stand Deployment shop/web and 2 more.`; '' for nothing. */
export function standingText(workloads: readonly string[]): string {
  if (workloads.length === 0) return '';
  return ` Behind it ${workloads.length === 1 ? 'stands' : 'stand'} ${someOf(workloads, MOST_NAMED)}.`;
}
