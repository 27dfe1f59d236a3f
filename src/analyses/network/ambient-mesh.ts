import { servingPorts } from '../../kube/network-policy-rule.ts';
import { refText } from '../../kube/object-ref.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import type { DeclaredFlow, FlowEnd, FlowPort } from './declared-flow.ts';
import { namespaceLabels } from './namespace-labels.ts';
import { runsImage } from './runs-image.ts';
import { isOnPodNetwork, podsOf } from './workload-specs.ts';

/** HBONE: what the mesh carries between two of its pods comes to this port, whatever port it is for. */
const TUNNEL: readonly FlowPort[] = [{ protocol: 'TCP', port: 15_008 }];
/** The address that the kubelet's probes get on their way into a pod of the mesh: plugins let nodes through, not this. */
const PROBES: FlowEnd = { type: 'addresses', cidrs: ['169.254.7.127/32'] };
const ANYONE: FlowEnd = { type: 'anyone' };

const MODE = 'istio.io/dataplane-mode';
const SIDECAR = /(?:^|\/)istio\/proxyv2(?=[:@]|$)/;

/**
 * What Istio's ambient mesh needs for the declared flows between its workloads: the tunnel to each of them, to sidecars
 * too, through waypoints, and the kubelet's probes.
 *
 * Source: istio.io/latest/docs/ambient/usage/networkpolicy, istio.io/latest/docs/ambient/usage/waypoint
 *
 * @param flows all others
 */
export function ambientFlows(
  view: ClusterView,
  all: readonly AnalysedWorkload[],
  flows: readonly DeclaredFlow[],
): readonly DeclaredFlow[] {
  const members = new Set(all.filter((one) => isMember(view, one)));
  if (members.size === 0) return [];
  const waypoints = all.filter(isWaypoint);
  const sidecars = all.filter((one) => !isWaypoint(one) && runsImage(one, SIDECAR));
  const receivers = new Set([...members, ...waypoints, ...sidecars]);
  const pairs = flows.flatMap(({ source, destination }) =>
    source.type === 'workload' && destination.type === 'workload'
      ? [[source.workload, destination.workload] as const]
      : [],
  );
  const ofMembers = pairs.filter(([source]) => members.has(source));
  const tunnelled = [
    ...ofMembers.filter(([, destination]) => receivers.has(destination)),
    ...ofMembers.flatMap(([source]) => waypoints.map((waypoint) => [source, waypoint] as const)),
    ...waypoints.flatMap((waypoint) => [...members].map((member) => [waypoint, member] as const)),
  ];
  const byEnds = new Map(tunnelled.map((pair) => [pair.map(({ ref }) => refText(ref)).join(' '), pair]));
  return [
    ...[...receivers].map((one) => flow(ANYONE, one, TUNNEL, 'the ambient mesh delivers on this port')),
    ...[...byEnds.values()].map(([source, destination]) => ({
      ...flow({ type: 'workload', workload: source }, destination, TUNNEL, 'the ambient mesh carries it on this port'),
      sourceOnly: true as const,
    })),
    ...[...members].flatMap((one) => {
      const ports = probedPorts(one);
      return ports.length === 0
        ? []
        : [flow(PROBES, one, ports, "the kubelet's probes, as the ambient mesh sends them")];
    }),
  ];
}

/** Whether Istio made the pods as a waypoint. */
export function isWaypoint(workload: AnalysedWorkload): boolean {
  return podsOf(workload).some(({ labels }) => labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller');
}

function flow(source: FlowEnd, workload: AnalysedWorkload, ports: readonly FlowPort[], why: string): DeclaredFlow {
  return { source, destination: { type: 'workload', workload }, ports, why };
}

/** A pod's own label goes before its namespace's; the host's network is never in the mesh. */
function isMember(view: ClusterView, workload: AnalysedWorkload): boolean {
  const ofNamespace = namespaceLabels(view, workload.ref.namespace)[MODE];
  return isOnPodNetwork(workload) && podsOf(workload).some(({ labels }) => (labels[MODE] ?? ofNamespace) === 'ambient');
}

function probedPorts(workload: AnalysedWorkload): readonly FlowPort[] {
  const specs = podsOf(workload).map((one) => one.spec);
  const probed = specs.filter((spec) => spec.containers.some((container) => container.hasProbes));
  const ports = probed.flatMap(servingPorts).filter(({ protocol }) => protocol === 'TCP');
  return [...new Set(ports.map((one) => one.containerPort))].map((port) => ({ protocol: 'TCP', port }));
}
