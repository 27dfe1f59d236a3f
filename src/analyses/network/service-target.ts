import { isProtocol } from '../../kube/port-set.ts';
import { servingPorts } from '../../kube/network-policy-rule.ts';
import { targetPorts } from '../../kube/network-service-port.ts';
import type { ServiceObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import type { FlowPort } from './declared-flow.ts';
import { serviceSelects } from './service-backends.ts';
import { podsOf } from './workload-specs.ts';

export interface ServiceTarget {
  readonly workload: AnalysedWorkload;
  readonly ports: readonly FlowPort[];
}

/**
 * The workloads behind a Service and the pod ports that its ports lead to: policies see pod ports, not Service ports.
 *
 * @param port only this Service port, by number or name; undefined: all of them
 */
export function serviceTargets(
  view: ClusterView,
  service: ServiceObject,
  port?: number | string,
): readonly ServiceTarget[] {
  const portsOf = podPortsOf(service, port);
  return podTargets(view, service.namespace, (labels) => serviceSelects(service, labels), portsOf);
}

/**
 * The workloads that declare the pod ports of a Service that selects no pod, where a program may put the label on its pods
 * once they run; none for a Service that selects some, or has no selector.
 *
 * @param port only this Service port, by number or name; undefined: all of them
 */
export function lateTargets(
  view: ClusterView,
  service: ServiceObject,
  port?: number | string,
): readonly ServiceTarget[] {
  const isUnmatched = service.selector !== null && Object.keys(service.selector).length > 0;
  if (!isUnmatched || serviceTargets(view, service).length > 0) return [];
  const portsOf = podPortsOf(service, port);
  return podTargets(
    view,
    service.namespace,
    () => true,
    (spec) =>
      portsOf(spec).filter((one) =>
        servingPorts(spec).some(
          ({ containerPort, protocol }) => containerPort === one.port && protocol === one.protocol,
        ),
      ),
  );
}

/** The Services that lead to a workload's pods, or to what its template makes, with the pod ports that they lead to. */
export function servicesTo(
  view: ClusterView,
  workload: AnalysedWorkload,
): readonly { readonly service: ServiceObject; readonly ports: readonly FlowPort[] }[] {
  return view.list('Service', workload.ref.namespace).flatMap((service) => {
    const ports = portsMeant(workload, (labels) => serviceSelects(service, labels), podPortsOf(service, undefined));
    return ports.length === 0 ? [] : [{ service, ports }];
  });
}

function podPortsOf(service: ServiceObject, port: number | string | undefined): (spec: PodSpec) => FlowPort[] {
  const asked = service.ports.filter((one) => port === undefined || one.port === port || one.name === port);
  return (spec) =>
    asked.flatMap((one) => {
      const { protocol } = one;
      return isProtocol(protocol) ? targetPorts(one, spec).map((target) => ({ protocol, port: target })) : [];
    });
}

/** A Service that selects no pod yet, with the ports that a workload declares for it. */
export function lateServiceText({ name }: ServiceObject, { ports }: ServiceTarget): string {
  return `Service ${name}, which selects no pod yet (${portsText(ports)})`;
}

/** Ports as texts name them: `TCP 80, UDP 53`. */
export function portsText(ports: readonly FlowPort[]): string {
  return ports.map((one) => `${one.protocol} ${one.port}`).join(', ');
}

/** The workloads of a namespace whose pods, or the pods of whose templates, are meant, with the ports that are meant. */
export function podTargets(
  view: ClusterView,
  namespace: string,
  isMeant: (labels: Labels) => boolean,
  portsOf: (spec: PodSpec) => readonly FlowPort[],
): readonly ServiceTarget[] {
  return workloads(view, namespace).flatMap((workload) => {
    const ports = portsMeant(workload, isMeant, portsOf);
    return ports.length === 0 ? [] : [{ workload, ports }];
  });
}

/** The ports of those of a workload's pods that are meant, each once. */
function portsMeant(
  workload: AnalysedWorkload,
  isMeant: (labels: Labels) => boolean,
  portsOf: (spec: PodSpec) => readonly FlowPort[],
): readonly FlowPort[] {
  const ports = new Map<string, FlowPort>();
  for (const { labels, spec } of podsOf(workload)) {
    if (!isMeant(labels)) continue;
    for (const one of portsOf(spec)) ports.set(`${one.protocol}/${one.port}`, one);
  }
  return [...ports.values()];
}

/** The Service that a host name means, seen from a namespace; undefined where it names none that is there. */
export function serviceOfHost(view: ClusterView, host: string, namespace: string): ServiceObject | undefined {
  const parts = host.replace(/\.svc(?:\.[a-z0-9.-]+)?$/, '').split('.');
  const [first = '', second, third] = parts;
  if (parts.length === 1) return view.get('Service', namespace, first) ?? serviceOfAddress(view, host);
  if (second !== undefined && parts.length === 2) {
    const named = view.get('Service', second, first);
    // `pod.service` inside the own namespace is what a headless Service serves.
    return (
      named ??
      (view.get('Service', namespace, second)?.clusterIPs.includes('None') === true
        ? view.get('Service', namespace, second)
        : undefined)
    );
  }
  if (parts.length === 3 && second !== undefined && third !== undefined) {
    const headless = view.get('Service', third, second);
    if (headless !== undefined) return headless;
  }
  return serviceOfAddress(view, host);
}

function serviceOfAddress(view: ClusterView, host: string): ServiceObject | undefined {
  return /^[\d.]+$|:/.test(host) ? view.list('Service').find((one) => one.clusterIPs.includes(host)) : undefined;
}
