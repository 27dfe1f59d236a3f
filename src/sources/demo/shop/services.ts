import { recordOf, recordsOf, scalarText } from '../json-value.ts';
import type { KubeObject } from '../kube-object.ts';
import { controllerReference, daysBefore, metaOf, nameSuffix } from './metadata.ts';

interface ServicePlan {
  readonly namespace: string;
  readonly name: string;
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly headless?: boolean;
  readonly selector: Readonly<Record<string, string>>;
  /** The port, and the port of the pods where it differs. */
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
  readonly sourceRanges?: readonly string[];
  readonly protocol?: 'TCP' | 'UDP';
}

function app(namespace: string, name: string, port: number, more: Partial<ServicePlan> = {}): ServicePlan {
  return { namespace, name, selector: { app: name }, port, ...more };
}

function named(namespace: string, name: string, port: number, more: Partial<ServicePlan> = {}): ServicePlan {
  return { namespace, name, selector: { 'app.kubernetes.io/name': name }, port, ...more };
}

const SERVICES: readonly ServicePlan[] = [
  { namespace: 'default', name: 'kubernetes', selector: {}, port: 443 },
  app('shop', 'web', 8080),
  app('shop', 'cart', 8080),
  app('shop', 'orders', 8080),
  app('shop', 'catalog', 8080),
  app('shop', 'checkout', 8080),
  app('shop', 'search', 8080),
  app('shop', 'feature-flags', 8080),
  app('shop', 'recommendations', 5000),
  app('shop', 'images', 80),
  // Nothing carries this label: the pods are called session-store.
  app('shop', 'sessions', 6379, { selector: { app: 'sesion-store' } }),
  named('shop', 'cache', 6379, { selector: { 'app.kubernetes.io/name': 'redis' }, headless: true }),
  app('data', 'postgres', 5432),
  // The worst of it: the database stands on a public address, open to every source.
  app('data', 'postgres-lb', 5432, { selector: { app: 'postgres' }, type: 'LoadBalancer' }),
  app('data', 'postgres-replica', 5432, { headless: true }),
  app('data', 'pgbouncer', 6432),
  named('data', 'kafka', 9092, { headless: true }),
  app('data', 'elasticsearch', 9200, { headless: true }),
  app('data', 'minio', 9000),
  app('data', 'minio-console', 9001, { selector: { app: 'minio' }, type: 'NodePort', nodePort: 30_901 }),
  named('payments', 'payments-api', 8443),
  named('payments', 'ledger', 8443),
  named('payments', 'fraud', 8443),
  named('payments', 'psp-gateway', 8443),
  named('payments', 'card-vault', 8200, { headless: true }),
  named('edge', 'ingress-nginx', 443, { type: 'LoadBalancer', targetPort: 'https' }),
  app('edge', 'edge-proxy', 8080, { type: 'LoadBalancer', sourceRanges: ['203.0.113.0/24'] }),
  app('edge', 'edge-proxy-admin', 9901, { selector: { app: 'edge-proxy' }, type: 'NodePort', nodePort: 30_990 }),
  named('edge', 'oauth2-proxy', 4180),
  app('edge', 'rate-limiter', 8081),
  named('monitoring', 'prometheus', 9090),
  named('monitoring', 'alertmanager', 9093),
  named('monitoring', 'kube-state-metrics', 8080),
  named('monitoring', 'grafana', 3000),
  named('monitoring', 'loki', 3100),
  {
    namespace: 'monitoring',
    name: 'jaeger',
    selector: { name: 'jaeger' },
    port: 16_686,
    type: 'NodePort',
    nodePort: 30_686,
  },
  app('ci', 'buildkit', 1234),
  app('ci', 'registry', 5000, { type: 'NodePort', nodePort: 30_500 }),
  named('ci', 'argocd-server', 8080),
  named('ci', 'argocd-repo-server', 8080),
  app('staging', 'web', 8080, { type: 'LoadBalancer' }),
  app('staging', 'cart', 8080),
  app('staging', 'orders', 8080),
  app('staging', 'postgres', 5432),
  { namespace: 'kube-system', name: 'kube-dns', selector: { 'k8s-app': 'kube-dns' }, port: 53, protocol: 'UDP' },
  {
    namespace: 'kube-system',
    name: 'metrics-server',
    selector: { 'k8s-app': 'metrics-server' },
    port: 443,
    targetPort: 'https',
  },
];

/** The Services, each with a cluster address, and a public one where it is a load balancer. */
export function serviceObjects(now: number): KubeObject[] {
  return SERVICES.map((plan, index) => {
    const type = plan.type ?? 'ClusterIP';
    const clusterIP = plan.headless === true ? 'None' : clusterAddress(plan, index);
    const status =
      type === 'LoadBalancer'
        ? { loadBalancer: { ingress: [{ ip: `198.51.100.${20 + index}`, ipMode: 'VIP' }] } }
        : { loadBalancer: {} };
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metaOf('Service', plan.namespace, plan.name, daysBefore(now, 41), { labels: { ...plan.selector } }),
      spec: {
        ports: [
          {
            name: 'main',
            protocol: plan.protocol ?? 'TCP',
            port: plan.port,
            targetPort: plan.targetPort ?? plan.port,
            ...(type === 'ClusterIP' ? {} : { nodePort: plan.nodePort ?? 31_000 + index }),
          },
        ],
        ...(Object.keys(plan.selector).length === 0 ? {} : { selector: plan.selector }),
        clusterIP,
        clusterIPs: [clusterIP],
        type,
        ...(plan.sourceRanges === undefined ? {} : { loadBalancerSourceRanges: plan.sourceRanges }),
        ...(type === 'ClusterIP' ? {} : { externalTrafficPolicy: 'Cluster' }),
        sessionAffinity: 'None',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
      },
      status,
    };
  });
}

function clusterAddress(plan: ServicePlan, index: number): string {
  if (plan.name === 'kubernetes') return '10.96.0.1';
  return plan.name === 'kube-dns' ? '10.96.0.10' : `10.96.4.${20 + index}`;
}

/** The EndpointSlices that the endpoint controllers would make of these Services and pods. */
export function endpointSlices(
  services: readonly KubeObject[],
  pods: readonly KubeObject[],
  now: number,
): KubeObject[] {
  return services.flatMap((service) => {
    const { namespace = '', name } = service.metadata;
    const selector = Object.entries(recordOf(recordOf(service['spec'])['selector']));
    if (selector.length === 0) return [];
    const endpoints = pods.filter(
      (pod) =>
        pod.metadata.namespace === namespace &&
        recordOf(pod['status'])['phase'] === 'Running' &&
        selector.every(([key, value]) => pod.metadata.labels?.[key] === value),
    );
    const port = recordsOf(recordOf(service['spec'])['ports'])[0] ?? {};
    return [
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: metaOf('EndpointSlice', namespace, `${name}-${nameSuffix(name, 5)}`, daysBefore(now, 41), {
          labels: { 'kubernetes.io/service-name': name },
          ownerReferences: [controllerReference(service)],
        }),
        addressType: 'IPv4',
        endpoints: endpoints.map((pod) => ({
          addresses: [scalarText(recordOf(pod['status'])['podIP'])],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: recordOf(pod['spec'])['nodeName'],
          targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: pod.metadata.uid },
        })),
        ports: [
          {
            name: 'main',
            protocol: port['protocol'],
            port: typeof port['targetPort'] === 'number' ? port['targetPort'] : 443,
          },
        ],
      },
    ];
  });
}

interface IngressPlan {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly service: string;
  readonly port: number;
  readonly tlsSecret?: string;
}

const INGRESSES: readonly IngressPlan[] = [
  { namespace: 'shop', name: 'web', host: 'shop.invalid', service: 'web', port: 8080, tlsSecret: 'shop-tls' },
  {
    namespace: 'shop',
    name: 'checkout',
    host: 'checkout.shop.invalid',
    service: 'checkout',
    port: 8080,
    tlsSecret: 'checkout-tls',
  },
  {
    namespace: 'payments',
    name: 'payments-api',
    host: 'pay.shop.invalid',
    service: 'payments-api',
    port: 8443,
    tlsSecret: 'payments-tls',
  },
  // No TLS on the dashboards.
  { namespace: 'monitoring', name: 'grafana', host: 'grafana.shop.invalid', service: 'grafana', port: 3000 },
  { namespace: 'ci', name: 'argocd', host: 'argocd.shop.invalid', service: 'argocd-server', port: 8080 },
];

/** The Ingresses. */
export function ingressObjects(now: number): KubeObject[] {
  return INGRESSES.map((plan) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metaOf('Ingress', plan.namespace, plan.name, daysBefore(now, 40), { labels: { app: plan.service } }),
    spec: {
      ingressClassName: 'nginx',
      ...(plan.tlsSecret === undefined ? {} : { tls: [{ hosts: [plan.host], secretName: plan.tlsSecret }] }),
      rules: [
        {
          host: plan.host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: plan.service, port: { number: plan.port } } },
              },
            ],
          },
        },
      ],
    },
    status: { loadBalancer: { ingress: [{ ip: '198.51.100.45' }] } },
  }));
}
