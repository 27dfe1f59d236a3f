import type { AnalysedWorkload } from '../workload/workloads.ts';
import { specsOf } from './workload-specs.ts';

/** Whether a workload's pods, or those of its template, run an image of this name. */
export function runsImage(workload: AnalysedWorkload, image: RegExp): boolean {
  return specsOf(workload).some((spec) => spec.containers.some((container) => image.test(container.image)));
}

/** Whether all their containers do, so that none of them is the sidecar of another. */
export function runsOnlyImages(workload: AnalysedWorkload, image: RegExp): boolean {
  return specsOf(workload).some((spec) =>
    spec.containers.every((container) => container.role !== 'container' || image.test(container.image)),
  );
}
