import { matches } from '../../kube/selector.ts';
import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';

/** The workloads that a Service sends to: those with a live pod (or, in files, a template) that its selector selects. */
export function backendsOf(view: ClusterView, service: ServiceObject): readonly AnalysedWorkload[] {
  const { selector } = service;
  if (selector === null || Object.keys(selector).length === 0) return [];
  return workloads(view, service.namespace).filter((one) =>
    one.classes.some(
      (podClass) => podClass.state !== 'finished' && matches({ matchLabels: selector }, podClass.labels),
    ),
  );
}

export type Exposure =
  | { readonly type: 'load-balancer'; readonly isPublic: boolean; readonly addresses: readonly string[] }
  | { readonly type: 'node-port' }
  | { readonly type: 'external-ip'; readonly addresses: readonly string[] };

/** Annotations by which clouds make a load balancer reachable from their own network only. */
const INTERNAL: readonly (readonly [key: string, value: RegExp])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^(?:true|0\.0\.0\.0\/0)$/i],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/i],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/i],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', /^true$/i],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', /^true$/i],
  ['networking.gke.io/load-balancer-type', /^internal$/i],
  ['cloud.google.com/load-balancer-type', /^internal$/i],
];

/** How a Service is reachable from outside the cluster, the widest way first. */
export function exposuresOf(service: ServiceObject): readonly Exposure[] {
  const found: Exposure[] = [];
  if (service.type === 'LoadBalancer') {
    const isInternal = INTERNAL.some(([key, value]) => value.test(service.annotations[key] ?? ''));
    const ranges = service.loadBalancerSourceRanges.map((range) => range.trim());
    const isLimited = ranges.length > 0 && !ranges.some((range) => range === '0.0.0.0/0' || range === '::/0');
    found.push({
      type: 'load-balancer',
      isPublic: !isInternal && !isLimited,
      addresses: service.loadBalancerAddresses,
    });
  }
  if (service.type === 'NodePort') found.push({ type: 'node-port' });
  if (service.externalIPs.length > 0) found.push({ type: 'external-ip', addresses: service.externalIPs });
  return found;
}
