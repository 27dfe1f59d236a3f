import { matches } from '../../kube/selector.ts';
import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';

/** The workloads that a Service sends to: those with a live pod (or, in files, a template) that its selector selects. */
export function backendsOf(view: ClusterView, service: ServiceObject): readonly AnalysedWorkload[] {
  const { selector } = service;
  if (selector === null || Object.keys(selector).length === 0) return [];
  return workloads(view, service.namespace).filter((one) =>
    one.classes.some(
      (podClass) => podClass.state !== 'finished' && matches({ matchLabels: selector }, podClass.labels),
    ),
  );
}
