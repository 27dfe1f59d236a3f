import { ROUTE_KINDS } from '../../model/kind.ts';
import type { IngressObject, RouteObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { isWaypoint } from './ambient-mesh.ts';
import type { DeclaredFlow, FlowEnd } from './declared-flow.ts';
import { inapplicable } from './isolation.ts';
import { runsImage, runsOnlyImages } from './runs-image.ts';
import { serviceTargets } from './service-target.ts';

/** Images of ingress and gateway controllers; their pods open the connections to the backends. */
const CONTROLLER =
  /(?:^|\/)(?:ingress-nginx\/controller|nginx-ingress(?:-controller)?|nginx\/nginx-ingress|traefik|haproxy-ingress|kubernetes-ingress|kong(?:-gateway)?|contour|emissary|nginx-gateway-fabric|apisix)(?=[:@]|$)/;
/** Proxies that are gateways in pods of their own, and the sidecars of a mesh in those of others. */
const PROXY = /(?:^|\/)(?:envoy|istio\/proxyv2|envoyproxy\/gateway)(?=[:@]|$)/;
/**
 * Classes whose traffic comes from a cloud's load balancer and not from a controller's pods.
 *
 * Source: the documentation of the AWS, GKE and Azure controllers
 */
const CLOUD_CLASS =
  /^(?:alb|aws-alb|amazon-vpc-lattice|gce(?:-internal)?|gke-l7-.*|azure\/application-gateway|azure-application-gateway|azure-alb-.*)$/;

const ANYONE: FlowEnd = { type: 'anyone' };

/** Flows from ingress and gateway controllers, which are known by what they run. */
export function controllerFlows(view: ClusterView, all: readonly AnalysedWorkload[]): readonly DeclaredFlow[] {
  const controllers = all.filter(
    (one) => runsImage(one, CONTROLLER) || (runsOnlyImages(one, PROXY) && !isWaypoint(one)),
  );
  const backends = [
    ...view.list('Ingress').flatMap((ingress) =>
      ingress.backends.map(({ service, port }) => ({
        by: `Ingress ${ingress.namespace}/${ingress.name}`,
        cloudClass: cloudClassOf(view, ingress),
        namespace: ingress.namespace,
        service,
        port,
      })),
    ),
    ...ROUTE_KINDS.flatMap((kind) => view.list(kind)).flatMap((route) =>
      route.backends.map(({ namespace, service, port }) => ({
        by: `${route.kind} ${route.namespace}/${route.name}`,
        cloudClass: cloudClassOf(view, route),
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
      if (isExact && backend.cloudClass === undefined) {
        const why = `${backend.by} leads here`;
        return inNetwork
          .filter((one) => one !== workload)
          .map((one) => ({ source: { type: 'workload', workload: one }, destination, ports, why }));
      }
      const reason =
        backend.cloudClass !== undefined
          ? `class ${backend.cloudClass} is a load balancer of the cloud`
          : controllers.length === 0
            ? 'no controller was found'
            : 'its controller is on the host network';
      return [{ source: ANYONE, destination, ports, why: `${backend.by} leads here; ${reason}, so from anyone` }];
    });
  });
}

/** The class of an Ingress, or of a route's Gateways, that is no controller's in the cluster. */
function cloudClassOf(view: ClusterView, from: IngressObject | RouteObject): string | undefined {
  const classes =
    from.kind === 'Ingress'
      ? [from.className ?? '']
      : from.parents.map((parent) => view.get('Gateway', parent.namespace, parent.name)?.className ?? '');
  return classes.find((name) => CLOUD_CLASS.test(name));
}
