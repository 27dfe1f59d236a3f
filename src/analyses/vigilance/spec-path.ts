import type { Container } from '../../model/pod-spec.ts';

/** The field path of the pod specification in an object of a workload kind. */
export function specPath(kind: string): string {
  switch (kind) {
    case 'Pod':
      return 'spec';
    case 'CronJob':
      return 'spec.jobTemplate.spec.template.spec';
    default:
      return 'spec.template.spec';
  }
}

/** Such as `spec.template.spec.initContainers[name=setup]`. */
export function containerPath(kind: string, container: Container): string {
  return `${specPath(kind)}.${CONTAINER_FIELDS[container.role]}[name=${container.name}]`;
}

export const CONTAINER_FIELDS: Readonly<Record<Container['role'], string>> = {
  container: 'containers',
  init: 'initContainers',
  ephemeral: 'ephemeralContainers',
};
