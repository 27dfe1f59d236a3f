import { ROUTE_KINDS, type Kind } from '../../model/kind.ts';
import { isProtocol } from '../../kube/port-set.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { mountsToken } from '../vigilance/service-account-use.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import { ambientFlows } from './ambient-mesh.ts';
import { apiServerEnd } from './api-server-address.ts';
import { clusterDns } from './cluster-dns.ts';
import type { DeclaredFlow, DeclaredFlows, FlowEnd, UnknownFlow } from './declared-flow.ts';
import { allNamespaces } from './namespace-labels.ts';
import { scrapeFlows } from './scrape-flows.ts';
import { referencedFlows } from './referenced-flows.ts';
import { lateServiceText, lateTargets, serviceTargets } from './service-target.ts';
import { specsOf } from './workload-specs.ts';
import { controllerFlows } from './controller-flows.ts';
import { kubeletFlows } from './kubelet-clients.ts';
import { registrantFlows } from './webhook-registrants.ts';

/** What declares flows beside the workloads. */
const DECLARING_KINDS: readonly Kind[] = [
  'Service',
  'ConfigMap',
  'Ingress',
  ...ROUTE_KINDS,
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'APIService',
  'CustomResourceDefinition',
  'ServiceMonitor',
  'PodMonitor',
  'VMServiceScrape',
  'VMPodScrape',
];

interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const ANYONE: FlowEnd = { type: 'anyone' };

/**
 * Every connection that the cluster's objects declare: hosts named in env, arguments and ConfigMaps, Services and ports
 * of nodes that are open to the outside, Ingress and Gateway backends, webhooks and aggregated APIs, the API server where
 * a token is mounted, metrics scrapers, and the ambient mesh. Who may register webhooks, or read from kubelets, is told.
 * What else is only decided at run time is in no declaration.
 */
export function declaredFlows(view: ClusterView): DeclaredFlows {
  return view.derive('declared-flows', '', (inner) => {
    const flows: DeclaredFlow[] = [];
    const unknown: UnknownFlow[] = [];
    const dns = clusterDns(inner);
    for (const { workload, ports } of dns.targets) {
      const destination = { type: 'workload', workload } as const;
      flows.push({ source: ANYONE, destination, ports, why: 'DNS: every pod asks it for names' });
      unknown.push({ workload, direction: 'egress', text: 'DNS: it may forward to resolvers outside' });
    }
    for (const namespace of allNamespaces(inner)) {
      for (const workload of workloads(inner, namespace)) {
        const source = { type: 'workload', workload } as const;
        for (const { workload: server, ports } of dns.targets) {
          const destination = { type: 'workload', workload: server } as const;
          flows.push({ source, destination, ports, why: dns.why, sourceOnly: true });
        }
        const referenced = referencedFlows(inner, workload);
        flows.push(...referenced.flows);
        unknown.push(...referenced.unknown);
        addApiServer(inner, workload, flows, unknown);
        flows.push(...nodePortFlows(workload));
      }
    }
    const { flows: callbacks, unknown: late } = apiServerCallbacks(inner);
    unknown.push(...late);
    flows.push(...outsideFlows(inner), ...callbacks, ...memberFlows(inner));
    const all = allNamespaces(inner).flatMap((namespace) => workloads(inner, namespace));
    const called = callbacks.flatMap(({ destination }) =>
      destination.type === 'workload' ? destination.workload : [],
    );
    unknown.push(...registrantFlows(inner, all, new Set(called)), ...kubeletFlows(inner, all));
    const scrapes = scrapeFlows(inner, all);
    const served = controllerFlows(inner, all);
    flows.push(...served.flows, ...scrapes.flows);
    flows.push(...ambientFlows(inner, all, flows));
    unknown.push(...served.unknown, ...scrapes.unknown);
    return { flows, unknown, unread: DECLARING_KINDS.filter((kind) => !inner.readable(kind).ok) };
  });
}

function addApiServer(
  view: ClusterView,
  workload: AnalysedWorkload,
  flows: DeclaredFlow[],
  unknown: UnknownFlow[],
): void {
  const mounts = specsOf(workload).some((spec) => mountsToken(view, workload.ref.namespace, spec) !== false);
  if (!mounts) return;
  const api = apiServerEnd(view);
  const why = 'its pods mount a service account token: the API server';
  if (api === undefined) {
    const text = `${why}, whose address could not be read`;
    unknown.push({ workload, direction: 'egress', text, isDeclared: true });
  } else {
    flows.push({ source: { type: 'workload', workload }, destination: api.end, ports: api.ports, why });
  }
}

/** Services that lead traffic in from outside: the source address may be the client's, a node's or the balancer's. */
function outsideFlows(view: ClusterView): readonly DeclaredFlow[] {
  return view.list('Service').flatMap((service) => {
    const isOutside = service.type === 'LoadBalancer' || service.type === 'NodePort' || service.externalIPs.length > 0;
    if (!isOutside) return [];
    const why = `Service ${service.name} (${service.type}) leads traffic in from outside`;
    return serviceTargets(view, service).map(({ workload, ports }): DeclaredFlow => ({
      source: ANYONE,
      destination: { type: 'workload', workload },
      ports,
      why,
    }));
  });
}

/** Ports of the node lead to those of the container; on the node's own network no policy speaks of them. */
function nodePortFlows(workload: AnalysedWorkload): readonly DeclaredFlow[] {
  const flows = specsOf(workload).flatMap((spec) =>
    (spec.hostNetwork ? [] : spec.containers).flatMap(({ name, ports }) =>
      ports.flatMap(({ hostPort, containerPort: port, protocol }): readonly DeclaredFlow[] => {
        if (hostPort === null || !isProtocol(protocol)) return [];
        const why = `hostPort ${hostPort} of container ${name} leads traffic in from outside`;
        return [{ source: ANYONE, destination: { type: 'workload', workload }, ports: [{ protocol, port }], why }];
      }),
    ),
  );
  return [...new Map(flows.map((flow) => [`${flow.why} ${flow.ports[0]?.protocol}`, flow])).values()];
}

/** Members of a StatefulSet find each other through its headless Service. */
function memberFlows(view: ClusterView): readonly DeclaredFlow[] {
  return view.list('Service').flatMap((service) => {
    if (!service.clusterIPs.includes('None')) return [];
    const why = `its members find each other through headless Service ${service.name}`;
    return serviceTargets(view, service)
      .filter(({ workload }) => workload.ref.kind === 'StatefulSet')
      .map(({ workload, ports }): DeclaredFlow => {
        const end = { type: 'workload', workload } as const;
        return { source: end, destination: end, ports, why };
      });
  });
}

/**
 * Webhooks, aggregated APIs and CRD conversions: the API server calls them, and is not on the pod network. Unknown where
 * their Service selects no pod.
 */
function apiServerCallbacks(view: ClusterView): Pick<DeclaredFlows, 'flows' | 'unknown'> {
  const flows: DeclaredFlow[] = [];
  const unknown: UnknownFlow[] = [];
  const add = (target: ServiceReference | null, by: string): void => {
    const service = target === null ? undefined : view.get('Service', target.namespace, target.name);
    if (target === null || service === undefined) return;
    const why = `${by}: the API server calls it, from outside the pod network`;
    for (const { workload, ports } of serviceTargets(view, service, target.port)) {
      flows.push({ source: ANYONE, destination: { type: 'workload', workload }, ports, why });
    }
    for (const late of lateTargets(view, service, target.port)) {
      unknown.push({
        workload: late.workload,
        direction: 'ingress',
        text: `${why}: ${lateServiceText(service, late)}`,
      });
    }
  };
  for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const) {
    for (const object of view.list(kind)) {
      const services = object.webhooks.flatMap(({ service }) => service ?? []);
      const each = new Map(services.map((one) => [`${one.namespace}/${one.name}:${one.port}`, one]));
      for (const service of each.values()) add(service, `webhook ${object.name}`);
    }
  }
  for (const one of view.list('APIService')) add(one.service, `APIService ${one.name}`);
  for (const one of view.list('CustomResourceDefinition')) add(one.conversionService, `conversion of ${one.name}`);
  return { flows, unknown };
}
