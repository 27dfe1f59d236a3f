import type { WorkloadPlan } from './workload-plan.ts';
import { CI_WORKLOADS } from './workloads/ci.ts';
import { DATA_WORKLOADS } from './workloads/data.ts';
import { DEFAULT_WORKLOADS } from './workloads/default.ts';
import { EDGE_WORKLOADS } from './workloads/edge.ts';
import { KUBE_SYSTEM_WORKLOADS } from './workloads/kube-system.ts';
import { MONITORING_WORKLOADS } from './workloads/monitoring.ts';
import { PAYMENTS_WORKLOADS } from './workloads/payments.ts';
import { SHOP_WORKLOADS } from './workloads/shop.ts';
import { STAGING_WORKLOADS } from './workloads/staging.ts';

/** Every workload of the demo cluster, namespace by namespace. */
export const WORKLOADS: readonly WorkloadPlan[] = [
  ...SHOP_WORKLOADS,
  ...DATA_WORKLOADS,
  ...PAYMENTS_WORKLOADS,
  ...EDGE_WORKLOADS,
  ...MONITORING_WORKLOADS,
  ...CI_WORKLOADS,
  ...STAGING_WORKLOADS,
  ...KUBE_SYSTEM_WORKLOADS,
  ...DEFAULT_WORKLOADS,
];
