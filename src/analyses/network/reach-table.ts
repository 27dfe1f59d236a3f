import type { Direction } from '../../kube/network-policy-rule.ts';
import { intersectPorts, isNoPorts, NO_PORTS, subtractPorts, unionPorts, type PortSet } from '../../kube/port-set.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { groupBy } from '../workload/group-by.ts';
import { workloads } from '../workload/workloads.ts';
import {
  EVERYTHING,
  portsWithOutside,
  portsWithPod,
  uniteRanges,
  type AllowedPorts,
  type RangePorts,
} from './allowed-ports.ts';
import { isOpen, workloadProfiles, type DirectionProfile, type PeerProfiles } from './direction-profile.ts';
import { inapplicable } from './isolation.ts';
import { onePod } from './network-peers.ts';
import { allNamespaces, namespaceLabels } from './namespace-labels.ts';
import { namespaceExtent, peerIndex, type NamespaceExtent, type PeerIndex } from './peer-index.ts';

export type WorkloadRefText = ObjectRef & { readonly namespace: string };

/** A workload in the pod network, with the classes of its pods that take part in it. */
export interface ReachNode {
  readonly ref: WorkloadRefText;
  readonly classes: readonly PeerProfiles[];
  /** Why nothing can be said about it; '' where its policies are decided. */
  readonly undecided: string;
}

export interface ReachTable {
  /** In order of namespace, kind and name; only workloads with at least one pod (or template) in the pod network. */
  readonly nodes: readonly ReachNode[];
  /** Workloads that policies do not apply to: host network, finished. */
  readonly notApplicable: readonly { readonly ref: WorkloadRefText; readonly reason: string }[];
  /** The decided ones namespace by namespace, by whom they may let through. */
  readonly namespaces: readonly NamespaceReach[];
}

interface NamespaceReach extends Readonly<Record<Direction, PeerIndex<ReachNode>>> {
  readonly namespace: string;
  readonly extent: NamespaceExtent;
}

/** What one workload may open to another. */
export interface PairPorts {
  readonly certain: PortSet;
  /** Beyond `certain`: what only an ipBlock over a pod's own address allows. */
  readonly uncertain: PortSet;
}

export const CNI_DEPENDENT = 'depends on the CNI';

/** Every workload of the cluster with what decides its connections. */
export function reachTable(view: ClusterView): ReachTable {
  return view.derive('reach-table', '', (inner) => {
    const parts = allNamespaces(inner).map((namespace) => namespaceNodes(inner, namespace));
    return {
      nodes: parts.flatMap((part) => part.nodes),
      notApplicable: parts.flatMap((part) => part.notApplicable),
      namespaces: parts.map((part) => part.reach),
    };
  });
}

interface NamespacePart extends Pick<ReachTable, 'nodes' | 'notApplicable'> {
  readonly reach: NamespaceReach;
}

function namespaceNodes(view: ClusterView, namespace: string): NamespacePart {
  return view.derive('reach-nodes', namespace, (inner) => {
    const nodes: ReachNode[] = [];
    const notApplicable: { ref: WorkloadRefText; reason: string }[] = [];
    for (const workload of workloads(inner, namespace)) {
      const { ref, classes } = workload;
      const own = workloadProfiles(inner, workload);
      const first = classes[0];
      if (own.length > 0) nodes.push({ ref, classes: own, undecided: undecidedReason(own) });
      else if (first !== undefined) notApplicable.push({ ref, reason: inapplicable(first) });
    }
    const decided = nodes.filter((node) => node.undecided === '');
    const reach = {
      namespace,
      extent: namespaceExtent(decided, namespaceLabels(inner, namespace)),
      ingress: peerIndex(decided, 'ingress'),
      egress: peerIndex(decided, 'egress'),
    };
    return { nodes, notApplicable, reach };
  });
}

/** The pods of the pod network with that name, each as a workload of its own: what is said of one is not of the others. */
export function podNodes(table: ReachTable, isNamed: (ref: WorkloadRefText) => boolean): readonly ReachNode[] {
  return table.nodes.flatMap(({ ref: owner, classes }) =>
    classes.flatMap((one) =>
      one.peer.podClass.pods.flatMap((pod): ReachNode[] => {
        const ref = { apiVersion: 'v1', kind: 'Pod', namespace: owner.namespace, name: pod.name };
        if (!isNamed(ref)) return [];
        return [{ ref, classes: [{ ...one, peer: onePod(one.peer, pod) }], undecided: undecidedReason([one]) }];
      }),
    ),
  );
}

/** Whether both are the same pods, or one is a pod of the other: what is said of connections leaves these out. */
export function isSameWorkload(a: ReachNode, b: ReachNode): boolean {
  if (a === b) return true;
  if (a.ref.namespace !== b.ref.namespace) return false;
  if (a.ref.kind === 'Pod' && b.ref.kind === 'Pod') return a.ref.name === b.ref.name;
  return a.classes.some((one) => b.classes.some((other) => one.peer.podClass === other.peer.podClass));
}

function undecidedReason(classes: readonly PeerProfiles[]): string {
  return classes.map((one) => one.ingress.undecided || one.egress.undecided).find((reason) => reason !== '') ?? '';
}

/**
 * Answers about one workload and others. Pods with the same policies give the same answer about it, so that each
 * distinct profile on the other side is evaluated once.
 */
export class ReachRow {
  readonly #node: ReachNode;
  readonly #known = new Map<PeerProfiles, Map<DirectionProfile, Map<string, AllowedPorts>>>();

  /** @param node the workload that all questions of this row are about */
  constructor(node: ReachNode) {
    this.#node = node;
  }

  /** What the row's workload may open to another: egress here AND ingress there, on the same protocol and port. */
  to(destination: ReachNode): PairPorts {
    return this.#unite(destination, (own, other) =>
      both(portsWithPod(own.egress, own.peer, other.peer), () => this.#far(own, other, other.ingress)),
    );
  }

  /** What another workload may open to the row's. */
  from(source: ReachNode): PairPorts {
    return this.#unite(source, (own, other) =>
      both(portsWithPod(own.ingress, own.peer, other.peer), () => this.#far(own, other, other.egress)),
    );
  }

  #unite(node: ReachNode, ask: (own: PeerProfiles, other: PeerProfiles) => AllowedPorts): PairPorts {
    let certain: PortSet = NO_PORTS;
    let possible: PortSet = NO_PORTS;
    for (const own of this.#node.classes) {
      for (const other of node.classes) {
        const ports = ask(own, other);
        certain = unionPorts(certain, ports.certain);
        possible = unionPorts(possible, ports.possible);
      }
    }
    return { certain, uncertain: possible === certain ? NO_PORTS : subtractPorts(possible, certain) };
  }

  #far(own: PeerProfiles, other: PeerProfiles, profile: DirectionProfile): AllowedPorts {
    if (isOpen(profile)) return EVERYTHING;
    const known = groupBy(groupBy(this.#known, own), profile);
    const key = profile.direction === 'ingress' ? other.peer.namesKey : '';
    let ports = known.get(key);
    if (ports === undefined) known.set(key, (ports = portsWithPod(profile, other.peer, own.peer)));
    return ports;
  }
}

function both(near: AllowedPorts, far: () => AllowedPorts): AllowedPorts {
  if (isNoPorts(near.possible)) return near;
  const other = far();
  const certain = intersectPorts(near.certain, other.certain);
  if (near.certain === near.possible && other.certain === other.possible) return { certain, possible: certain };
  return { certain, possible: intersectPorts(near.possible, other.possible) };
}

/** What a workload may open to outside addresses (egress), or they to it (ingress). */
export function outsidePorts(node: ReachNode, direction: Direction): readonly RangePorts[] {
  const known = new Map<string, readonly RangePorts[]>();
  const lists = node.classes.map((one) => {
    const key = `${one[direction].key}\n${direction === 'ingress' ? one.peer.namesKey : ''}`;
    let list = known.get(key);
    if (list === undefined) known.set(key, (list = portsWithOutside(one[direction], one.peer)));
    return list;
  });
  return uniteRanges([...new Set(lists)]);
}
