import type { KubeObject } from '../kube-object.ts';
import type { DemoMetrics } from '../metrics.ts';
import { configMapObjects } from './config-maps.ts';
import { namespaceObjects } from './namespaces.ts';
import { networkPolicyObjects } from './network-policies.ts';
import { nodeObjects, Placement } from './nodes.ts';
import { rbacObjects } from './rbac.ts';
import { secretObjects } from './secrets.ts';
import { endpointSlices, ingressObjects, serviceObjects } from './services.ts';
import { crdObjects, deliveryObjects, surroundingObjects } from './surroundings.ts';
import { workloadObjects } from './workload-objects.ts';
import { WORKLOADS } from './workloads.ts';

/**
 * Every object of the demo cluster: a shop of about 60 workloads with faults in every pane. The same for the same
 * `now`; CustomResourceDefinitions come before what they define.
 *
 * @param now milliseconds since the epoch; all ages count from here
 * @param placement hands out nodes and addresses; pass one to go on with it afterwards
 */
export function shopObjects(now: number, placement = new Placement()): KubeObject[] {
  const workloads = WORKLOADS.flatMap((plan) => workloadObjects(plan, placement, now));
  const services = serviceObjects(now);
  const pods = workloads.filter((object) => object.kind === 'Pod');
  return [
    ...crdObjects(now),
    ...namespaceObjects(now),
    ...nodeObjects(now),
    ...rbacObjects(now),
    ...configMapObjects(now),
    ...secretObjects(now),
    ...surroundingObjects(now),
    ...deliveryObjects(now),
    ...networkPolicyObjects(now),
    ...services,
    ...ingressObjects(now),
    ...workloads,
    ...endpointSlices(services, pods, now),
  ];
}

/** What the demo cluster's `/metrics` says: an old client is about, and nothing is encrypted at rest. */
export const SHOP_METRICS: DemoMetrics = {
  deprecatedApis: [
    { group: 'flowcontrol.apiserver.k8s.io', version: 'v1beta3', resource: 'flowschemas', removedRelease: '1.32' },
    { group: '', version: 'v1', resource: 'endpoints', removedRelease: '' },
  ],
  transformations: [],
};
