import { rangeText } from '../../kube/ip-range.ts';
import { isNoPorts, subtractPorts, unionPorts, type PortSet } from '../../kube/port-set.ts';
import { refText } from '../../kube/object-ref.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { subtractRanges, type RangePorts } from './allowed-ports.ts';
import type { DirectionProfile } from './direction-profile.ts';
import { peerAddresses } from './network-peers.ts';
import { outsidePorts, ReachRow, reachTable, type ReachNode } from './reach-table.ts';

/** A connection that opens or closes. */
interface ChangedConnection {
  /** `Deployment shop/cart`, or an address range. */
  readonly source: string;
  readonly destination: string;
  readonly ports: PortSet;
}

export interface ConnectionDifference {
  readonly opened: readonly ChangedConnection[];
  readonly closed: readonly ChangedConnection[];
  /** Workloads whose policies can't be decided on one side or the other: what changes for them is unknown. */
  readonly undecided: readonly string[];
}

/**
 * Exactly which connections open and close between two states of a cluster, and that nothing else does: only workloads
 * whose deciding rules differ are looked at, and for them every other workload and every outside address. A connection
 * that depends on the CNI counts as closed when it was certain, and as opened when it becomes possible.
 */
export function connectionDifference(before: ClusterView, after: ClusterView): ConnectionDifference {
  const left = indexed(before);
  const right = indexed(after);
  const changed = [...new Set([...left.keys(), ...right.keys()])].sort().filter((name) => {
    return !sameNode(left.get(name), right.get(name));
  });
  const opened = new Map<string, ChangedConnection>();
  const closed = new Map<string, ChangedConnection>();
  const undecided = new Set<string>();
  const all = new Set([...left.keys(), ...right.keys()]);
  for (const name of changed) {
    const was = left.get(name);
    const is = right.get(name);
    if ((was?.undecided ?? '') !== '' || (is?.undecided ?? '') !== '') {
      undecided.add(name);
      continue;
    }
    compareNode({ name, was, is, left, right, all }, opened, closed);
  }
  return { opened: [...opened.values()], closed: [...closed.values()], undecided: [...undecided] };
}

/** The other end of connections between the pods of one workload. */
const OTHER_PODS = 'its other pods';

interface NodeChange {
  readonly name: string;
  readonly was: ReachNode | undefined;
  readonly is: ReachNode | undefined;
  readonly left: ReadonlyMap<string, ReachNode>;
  readonly right: ReadonlyMap<string, ReachNode>;
  readonly all: ReadonlySet<string>;
}

function compareNode(
  { name, was, is, left, right, all }: NodeChange,
  opened: Map<string, ChangedConnection>,
  closed: Map<string, ChangedConnection>,
): void {
  const rowBefore = was === undefined ? undefined : new ReachRow(was);
  const rowAfter = is === undefined ? undefined : new ReachRow(is);
  for (const other of all) {
    const otherWas = left.get(other);
    const otherIs = right.get(other);
    if ((otherWas?.undecided ?? '') !== '' || (otherIs?.undecided ?? '') !== '') continue;
    const isItself = other === name;
    // A pod always reaches itself; the pods of a workload may not reach each other.
    if (isItself && (is ?? was)?.ref.kind === 'Pod') continue;
    for (const side of isItself ? (['to'] as const) : (['to', 'from'] as const)) {
      const old = rowBefore === undefined || otherWas === undefined ? undefined : rowBefore[side](otherWas);
      const now = rowAfter === undefined || otherIs === undefined ? undefined : rowAfter[side](otherIs);
      const far = isItself ? OTHER_PODS : other;
      const [source, destination] = side === 'to' ? [name, far] : [far, name];
      const key = `${source}\n${destination}`;
      if (old !== undefined) {
        const ports = now === undefined ? old.certain : subtractPorts(old.certain, now.certain);
        if (!isNoPorts(ports)) closed.set(key, { source, destination, ports });
      }
      if (now !== undefined) {
        const possible = unionPorts(now.certain, now.uncertain);
        const ports = old === undefined ? possible : subtractPorts(possible, unionPorts(old.certain, old.uncertain));
        if (!isNoPorts(ports)) opened.set(key, { source, destination, ports });
      }
    }
  }
  for (const direction of ['ingress', 'egress'] as const) {
    const old = was === undefined ? [] : outsidePorts(was, direction);
    const now = is === undefined ? [] : outsidePorts(is, direction);
    addRanges(name, direction, subtractRanges(old, now), closed);
    addRanges(name, direction, subtractRanges(now, old), opened);
  }
}

function addRanges(
  name: string,
  direction: 'ingress' | 'egress',
  ranges: readonly RangePorts[],
  into: Map<string, ChangedConnection>,
): void {
  for (const { range, ports } of ranges) {
    const text = rangeText(range);
    const [source, destination] = direction === 'ingress' ? [text, name] : [name, text];
    into.set(`${source}\n${destination}`, { source, destination, ports });
  }
}

function indexed(view: ClusterView): ReadonlyMap<string, ReachNode> {
  return new Map(reachTable(view).nodes.map((node) => [refText(node.ref), node]));
}

/** Whether everything that decides a workload's connections is the same on its own side. */
function sameNode(a: ReachNode | undefined, b: ReachNode | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.undecided === b.undecided &&
    a.classes.length === b.classes.length &&
    a.classes.every((one, index) => {
      const other = b.classes[index];
      return (
        other !== undefined &&
        sameProfile(one.ingress, other.ingress) &&
        sameProfile(one.egress, other.egress) &&
        deepEqual(one.peer.identity, other.peer.identity) &&
        one.peer.namesKey === other.peer.namesKey &&
        deepEqual(peerAddresses(one.peer), peerAddresses(other.peer))
      );
    })
  );
}

function sameProfile(a: DirectionProfile, b: DirectionProfile): boolean {
  return (
    a === b ||
    (a.key === b.key &&
      deepEqual(a.admin, b.admin) &&
      deepEqual(a.policies, b.policies) &&
      deepEqual(a.baseline, b.baseline))
  );
}
