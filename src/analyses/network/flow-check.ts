import { hasPort, unionPorts } from '../../kube/port-set.ts';
import { parseCidr } from '../../kube/ip-range.ts';
import { refText } from '../../kube/object-ref.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { DeclaredFlow, FlowEnd } from './declared-flow.ts';
import { inapplicable } from './isolation.ts';
import { outsidePorts, ReachRow, reachTable, type ReachNode } from './reach-table.ts';

/** Whether a view lets a declared flow through; null where one end is not in the pod network or can't be decided. */
export type FlowCheck = (flow: DeclaredFlow) => boolean | null;

/** Checks flows against one view; evaluations are shared between the flows of one workload. */
export function flowCheck(view: ClusterView): FlowCheck {
  const nodes = new Map(reachTable(view).nodes.map((node) => [refText(node.ref), node]));
  const rows = new Map<ReachNode, ReachRow>();
  const nodeOf = (end: FlowEnd): ReachNode | undefined =>
    end.type === 'workload' ? nodes.get(refText(end.workload.ref)) : undefined;
  return (flow) => {
    const { ports } = flow;
    const from = nodeOf(flow.source);
    const to = nodeOf(flow.destination);
    const source = from === undefined ? ofNodes(flow.source) : flow.source;
    const destination = to === undefined ? ofNodes(flow.destination) : flow.destination;
    if ((from?.undecided ?? '') !== '' || (to?.undecided ?? '') !== '') return null;
    if (source.type === 'workload' && destination.type === 'workload') {
      if (from === undefined || to === undefined) return null;
      let row = rows.get(from);
      if (row === undefined) rows.set(from, (row = new ReachRow(from)));
      const allowed = row.to(to);
      const all = unionPorts(allowed.certain, allowed.uncertain);
      return ports.every((one) => hasPort(all, one.protocol, one.port));
    }
    const node = from ?? to;
    if (node === undefined) return null;
    const list = outsidePorts(node, from === undefined ? 'ingress' : 'egress');
    return rangesOf(from === undefined ? source : destination).every((range) =>
      ports.every((port) =>
        list.some(
          (one) =>
            one.range.family === range.family &&
            one.range.first <= range.first &&
            range.last <= one.range.last &&
            hasPort(one.ports, port.protocol, port.port),
        ),
      ),
    );
  };
}

/** Pods on the network of their nodes are the addresses of these; what else is in no pod network stays as it is. */
function ofNodes(end: FlowEnd): FlowEnd {
  if (end.type !== 'workload') return end;
  const pods = end.workload.classes.flatMap((one) => (inapplicable(one) === 'host network' ? one.pods : []));
  const addresses = new Set(pods.flatMap(({ podIPs }) => podIPs));
  const cidrs = [...addresses].map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
  return cidrs.length === 0 ? end : { type: 'addresses', cidrs };
}

/** Anyone is every IPv4 address: no family is more outside than the other. */
function rangesOf(end: FlowEnd): NonNullable<ReturnType<typeof parseCidr>>[] {
  const cidrs = end.type === 'addresses' ? end.cidrs : ['0.0.0.0/0'];
  return cidrs.flatMap((cidr) => parseCidr(cidr) ?? []);
}
