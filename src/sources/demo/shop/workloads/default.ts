import type { WorkloadPlan } from '../workload-plan.ts';

/** What nobody remembers having started. */
export const DEFAULT_WORKLOADS: readonly WorkloadPlan[] = [
  {
    kind: 'Deployment',
    namespace: 'default',
    name: 'hello',
    labels: { run: 'hello' },
    containers: [{ name: 'hello', image: 'nginx', ports: [{ name: 'http', port: 80 }] }],
    ageDays: 355,
  },
];
