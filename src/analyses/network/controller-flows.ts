import { ROUTE_KINDS } from '../../model/kind.ts';
import type { IngressObject, RouteObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { isWaypoint } from './ambient-mesh.ts';
import type { DeclaredFlow, DeclaredFlows, FlowEnd } from './declared-flow.ts';
import { runsImage, runsOnlyImages } from './runs-image.ts';
import { serviceTargets, type ServiceTarget } from './service-target.ts';
import { isOnPodNetwork } from './workload-specs.ts';

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

/**
 * Families of controllers by the class of what they serve, as their charts and manifests name it: with two families in
 * a cluster each leads to its own backends only.
 */
const FAMILIES: readonly (readonly [ofClass: RegExp, isOne: (workload: AnalysedWorkload) => boolean])[] = [
  [/nginx/i, (one) => runsImage(one, /nginx/)],
  [/traefik/i, (one) => runsImage(one, /traefik/)],
  [/haproxy/i, (one) => runsImage(one, /haproxy|kubernetes-ingress/)],
  [/kong/i, (one) => runsImage(one, /kong/)],
  [/apisix/i, (one) => runsImage(one, /apisix/)],
  [/contour/i, (one) => runsImage(one, /contour/) || runsOnlyImages(one, PROXY)],
  [/emissary|ambassador/i, (one) => runsImage(one, /emissary/)],
  [/istio|envoy|^eg$/i, (one) => runsOnlyImages(one, PROXY)],
];

const ANYONE: FlowEnd = { type: 'anyone' };

/** Who opens the connections to a backend; with a reason, anyone may. */
interface Callers {
  readonly workloads: readonly AnalysedWorkload[];
  readonly reason: string;
}

/**
 * Flows from ingress and gateway controllers, which are known by what they run and by the class of what they serve. What
 * they will serve besides is unknown.
 */
export function controllerFlows(
  view: ClusterView,
  all: readonly AnalysedWorkload[],
): Pick<DeclaredFlows, 'flows' | 'unknown'> {
  const controllers = all.filter(
    (one) => runsImage(one, CONTROLLER) || (runsOnlyImages(one, PROXY) && !isWaypoint(one)),
  );
  const known = new Map<string, Callers>();
  const callersOf = (from: IngressObject | RouteObject): Callers => {
    const classes = classesOf(view, from);
    const key = classes.join(' ');
    const callers = known.get(key) ?? callersOfClasses(classes, controllers);
    known.set(key, callers);
    return callers;
  };
  const flows = [...view.list('Ingress'), ...ROUTE_KINDS.flatMap((kind) => view.list(kind))].flatMap((from) => {
    const by = `${from.kind} ${from.namespace}/${from.name}`;
    const callers = callersOf(from);
    const backends = from.backends.map((one) => ({ namespace: from.namespace, ...one }));
    return backends.flatMap(({ namespace, service: name, port }) => {
      const service = view.get('Service', namespace, name);
      const targets = service === undefined ? [] : serviceTargets(view, service, port ?? undefined);
      return targets.flatMap((target) => flowsTo(target, by, callers));
    });
  });
  const text =
    'it serves Ingresses or routes: it connects to the backends of those that come later, or were not read, too';
  return { flows, unknown: controllers.map((workload) => ({ workload, direction: 'egress', text })) };
}

function flowsTo({ workload, ports }: ServiceTarget, by: string, callers: Callers): readonly DeclaredFlow[] {
  const destination = { type: 'workload', workload } as const;
  if (callers.reason !== '') {
    return [{ source: ANYONE, destination, ports, why: `${by} leads here; ${callers.reason}, so from anyone` }];
  }
  return callers.workloads
    .filter((one) => one !== workload)
    .map((one) => ({ source: { type: 'workload', workload: one }, destination, ports, why: `${by} leads here` }));
}

/** The class of an Ingress, or those of a route's Gateways; [] where none is told. */
function classesOf(view: ClusterView, from: IngressObject | RouteObject): readonly string[] {
  const classes =
    from.kind === 'Ingress'
      ? [from.className ?? '']
      : from.parents.map((parent) => view.get('Gateway', parent.namespace, parent.name)?.className ?? '');
  return [...new Set(classes.filter((name) => name !== ''))].sort();
}

function callersOfClasses(classes: readonly string[], controllers: readonly AnalysedWorkload[]): Callers {
  const anyone = (reason: string): Callers => ({ workloads: [], reason });
  const cloud = classes.find((name) => CLOUD_CLASS.test(name));
  if (cloud !== undefined) return anyone(`class ${cloud} is a load balancer of the cloud`);
  const families = classes.map((name) => FAMILIES.find(([ofClass]) => ofClass.test(name))?.[1]);
  const isTold = families.length > 0 && families.every((isOne) => isOne !== undefined);
  const named = isTold ? controllers.filter((one) => families.some((isOne) => isOne?.(one))) : [];
  // What has no class, or one whose name tells nothing of those that are there, any of them may serve.
  const own = named.length > 0 ? named : controllers;
  if (own.length === 0) return anyone('no controller was found');
  // A controller on the host's network sends from node addresses, which no pod selector matches.
  return own.every(isOnPodNetwork) ? { workloads: own, reason: '' } : anyone('its controller is on the host network');
}
