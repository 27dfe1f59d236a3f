import type { IpRange } from '../../kube/ip-range.ts';
import type { Direction } from '../../kube/network-policy-rule.ts';
import { isNoPorts, type PortSet } from '../../kube/port-set.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { RangePorts } from './allowed-ports.ts';
import { mayConcern, mayLetThrough } from './peer-index.ts';
import {
  CNI_DEPENDENT,
  isSameWorkload,
  outsidePorts,
  ReachRow,
  reachTable,
  type ReachNode,
  type ReachTable,
} from './reach-table.ts';

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
  /** Only from these; undefined: from any, outside addresses included. */
  readonly sources?: readonly ReachNode[] | undefined;
  readonly destinations?: readonly ReachNode[] | undefined;
}

/**
 * Which connections policies allow, lazily: one source after the other, or one destination where only those are asked
 * for. A workload is never listed against itself (a pod can't block its own traffic), and one whose policies can't be
 * decided is in no connection.
 *
 * Source: kubernetes.io/docs/concepts/services-networking/network-policies ("for a connection to be allowed, both the
 * egress policy on the source and the ingress policy on the destination need to allow it")
 */
export function* connections(view: ClusterView, { sources, destinations }: ReachQuestion = {}): Generator<Connection> {
  const table = reachTable(view);
  const from = (sources ?? table.nodes).filter(isDecided);
  const to = (destinations ?? table.nodes).filter(isDecided);
  if (sources === undefined && destinations !== undefined) {
    for (const destination of to) yield* toDestination(partners(table, destination, 'ingress'), destination);
  } else {
    for (const source of from) {
      yield* fromSource(source, destinations === undefined ? partners(table, source, 'egress') : to);
    }
  }
  if (destinations === undefined) for (const source of from) yield* toOutside(source);
  if (sources === undefined) for (const destination of to) yield* fromOutside(destination);
}

function isDecided(node: ReachNode): boolean {
  return node.undecided === '';
}

/** The workloads that may be at the other end of the node's connections of a direction, in the order of the table. */
function* partners(table: ReachTable, node: ReachNode, direction: Direction): Generator<ReachNode> {
  const there = direction === 'egress' ? 'ingress' : 'egress';
  const own = table.namespaces.find((one) => one.namespace === node.ref.namespace);
  for (const other of table.namespaces) {
    if (other === own) yield* other[there].all;
    else if (mayConcern(node, direction, other.extent)) yield* mayLetThrough(other[there], own?.extent.pairs ?? []);
  }
}

function* fromSource(source: ReachNode, destinations: Iterable<ReachNode>): Generator<Connection> {
  const row = new ReachRow(source);
  for (const destination of destinations) {
    if (!isSameWorkload(source, destination)) yield* pair(source, destination, row.to(destination));
  }
}

function* toDestination(sources: Iterable<ReachNode>, destination: ReachNode): Generator<Connection> {
  const row = new ReachRow(destination);
  for (const source of sources) {
    if (!isSameWorkload(source, destination)) yield* pair(source, destination, row.from(source));
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
