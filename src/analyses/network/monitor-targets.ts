import { servingPorts } from '../../kube/network-policy-rule.ts';
import { matches } from '../../kube/selector.ts';
import type { MonitorEndpoint, MonitorObject, ServiceObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { FlowPort } from './declared-flow.ts';
import { serviceSelects } from './service-backends.ts';
import { allNamespaces } from './namespace-labels.ts';
import { podTargets, serviceTargets, type ServiceTarget } from './service-target.ts';

/** The namespaces in which a monitor looks. */
export function monitorNamespaces(view: ClusterView, monitor: MonitorObject): readonly string[] {
  return monitor.namespaces ?? allNamespaces(view);
}

/** The Services that a monitor of Services selects. */
export function monitoredServices(view: ClusterView, monitor: MonitorObject): readonly ServiceObject[] {
  const { namespaces, selector } = monitor;
  const seen = namespaces?.flatMap((namespace) => view.list('Service', namespace)) ?? view.list('Service');
  return seen.filter((service) => matches(selector, service.labels));
}

/**
 * The workloads that one endpoint of a monitor scrapes, on the ports of their pods: Prometheus goes to the pods behind a
 * Service and never to the Service's own address.
 *
 * Source: prometheus-operator pkg/prometheus/promcfg.go (relabeling of endpoint and container port names and numbers)
 */
export function monitorTargets(
  view: ClusterView,
  monitor: MonitorObject,
  { port, targetPort }: MonitorEndpoint,
): readonly ServiceTarget[] {
  if (monitor.kind === 'PodMonitor' || monitor.kind === 'VMPodScrape') {
    return monitorNamespaces(view, monitor).flatMap((namespace) =>
      podTargets(
        view,
        namespace,
        (labels) => matches(monitor.selector, labels),
        (spec) => declaredPorts(spec, port ?? targetPort),
      ),
    );
  }
  return monitoredServices(view, monitor).flatMap((service) => {
    if (port !== null || targetPort === null) return serviceTargets(view, service, port ?? undefined);
    return podTargets(
      view,
      service.namespace,
      (labels) => serviceSelects(service, labels),
      (spec) => declaredPorts(spec, targetPort),
    );
  });
}

/** Ports that containers declare, by name or number; null: all. A scrape is HTTP, over TCP. */
function declaredPorts(spec: PodSpec, port: string | number | null): readonly FlowPort[] {
  return servingPorts(spec)
    .filter((one) => one.protocol === 'TCP' && (port === null || one.name === port || one.containerPort === port))
    .map((one) => ({ protocol: 'TCP', port: one.containerPort }));
}
