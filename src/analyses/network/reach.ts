import type { IpRange } from '../../kube/ip-range.ts';
import type { Direction } from '../../kube/network-policy-rule.ts';
import { isNoPorts, type PortSet } from '../../kube/port-set.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { groupBy } from '../workload/group-by.ts';
import type { RangePorts } from './allowed-ports.ts';
import { mayLetThrough } from './peer-index.ts';
import { CNI_DEPENDENT, outsidePorts, ReachRow, reachTable, type ReachNode, type ReachTable } from './reach-table.ts';

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
 * Which connections policies allow, one source after the other, lazily. A workload is never listed against itself (a
 * pod can't block its own traffic), and one whose policies can't be decided is in no connection.
 *
 * Source: kubernetes.io/docs/concepts/services-networking/network-policies ("for a connection to be allowed, both the
 * egress policy on the source and the ingress policy on the destination need to allow it")
 */
export function* connections(view: ClusterView, { sources, destinations }: ReachQuestion = {}): Generator<Connection> {
  const table = reachTable(view);
  const from = (sources ?? table.nodes).filter(isDecided);
  const to = (destinations ?? table.nodes).filter(isDecided);
  if (sources === undefined && destinations !== undefined) yield* towards(table, to);
  else {
    for (const source of from) {
      const others = destinations === undefined ? partners(table, source, 'ingress') : to;
      yield* fromSource(source, others);
    }
  }
  if (destinations === undefined) for (const source of from) yield* toOutside(source);
  if (sources === undefined) for (const destination of to) yield* fromOutside(destination);
}

function isDecided(node: ReachNode): boolean {
  return node.undecided === '';
}

/** Whether both are the same workload, or pods of it: one is never listed against itself. */
function isSame(a: ReachNode, b: ReachNode): boolean {
  if (a === b) return true;
  return (
    a.ref.namespace === b.ref.namespace &&
    a.classes.some((one) => b.classes.some((other) => one.peer.podClass === other.peer.podClass))
  );
}

/** The workloads that may let `node` through in that direction of theirs, in the order of the table. */
function* partners(table: ReachTable, node: ReachNode, direction: Direction): Generator<ReachNode> {
  const labels = node.classes[0]?.peer.identity.namespaceLabels ?? {};
  for (const part of table.namespaces) {
    if (part.namespace !== node.ref.namespace) yield* mayLetThrough(part[direction], labels);
    else yield* part[direction].all;
  }
}

function* fromSource(source: ReachNode, destinations: Iterable<ReachNode>): Generator<Connection> {
  const row = new ReachRow(source);
  for (const destination of destinations) {
    if (!isSame(source, destination)) yield* pair(source, destination, row.to(destination));
  }
}

/** The pairs of every source with these, in the order of the sources, with one row per destination. */
function* towards(table: ReachTable, destinations: readonly ReachNode[]): Generator<Connection> {
  const asked = new Map<ReachNode, Map<ReachNode, ReachRow>>();
  for (const destination of destinations) {
    const row = new ReachRow(destination);
    for (const source of partners(table, destination, 'egress')) groupBy(asked, source).set(destination, row);
  }
  for (const source of table.nodes) {
    for (const [destination, row] of asked.get(source) ?? []) {
      if (!isSame(source, destination)) yield* pair(source, destination, row.from(source));
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
