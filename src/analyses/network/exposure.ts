import { containsAddress, coversFamily, NOT_ROUTED, parseAddress, parseCidr } from '../../kube/ip-range.ts';
import { ROUTE_KINDS } from '../../model/kind.ts';
import type { RouteObject, ServiceObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';
import { runningSpecsOf } from '../workload/running-specs.ts';
import { workloadKey, type AnalysedWorkload, type WorkloadId } from '../workload/workloads.ts';
import { servicesOf } from './service-backends.ts';

/** One way in from outside the pod network. */
export interface Exposure {
  readonly type: 'LoadBalancer' | 'NodePort' | 'externalIPs' | 'hostPort' | 'Ingress' | 'Gateway';
  /** What stands before the pods, such as `Service data/postgres-lb`. */
  readonly by: string;
  readonly ports: readonly number[];
  /**
   * Of a load balancer: whether its address is reachable from everywhere. A cloud's firewall can't be seen, so that
   * `public` is the address, never "open to the internet" as a fact.
   */
  readonly address: 'public' | 'private' | 'unknown';
  /** loadBalancerSourceRanges, as far as they limit who may connect; empty: everybody. */
  readonly sourceRanges: readonly string[];
}

/** A way in that a Service itself opens. */
export interface ServiceExposure extends Exposure {
  readonly type: 'LoadBalancer' | 'NodePort' | 'externalIPs';
}

/** Annotations by which clouds give a load balancer an address of their own network. */
const INTERNAL: readonly (readonly [key: string, value: RegExp])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^(?:true|0\.0\.0\.0\/0)$/i],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/i],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/i],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', /^true$/i],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', /^true$/i],
  ['networking.gke.io/load-balancer-type', /^internal$/i],
  ['cloud.google.com/load-balancer-type', /^internal$/i],
];

/** How a workload's pods are reachable from outside, the widest way first. */
export function exposures(view: ClusterView, { ref }: Pick<AnalysedWorkload, 'ref'>): readonly Exposure[] {
  return view.derive('exposure', workloadKey(ref), (inner) => findExposures(inner, ref), deepEqual);
}

/** `LoadBalancer 5432`, for tables. */
export function exposureText(exposure: Exposure): string {
  return exposure.ports.length === 0 ? exposure.type : `${exposure.type} ${exposure.ports.join(',')}`;
}

/** What is known of a load balancer's address and of who may use it: ` on a public address, limited to 192.0.2.0/24`. */
export function exposureNote(exposure: Exposure): string {
  if (exposure.type !== 'LoadBalancer') return '';
  const ranges = exposure.sourceRanges.length > 0 ? `, limited to ${exposure.sourceRanges.join(', ')}` : '';
  switch (exposure.address) {
    case 'public':
      return ` on a public address${ranges}`;
    case 'private':
      return ` on a private address${ranges}`;
    case 'unknown':
      return `, address not known${ranges}`;
  }
}

function findExposures(view: ClusterView, ref: WorkloadId): readonly Exposure[] {
  const services = servicesOf(view, ref);
  const onNode = hostPorts(view, ref);
  if (services.length === 0) return onNode;
  const names = new Set(services.map((service) => service.name));
  const found: Exposure[] = [
    ...services.flatMap(serviceExposures),
    ...onNode,
    ...behindIngress(view, ref.namespace, names),
    ...behindGateway(view, ref.namespace, names),
  ];
  return found.sort((a, b) => WIDTH[a.address] - WIDTH[b.address] || a.sourceRanges.length - b.sourceRanges.length);
}

/** From the widest: who may come to an address that is not known may be anybody. */
const WIDTH: Readonly<Record<Exposure['address'], number>> = { public: 0, unknown: 1, private: 2 };

/** The ways in from outside that a Service itself opens. */
export function serviceExposures(service: ServiceObject): readonly ServiceExposure[] {
  const by = `Service ${service.namespace}/${service.name}`;
  const ports = service.ports.map((port) => port.port);
  const found: ServiceExposure[] = [];
  if (service.type === 'LoadBalancer') {
    const sourceRanges = limitingRanges(service.loadBalancerSourceRanges);
    found.push({ type: 'LoadBalancer', by, ports, address: loadBalancerAddress(service), sourceRanges });
  }
  if (service.externalIPs.length > 0) {
    found.push({ type: 'externalIPs', by, ports, address: addressClass(service.externalIPs), sourceRanges: [] });
  }
  if (service.type === 'NodePort') {
    const nodePorts = service.ports.flatMap((port) => port.nodePort ?? []);
    found.push({ type: 'NodePort', by, ports: nodePorts, address: 'unknown', sourceRanges: [] });
  }
  return found;
}

function hostPorts(view: ClusterView, ref: WorkloadId): readonly Exposure[] {
  const specs = runningSpecsOf(view, ref)?.specs ?? NONE;
  const ports = specs.flatMap(({ spec }) => hostPortsOf(spec));
  if (ports.length === 0) return NONE;
  const by = 'hostPort of its pods';
  const unique = [...new Set(ports)].sort((a, b) => a - b);
  return [{ type: 'hostPort', by, ports: unique, address: 'unknown', sourceRanges: [] }];
}

const NONE: readonly never[] = [];

/** Workloads share specifications. */
const HOST_PORTS = new WeakMap<PodSpec, readonly number[]>();

function hostPortsOf(spec: PodSpec): readonly number[] {
  let ports = HOST_PORTS.get(spec);
  if (ports === undefined) {
    ports = spec.containers.flatMap((container) => container.ports.flatMap((port) => port.hostPort ?? []));
    HOST_PORTS.set(spec, ports);
  }
  return ports;
}

function behindIngress(view: ClusterView, namespace: string, services: ReadonlySet<string>): readonly Exposure[] {
  return view.list('Ingress', namespace).flatMap((ingress): Exposure[] => {
    if (!ingress.backends.some((backend) => services.has(backend.service))) return [];
    const by = `Ingress ${namespace}/${ingress.name}`;
    return [{ type: 'Ingress', by, ports: [], address: addressClass(ingress.addresses), sourceRanges: [] }];
  });
}

function behindGateway(view: ClusterView, namespace: string, services: ReadonlySet<string>): readonly Exposure[] {
  return routesInto(view, namespace).flatMap((route): Exposure[] => {
    const meant = route.backends.some((one) => one.namespace === namespace && services.has(one.service));
    if (!meant) return [];
    const by = `${route.kind} ${route.namespace}/${route.name}`;
    return [{ type: 'Gateway', by, ports: [], address: 'unknown', sourceRanges: [] }];
  });
}

/** The routes of any namespace that lead into this one. */
function routesInto(view: ClusterView, namespace: string): readonly RouteObject[] {
  return view.derive(
    'routes-into',
    namespace,
    (inner) =>
      ROUTE_KINDS.flatMap((kind) => inner.list(kind)).filter(({ backends }) =>
        backends.some((one) => one.namespace === namespace),
      ),
    sameItems,
  );
}

/** An address that is seen tells; before there is one, and for host names, what the cloud was asked for. */
function loadBalancerAddress(service: ServiceObject): Exposure['address'] {
  const seen = addressClass(service.loadBalancerAddresses);
  const isInternal = INTERNAL.some(([key, value]) => value.test(service.annotations[key] ?? ''));
  return seen === 'unknown' && isInternal ? 'private' : seen;
}

/** Ranges that let in a whole address family limit nobody, in whatever pieces they are written. */
function limitingRanges(ranges: readonly string[]): readonly string[] {
  const texts = ranges.map((range) => range.trim());
  const parsed = texts.flatMap((text) => parseCidr(text) ?? []);
  return coversFamily(parsed, 4) || coversFamily(parsed, 6) ? [] : texts;
}

function addressClass(addresses: readonly string[]): Exposure['address'] {
  const parsed = addresses.map(parseAddress);
  if (parsed.some((one) => one !== null && !NOT_ROUTED.some((range) => containsAddress(range, one)))) return 'public';
  return parsed.length > 0 && parsed.every((one) => one !== null) ? 'private' : 'unknown';
}
