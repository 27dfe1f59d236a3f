import type { ClusterView } from '../../store/cluster-view.ts';
import { isProtocol } from '../../kube/port-set.ts';
import type { FlowEnd, FlowPort } from './declared-flow.ts';

/**
 * The API server as pods reach it: the endpoints of Service default/kubernetes with their port, and the Service's own
 * address with its port, because whether a policy sees the address before or after translation is not defined.
 *
 * @returns undefined where neither the Service nor its endpoints were read
 */
export function apiServerEnd(
  view: ClusterView,
): { readonly end: FlowEnd & { readonly type: 'addresses' }; readonly ports: readonly FlowPort[] } | undefined {
  const service = view.get('Service', 'default', 'kubernetes');
  const endpoints = [...view.list('EndpointSlice', 'default'), ...view.list('Endpoints', 'default')].filter(
    (one) => one.service === 'kubernetes',
  );
  const addresses = [...(service?.clusterIPs ?? []), ...endpoints.flatMap((one) => one.addresses)];
  const ports = [...(service?.ports ?? []), ...endpoints.flatMap((one) => one.ports)];
  const cidrs = [...new Set(addresses.filter((one) => one !== 'None' && one !== ''))].map(
    (address) => `${address}/${address.includes(':') ? 128 : 32}`,
  );
  const unique = new Map<string, FlowPort>();
  for (const { protocol, port } of ports) {
    if (port !== null && isProtocol(protocol)) unique.set(`${protocol}/${port}`, { protocol, port });
  }
  if (cidrs.length === 0 || unique.size === 0) return undefined;
  return { end: { type: 'addresses', cidrs }, ports: [...unique.values()] };
}
