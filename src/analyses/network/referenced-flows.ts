import type { ServiceObject } from '../../model/objects.ts';
import type { HostReference } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import type { DeclaredFlow, DeclaredFlows, UnknownFlow } from './declared-flow.ts';
import { serviceOfHost, serviceTargets } from './service-target.ts';
import { specsOf } from './workload-specs.ts';

const HOST_KEY = /(?:^|[_.-])(?:host|hostname|server|addr|address|endpoint|url|uri|dsn|broker)s?$/i;

/** What the configuration of a workload's pods names: hosts in env, arguments and ConfigMaps, and Secrets that may. */
export function referencedFlows(
  view: ClusterView,
  workload: AnalysedWorkload,
): Pick<DeclaredFlows, 'flows' | 'unknown'> {
  const flows: DeclaredFlow[] = [];
  const unknown: UnknownFlow[] = [];
  const source = { type: 'workload', workload } as const;
  const { namespace } = workload.ref;
  for (const reference of referencesOf(view, workload)) {
    const { port } = reference;
    const { service, host, alias } = resolved(view, reference.host, namespace);
    const named = `${reference.from} names ${reference.host}${port === null ? '' : `:${port}`}${alias}`;
    const note = (text: string): void =>
      void unknown.push({ workload, direction: 'egress', text: `${named}${text}`, isDeclared: true });
    if (service !== undefined) {
      const targets = serviceTargets(view, service, port ?? undefined);
      for (const { workload: target, ports } of targets) {
        flows.push({ source, destination: { type: 'workload', workload: target }, ports, why: named });
      }
      const isServed = port === null || service.ports.some((one) => one.port === port);
      if (targets.length === 0) note(isServed ? ', which leads to no pod' : ', a port that the Service has not');
    } else if (!isAddress(host)) {
      note(isServiceName(host) ? ', and no such Service is there' : ': DNS decides the address');
    } else if (port === null) {
      note(', and no port');
    } else {
      const cidrs = [`${host}/${host.includes(':') ? 128 : 32}`];
      const destination = { type: 'addresses', cidrs } as const;
      const ports = [{ protocol: 'TCP', port } as const];
      flows.push({ source, destination, ports, why: named });
    }
  }
  for (const text of secretHosts(workload)) unknown.push({ workload, direction: 'egress', text });
  return { flows, unknown };
}

/** Keys of Secrets in the environment that are called like what names a host; their values are never read. */
function secretHosts(workload: AnalysedWorkload): readonly string[] {
  const sources = specsOf(workload).flatMap((spec) => spec.containers.flatMap((container) => container.envSources));
  const texts = sources.flatMap(({ kind, name, key }) =>
    kind === 'Secret' && key !== null && HOST_KEY.test(key)
      ? [`key ${key} of Secret ${name} may name a host: values of Secrets are never read`]
      : [],
  );
  return [...new Set(texts)];
}

/** The Service with pods that a host means, through an ExternalName too, or the host that is left to look up. */
function resolved(
  view: ClusterView,
  host: string,
  namespace: string,
): { readonly service: ServiceObject | undefined; readonly host: string; readonly alias: string } {
  const named = serviceOfHost(view, host, namespace);
  if (named?.type !== 'ExternalName') return { service: named, host, alias: '' };
  const target = named.externalName ?? '';
  const behind = serviceOfHost(view, target, named.namespace);
  const service = behind?.type === 'ExternalName' ? undefined : behind;
  return { service, host: target, alias: ` (an ExternalName of ${target})` };
}

/** A bare name, or one of the cluster's domain. */
function isServiceName(host: string): boolean {
  return !host.includes('.') || /\.svc(?:\.|$)/.test(host);
}

/** Hosts in the pod specification, and in the ConfigMaps that the pods mount or read. */
function referencesOf(view: ClusterView, workload: AnalysedWorkload): readonly HostReference[] {
  return specsOf(workload).flatMap((spec) => {
    const sources = [
      ...spec.volumes.flatMap((volume) => volume.sources),
      ...spec.containers.flatMap((container) => container.envSources),
    ];
    const maps = new Set(sources.filter((one) => one.kind === 'ConfigMap').map((one) => one.name));
    const inMaps = [...maps].flatMap((name) =>
      (view.get('ConfigMap', workload.ref.namespace, name)?.references ?? []).map((one) => ({
        ...one,
        from: one.from.includes(name) ? one.from : `ConfigMap ${name} (${one.from})`,
      })),
    );
    return [...spec.references, ...inMaps];
  });
}

function isAddress(host: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || host.split(':').length > 2;
}
