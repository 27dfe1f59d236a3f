import { matches } from '../../kube/selector.ts';
import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';

/** The workloads that a Service sends to: those with a live pod (or, in files, a template) that its selector selects. */
export function backendsOf(view: ClusterView, { namespace, name }: ServiceObject): readonly AnalysedWorkload['ref'][] {
  return view.derive(
    `backends/${namespace}/${name}`,
    (inner) => {
      const selector = inner.get('Service', namespace, name)?.selector ?? {};
      if (Object.keys(selector).length === 0) return [];
      return workloads(inner, namespace)
        .filter(({ classes }) =>
          classes.some((one) => one.state !== 'finished' && matches({ matchLabels: selector }, one.labels)),
        )
        .map(({ ref }) => ref);
    },
    sameItems,
  );
}
