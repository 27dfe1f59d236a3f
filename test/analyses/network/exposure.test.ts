import { expect, test } from 'vitest';
import { exposures, exposureText } from '../../../src/analyses/network/exposure.ts';
import { workload as workloadOf } from '../../../src/analyses/workload/workloads.ts';
import { cluster, pod } from './cluster.ts';

function balancer(port: number, address: string, ranges = '[]'): string {
  return `---
apiVersion: v1
kind: Service
metadata: {name: web-${port}, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, loadBalancerSourceRanges: ${ranges}, ports: [{port: ${port}}]}
status: {loadBalancer: {ingress: [${address}]}}
`;
}

test('the widest way in comes first', () => {
  const view = cluster(
    pod('shop', 'web', { app: 'web' }) +
      balancer(1, '{ip: 10.0.0.1}') +
      balancer(2, '{hostname: a.example}') +
      balancer(3, '{ip: 8.8.8.8}', '[203.0.113.0/24]') +
      balancer(4, '{ip: 8.8.4.4}'),
  );
  const web = workloadOf(view, 'shop', 'Pod', 'web');
  const found = web === undefined ? [] : exposures(view, web);
  expect(found.map((one) => `${exposureText(one)} ${one.address} ${one.sourceRanges.join()}`.trimEnd())).toEqual([
    'LoadBalancer 4 public',
    'LoadBalancer 3 public 203.0.113.0/24',
    'LoadBalancer 2 unknown',
    'LoadBalancer 1 private',
  ]);
});
