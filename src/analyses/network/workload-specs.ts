import type { PodSpec } from '../../model/pod-spec.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';

/** All specifications that a workload's pods have, or would have by its template. */
export function specsOf({ classes, template }: AnalysedWorkload): readonly PodSpec[] {
  return [...new Set([...classes.map((one) => one.spec), ...(template === undefined ? [] : [template.spec])])];
}
