import { enforcement, type Enforcement } from '../../analyses/network/enforcement.ts';
import { namespaceIsolation, type ClassIsolation, type IsolationStatus } from '../../analyses/network/isolation.ts';
import { allNamespaces } from '../../analyses/network/namespace-labels.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

interface NetworkPod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly ingress: IsolationStatus;
  readonly egress: IsolationStatus;
  readonly policies: readonly string[];
  readonly reason: string;
}

export interface NetworkSection {
  readonly enforcement: { readonly status: Enforcement['status']; readonly evidence: readonly string[] };
  readonly pods: Iterable<NetworkPod>;
}

/** The `network` field of the report: every pod judged, or the workload where files hold only its template. */
export function networkSection(view: ClusterView): NetworkSection {
  const { status, evidence } = enforcement(view);
  return { enforcement: { status, evidence }, pods: pods(view) };
}

function* pods(view: ClusterView): Generator<NetworkPod> {
  for (const namespace of allNamespaces(view)) {
    const entries = namespaceIsolation(view, namespace).flatMap(entriesOf);
    yield* entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
}

function entriesOf({ podClass, ingress, egress }: ClassIsolation): readonly NetworkPod[] {
  const { kind, name, namespace } = podClass.workload;
  const reasons = [
    ...new Set([labelled('ingress', ingress.reason), labelled('egress', egress.reason)].filter((text) => text !== '')),
  ];
  const shared = ingress.reason === egress.reason ? ingress.reason : reasons.join('; ');
  const verdict = {
    workload: { kind, name },
    ingress: ingress.status,
    egress: egress.status,
    policies: [...new Set([...ingress.policies, ...egress.policies])].sort(),
    reason: shared,
  };
  const names = podClass.pods.length === 0 ? [name] : podClass.pods.map((pod) => pod.name);
  return names.map((one) => ({ namespace, name: one, ...verdict }));
}

function labelled(direction: string, reason: string): string {
  return reason === '' ? '' : `${direction}: ${reason}`;
}
