import type { IpRange } from '../../kube/ip-range.ts';
import { isNoPorts, type PortSet } from '../../kube/port-set.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { RangePorts } from './allowed-ports.ts';
import { CNI_DEPENDENT, outsidePorts, ReachRow, reachTable, type ReachNode } from './reach-table.ts';

/** One end of a connection. */
export type Endpoint =
  { readonly type: 'workload'; readonly node: ReachNode } | { readonly type: 'outside'; readonly range: IpRange };

export interface Connection {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly ports: PortSet;
  /** '' where the connection is certain. */
  readonly certainty: string;
}

export interface ReachQuestion {
  /** Only these sources, or destinations; undefined: any, outside addresses included. */
  readonly source?: (node: ReachNode) => boolean;
  readonly destination?: (node: ReachNode) => boolean;
}

/**
 * Which connections policies allow, one source after the other, lazily. A workload is never listed against itself (a
 * pod can't block its own traffic), and one whose policies can't be decided is in no connection.
 *
 * Source: kubernetes.io/docs/concepts/services-networking/network-policies ("for a connection to be allowed, both the
 * egress policy on the source and the ingress policy on the destination need to allow it")
 */
export function* connections(view: ClusterView, question: ReachQuestion = {}): Generator<Connection> {
  const nodes = reachTable(view).nodes.filter((node) => node.undecided === '');
  const sources = question.source === undefined ? nodes : nodes.filter(question.source);
  const destinations = question.destination === undefined ? nodes : nodes.filter(question.destination);
  if (question.source === undefined && destinations.length < sources.length) {
    yield* towards(sources, destinations);
  } else {
    for (const source of sources) yield* fromSource(source, destinations, new ReachRow(source));
  }
  if (question.destination === undefined) for (const source of sources) yield* toOutside(source);
  if (question.source === undefined) for (const destination of destinations) yield* fromOutside(destination);
}

function* fromSource(source: ReachNode, destinations: readonly ReachNode[], row: ReachRow): Generator<Connection> {
  for (const destination of destinations) {
    if (destination !== source) yield* pair(source, destination, row.to(destination));
  }
}

/** The same pairs as `fromSource` gives for each source, in the same order, with one row per destination. */
function* towards(sources: readonly ReachNode[], destinations: readonly ReachNode[]): Generator<Connection> {
  const rows = destinations.map((destination) => new ReachRow(destination));
  for (const source of sources) {
    for (const [index, destination] of destinations.entries()) {
      const row = rows[index];
      if (destination !== source && row !== undefined) yield* pair(source, destination, row.from(source));
    }
  }
}

function* pair(source: ReachNode, destination: ReachNode, ports: ReturnType<ReachRow['to']>): Generator<Connection> {
  const ends = {
    source: { type: 'workload', node: source },
    destination: { type: 'workload', node: destination },
  } as const;
  if (!isNoPorts(ports.certain)) yield { ...ends, ports: ports.certain, certainty: '' };
  if (!isNoPorts(ports.uncertain)) yield { ...ends, ports: ports.uncertain, certainty: CNI_DEPENDENT };
}

function* toOutside(source: ReachNode): Generator<Connection> {
  for (const one of outsidePorts(source, 'egress')) {
    yield { source: { type: 'workload', node: source }, destination: outside(one), ports: one.ports, certainty: '' };
  }
}

function* fromOutside(destination: ReachNode): Generator<Connection> {
  for (const one of outsidePorts(destination, 'ingress')) {
    yield {
      source: outside(one),
      destination: { type: 'workload', node: destination },
      ports: one.ports,
      certainty: '',
    };
  }
}

function outside(one: RangePorts): Endpoint {
  return { type: 'outside', range: one.range };
}
