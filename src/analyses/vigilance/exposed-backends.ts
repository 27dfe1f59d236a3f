import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { serviceSelects } from '../network/exposure.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';

/** The workloads that a Service sends to: those with a live pod (or, in files, a template) that its selector selects. */
export function backendsOf(view: ClusterView, { namespace, name }: ServiceObject): readonly AnalysedWorkload['ref'][] {
  return view.derive(
    `backends/${namespace}/${name}`,
    (inner) => {
      const service = inner.get('Service', namespace, name);
      if (service === undefined) return [];
      return workloads(inner, namespace)
        .filter(({ classes }) => classes.some((one) => one.state !== 'finished' && serviceSelects(service, one.labels)))
        .map(({ ref }) => ref);
    },
    sameItems,
  );
}
