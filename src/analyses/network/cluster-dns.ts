import type { ServiceObject, WorkloadObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { FlowPort } from './declared-flow.ts';
import { serviceTargets, type ServiceTarget } from './service-target.ts';

/** Where pods ask for names. */
export interface ClusterDns {
  readonly targets: readonly ServiceTarget[];
  /** Addresses of a NodeLocal DNS cache on the host's network, and the cluster address that it answers for. */
  readonly cacheCidrs: readonly string[];
  readonly why: string;
}

/** The usual addresses of the DNS Service. Source: kubernetes.io/docs/concepts/services-networking/dns-pod-service. */
const SERVICES: readonly (readonly [namespace: string, name: string])[] = [
  ['kube-system', 'kube-dns'],
  ['kube-system', 'coredns'],
  ['kube-system', 'rke2-coredns-rke2-coredns'],
  ['openshift-dns', 'dns-default'],
];

const DNS_PORT = 53;
/** The link-local address that the NodeLocal DNSCache add-on listens on, if it is told no other. */
const NODE_LOCAL = '169.254.20.10';
const LINK_LOCAL = /^(?:169\.254\.|fe80:)/;
const NODE_CACHE = /(?:^|\/)k8s-dns-node-cache(?=[:@]|$)/;

/** Ports that the fallback allows where no DNS Service was found. */
export const FALLBACK_DNS_PORTS: readonly FlowPort[] = [
  { protocol: 'UDP', port: DNS_PORT },
  { protocol: 'TCP', port: DNS_PORT },
];

const USUAL = 'so the usual labels and port (k8s-app: kube-dns in kube-system, 53)';

/**
 * The DNS pods and the port they listen on (its target port: OpenShift's differs from 53), over UDP and TCP both: an
 * answer that is too long for UDP comes over TCP, also where the Service forgot to say so.
 */
export function clusterDns(view: ClusterView): ClusterDns {
  const service = SERVICES.map(([namespace, name]) => view.get('Service', namespace, name)).find(
    (one) => one !== undefined,
  );
  if (service === undefined) return { targets: [], cacheCidrs: [], why: `DNS: no DNS Service was found, ${USUAL}` };
  const targets = serviceTargets(view, service).map(({ workload, ports }) => ({
    workload,
    ports: bothProtocols(ports),
  }));
  const found = `DNS: Service ${service.namespace}/${service.name} leads`;
  const why = targets.length === 0 ? `${found} to no pod that was read, ${USUAL}` : `${found} here`;
  const cache = nodeLocalDns(view);
  return { targets, cacheCidrs: cache === undefined ? [] : cacheCidrs(service, cache), why };
}

function bothProtocols(ports: readonly FlowPort[]): readonly FlowPort[] {
  const dns = ports.filter((one) => one.protocol === 'UDP');
  const numbers = [...new Set((dns.length > 0 ? dns : ports).map((one) => one.port))];
  return numbers.flatMap((port): FlowPort[] => [
    { protocol: 'UDP', port },
    { protocol: 'TCP', port },
  ]);
}

/** The add-on has another name in some distributions; its image is the same. */
function nodeLocalDns(view: ClusterView): WorkloadObject | undefined {
  return view.list('DaemonSet').find(({ name, template }) => {
    const images = template?.spec.containers.map((container) => container.image) ?? [];
    return name === 'node-local-dns' || images.some((image) => NODE_CACHE.test(image));
  });
}

/** The addresses that the cache is told to listen on, else its usual one; and that of the Service, which it answers for. */
function cacheCidrs(service: ServiceObject, cache: WorkloadObject): readonly string[] {
  const told = (cache.template?.spec.references ?? []).map((one) => one.host).filter((host) => LINK_LOCAL.test(host));
  const addresses = [
    ...(told.length === 0 ? [NODE_LOCAL] : told),
    ...service.clusterIPs.filter((address) => address !== 'None'),
  ];
  return [...new Set(addresses)].map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
}
