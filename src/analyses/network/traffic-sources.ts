import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import type { DeclaredFlow, FlowEnd } from './declared-flow.ts';
import { inapplicable } from './isolation.ts';
import { namespaceLabels } from './namespace-labels.ts';
import { runsImage } from './runs-image.ts';
import { serviceTargets } from './service-target.ts';

/** Images of ingress and gateway controllers; their pods open the connections to the backends. */
const CONTROLLER =
  /(?:^|\/)(?:ingress-nginx\/controller|nginx-ingress(?:-controller)?|nginx\/nginx-ingress|traefik|haproxy-ingress|kubernetes-ingress|kong(?:-gateway)?|contour|envoy|emissary|nginx-gateway-fabric|istio\/proxyv2|apisix)(?=[:@]|$)/;

const ANYONE: FlowEnd = { type: 'anyone' };
/** HBONE: the port on which an ambient mesh delivers to pods. Source: istio.io/docs/ambient/usage/networkpolicy. */
const AMBIENT_PORT = 15_008;

/** Flows from controllers, which are known by what they run, and from the ambient mesh. */
export function trafficSources(view: ClusterView, all: readonly AnalysedWorkload[]): readonly DeclaredFlow[] {
  const flows: DeclaredFlow[] = [];
  const controllers = all.filter((one) => runsImage(one, CONTROLLER));
  flows.push(...backendFlows(view, controllers));
  for (const workload of all) {
    if (namespaceLabels(view, workload.ref.namespace)['istio.io/dataplane-mode'] !== 'ambient') continue;
    const ports = [{ protocol: 'TCP', port: AMBIENT_PORT } as const];
    const why = 'the ambient mesh delivers on this port';
    flows.push({ source: ANYONE, destination: { type: 'workload', workload }, ports, why });
  }
  return flows;
}

function backendFlows(view: ClusterView, controllers: readonly AnalysedWorkload[]): readonly DeclaredFlow[] {
  const backends = [
    ...view.list('Ingress').flatMap((ingress) =>
      ingress.backends.map(({ service, port }) => ({
        by: `Ingress ${ingress.namespace}/${ingress.name}`,
        namespace: ingress.namespace,
        service,
        port,
      })),
    ),
    ...view.list('HTTPRoute').flatMap((route) =>
      route.backends.map(({ namespace, service, port }) => ({
        by: `HTTPRoute ${route.namespace}/${route.name}`,
        namespace,
        service,
        port,
      })),
    ),
  ];
  // A controller on the host's network sends from node addresses, which no pod selector matches.
  const inNetwork = controllers.filter((one) => one.classes.some((podClass) => inapplicable(podClass) === ''));
  const isExact = inNetwork.length > 0 && inNetwork.length === controllers.length;
  return backends.flatMap((backend) => {
    const service = view.get('Service', backend.namespace, backend.service);
    if (service === undefined) return [];
    return serviceTargets(view, service, backend.port ?? undefined).flatMap(({ workload, ports }): DeclaredFlow[] => {
      const destination = { type: 'workload', workload } as const;
      if (isExact) {
        const why = `${backend.by} leads here`;
        return inNetwork
          .filter((one) => one !== workload)
          .map((one) => ({ source: { type: 'workload', workload: one }, destination, ports, why }));
      }
      const reason = controllers.length === 0 ? 'no controller was found' : 'its controller is on the host network';
      return [{ source: ANYONE, destination, ports, why: `${backend.by} leads here; ${reason}, so from anyone` }];
    });
  });
}
