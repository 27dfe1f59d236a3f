import type { PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import type { UnknownFlow } from './declared-flow.ts';
import { workloadsGranted } from './granted-accounts.ts';

/**
 * What kubelets ask the API server about before they answer on their own port; nodes/proxy is left out, since it is used
 * through the API server too.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/#kubelet-authorization
 */
const KUBELET_RESOURCES: ReadonlySet<string> = new Set(['nodes/metrics', 'nodes/stats', 'nodes/log', 'nodes/pods']);

/** Programs that read from kubelets, as metrics servers and scrapers do: their account may, and nodes come and go. */
export function kubeletFlows(view: ClusterView, all: readonly AnalysedWorkload[]): readonly UnknownFlow[] {
  const text = 'its account may read from kubelets: it may connect to every node (TCP 10250)';
  return workloadsGranted(view, all, 'kubelets', asksKubelets).map((workload) => ({
    workload,
    direction: 'egress',
    text,
  }));
}

function asksKubelets({ resources = [] }: PolicyRule): boolean {
  return resources.some((resource) => KUBELET_RESOURCES.has(resource));
}
