import { parseAddress } from '../../kube/ip-range.ts';
import { refText } from '../../kube/object-ref.ts';
import type { ObservedEnd, ObservedFlow } from '../../model/observed-flow.ts';
import type { PodObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { topOwner } from '../workload/top-owner.ts';
import { workload as workloadOf, workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import type { DeclaredFlow, FlowEnd, FlowPort } from './declared-flow.ts';

/** A connection that flow logs report, between workloads as they are now. */
export interface ObservedConnection {
  readonly source: FlowEnd;
  readonly destination: FlowEnd;
  readonly port: FlowPort;
  readonly verdict: ObservedFlow['verdict'];
  /** Records of it. */
  readonly count: number;
  /** Milliseconds since the epoch; null where no log gave a time. */
  readonly last: number | null;
}

export interface ObservedConnections {
  readonly connections: readonly ObservedConnection[];
  /** Reported connections of which an end names no workload and no address that is there now. */
  readonly unresolved: number;
}

/**
 * The connections of the flow logs, by workload. An address means the pod that has it now, unless that pod is younger
 * than the flow: addresses are used again.
 */
export function observedConnections(view: ClusterView): ObservedConnections {
  return view.derive('observed-connections', '', (inner) => {
    const found = new Map<string, ObservedConnection>();
    let unresolved = 0;
    for (const flow of inner.flows().flows) {
      const source = endOf(inner, flow.source, flow.first);
      const destination = endOf(inner, flow.destination, flow.first);
      if (source === null || destination === null) unresolved += 1;
      else if (source.type === 'workload' || destination.type === 'workload') add(found, flow, source, destination);
    }
    return { connections: [...found.values()], unresolved };
  });
}

/** What is known of a declared flow from the logs; null where no log was given. */
export function flowEvidence(view: ClusterView, flow: DeclaredFlow): string | null {
  if (view.flows().notes.length === 0) return null;
  const own = evidenceIndex(view).get(endText(flow.destination)) ?? [];
  const meant = own.filter(
    (one) =>
      (flow.source.type === 'anyone' || endText(one.source) === endText(flow.source)) &&
      flow.ports.some((port) => port.port === one.port.port && port.protocol === one.port.protocol),
  );
  if (meant.length === 0) return 'not seen in the flow logs';
  const count = meant.reduce((sum, one) => sum + one.count, 0);
  const isDropped = meant.every((one) => one.verdict === 'dropped');
  return `${isDropped ? 'dropped when seen in' : 'seen in'} the flow logs (${countText(count, lastOf(meant))})`;
}

/** `×14, last 2026-11-23T10:00:00Z` */
export function countText(count: number, last: number | null): string {
  const when = last === null ? '' : `, last ${new Date(last).toISOString().replace('.000Z', 'Z')}`;
  return `×${count}${when}`;
}

/** An end as people name it. */
export function endText(end: FlowEnd): string {
  return end.type === 'workload' ? refText(end.workload.ref) : end.type === 'anyone' ? 'anyone' : end.cidrs.join(', ');
}

function lastOf(list: readonly ObservedConnection[]): number | null {
  return list.reduce<number | null>(
    (latest, { last }) => (last === null || (latest !== null && latest > last) ? latest : last),
    null,
  );
}

function evidenceIndex(view: ClusterView): ReadonlyMap<string, readonly ObservedConnection[]> {
  return view.derive('observed-connections-by-destination', '', (inner) =>
    Map.groupBy(observedConnections(inner).connections, (one) => endText(one.destination)),
  );
}

function add(found: Map<string, ObservedConnection>, flow: ObservedFlow, source: FlowEnd, destination: FlowEnd): void {
  const { protocol, port, verdict, count, last } = flow;
  const key = [endText(source), endText(destination), protocol, port, verdict].join('\n');
  const known = found.get(key);
  found.set(key, {
    source,
    destination,
    port: { protocol, port },
    verdict,
    count: count + (known?.count ?? 0),
    last: known === undefined ? last : lastOf([known, { ...known, last }]),
  });
}

function endOf(view: ClusterView, end: ObservedEnd, time: number | null): FlowEnd | null {
  if (end.namespace !== null) {
    const workload = namedWorkload(view, end.namespace, end);
    return workload === undefined ? null : { type: 'workload', workload };
  }
  const address = end.address === null ? null : parseAddress(end.address);
  if (address === null || end.address === null) return null;
  const pod = podsByAddress(view).get(end.address);
  if (pod === undefined) {
    return { type: 'addresses', cidrs: [`${end.address}/${address.family === 4 ? 32 : 128}`] };
  }
  if (time !== null && pod.created !== null && pod.created > time) return null;
  const workload = ownerOf(view, pod);
  return workload === undefined ? null : { type: 'workload', workload };
}

function namedWorkload(
  view: ClusterView,
  namespace: string,
  { pod, workload }: ObservedEnd,
): AnalysedWorkload | undefined {
  const there = pod === null ? undefined : view.get('Pod', namespace, pod);
  if (there !== undefined) return ownerOf(view, there);
  if (workload !== null && workload.kind !== null) {
    const named = workloadOf(view, namespace, workload.kind, workload.name);
    if (named !== undefined) return named;
  }
  const name = workload?.name ?? pod;
  return name === null ? undefined : byGeneratedName(view, namespace, name);
}

/**
 * The workload whose pods have names like a pod that is gone: `<name>-<hash>-<random>` of a Deployment, `<name>-<random>`
 * or `<name>-<ordinal>` of others. The longest name wins, for `cart` and `cart-db` may both be there.
 */
function byGeneratedName(view: ClusterView, namespace: string, name: string): AnalysedWorkload | undefined {
  let best: AnalysedWorkload | undefined;
  for (const one of workloads(view, namespace)) {
    const own = one.ref.name;
    const isGenerated =
      name === own || (name.startsWith(`${own}-`) && /^(?:-[a-z0-9]{1,10}){1,2}$/.test(name.slice(own.length)));
    if (isGenerated && (best === undefined || own.length > best.ref.name.length)) best = one;
  }
  return best;
}

function ownerOf(view: ClusterView, pod: PodObject): AnalysedWorkload | undefined {
  const { namespace, kind, name } = topOwner(view, pod);
  return workloadOf(view, namespace, kind, name);
}

/** Pods of the pod network by address; a pod on the host's network has its node's. */
function podsByAddress(view: ClusterView): ReadonlyMap<string, PodObject> {
  return view.derive('pods-by-address', '', (inner) => {
    const found = new Map<string, PodObject>();
    for (const pod of inner.list('Pod')) {
      if (pod.spec.hostNetwork || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
      for (const address of pod.podIPs) found.set(address, pod);
    }
    return found;
  });
}
