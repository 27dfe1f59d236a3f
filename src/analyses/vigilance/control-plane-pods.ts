import type { PodObject } from '../../model/objects.ts';
import type { ControlPlane } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** The pods of a component of the control plane; none where it is not run by pods that can be seen (managed services). */
export function controlPlanePods(view: ClusterView, component: ControlPlane['component']): readonly PodObject[] {
  return view.list('Pod', 'kube-system').filter((pod) => pod.spec.controlPlane?.component === component);
}
