import type { AnalysedWorkload } from '../workload/workloads.ts';

/** Whether a workload's pods, or those of its template, run an image of this name. */
export function runsImage(workload: AnalysedWorkload, image: RegExp): boolean {
  const specs = [...workload.classes.map((one) => one.spec), ...(workload.template ? [workload.template.spec] : [])];
  return specs.some((spec) => spec.containers.some((container) => image.test(container.image)));
}
