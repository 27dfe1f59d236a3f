import type { PodSpec } from '../../model/pod-spec.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';

/** What a break-in into a workload's pods would give away. */
export interface Sensitivity {
  /** Secrets that its pods mount or read into their environment, each once, in order. */
  readonly secrets: readonly string[];
  /** Privileged containers, or the host's process namespace: the pod is as good as its node. */
  readonly hostAccess: boolean;
}

export function sensitivityOf(workload: AnalysedWorkload): Sensitivity {
  const specs = [...new Set(workload.classes.map((one) => one.spec))];
  return { secrets: [...new Set(specs.flatMap(secretsOf))].sort(), hostAccess: specs.some(hasHostAccess) };
}

function secretsOf(spec: PodSpec): readonly string[] {
  const mounted = spec.volumes.flatMap((volume) => volume.sources);
  const read = spec.containers.flatMap((container) => container.envSources);
  return [...mounted, ...read].filter((source) => source.kind === 'Secret').map((source) => source.name);
}

function hasHostAccess(spec: PodSpec): boolean {
  return spec.hostPID || spec.containers.some((container) => container.securityContext.privileged === true);
}
