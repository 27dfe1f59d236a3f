import type { PodSpec } from '../../model/pod-spec.ts';
import type { Labels } from '../../model/selector.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { inapplicable } from './isolation.ts';

/** What a workload's pods are, and would be by its template. */
export function podsOf({
  classes,
  template,
}: AnalysedWorkload): readonly { readonly labels: Labels; readonly spec: PodSpec }[] {
  return template === undefined ? classes : [...classes, template];
}

/** All specifications that a workload's pods have, or would have by its template. */
export function specsOf(workload: AnalysedWorkload): readonly PodSpec[] {
  return [...new Set(podsOf(workload).map((one) => one.spec))];
}

/** Whether any pod of a workload is on the network of pods; where it has none, whether one would be by its template. */
export function isOnPodNetwork({ classes, template }: AnalysedWorkload): boolean {
  if (classes.length === 0) return template?.spec.hostNetwork !== true;
  return classes.some((one) => inapplicable(one) === '');
}
