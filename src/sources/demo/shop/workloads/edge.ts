import { recommendedLabels, type WorkloadPlan } from '../workload-plan.ts';

/** What the internet meets first. */
export const EDGE_WORKLOADS: readonly WorkloadPlan[] = [
  {
    kind: 'DaemonSet',
    namespace: 'edge',
    name: 'ingress-nginx',
    labels: recommendedLabels('ingress-nginx', 'ingress-nginx', '1.12.0', 'controller', 'edge', 'Helm'),
    containers: [
      {
        name: 'controller',
        image: 'registry.shop.invalid/mirror/ingress-nginx:v1.12.0',
        args: ['/nginx-ingress-controller', '--publish-service=$(POD_NAMESPACE)/ingress-nginx'],
        ports: [
          { name: 'http', port: 80, hostPort: 80 },
          { name: 'https', port: 443, hostPort: 443 },
        ],
        securityContext: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, runAsUser: 101 },
      },
    ],
    serviceAccount: 'ingress-nginx',
    delivery: { by: 'helm', release: 'ingress-nginx', chart: 'ingress-nginx-4.12.0' },
    ageDays: 100,
  },
  {
    kind: 'Deployment',
    namespace: 'edge',
    name: 'edge-proxy',
    replicas: 2,
    labels: { app: 'edge-proxy' },
    containers: [
      {
        name: 'envoy',
        image: 'envoyproxy/envoy:v1.32.2',
        ports: [
          { name: 'http', port: 8080 },
          { name: 'admin', port: 9901 },
        ],
        env: { UPSTREAM: 'web.shop:8080' },
      },
    ],
    ageDays: 55,
  },
  {
    kind: 'Deployment',
    namespace: 'edge',
    name: 'oauth2-proxy',
    replicas: 2,
    labels: recommendedLabels('oauth2-proxy', 'oauth2-proxy', '7.7.1', 'auth', 'edge', 'Helm'),
    containers: [
      {
        name: 'oauth2-proxy',
        image: 'registry.shop.invalid/mirror/oauth2-proxy:v7.7.1',
        args: ['--provider=oidc', '--client-secret=not-a-real-s3cret-Vb20pQ', '--cookie-secure=true'],
        ports: [{ name: 'http', port: 4180 }],
        env: { OAUTH2_PROXY_COOKIE_SECRET: { secret: 'oauth2-proxy', key: 'cookie-secret' } },
      },
    ],
    hardening: 'restricted',
    delivery: { by: 'helm', release: 'oauth2-proxy', chart: 'oauth2-proxy-7.9.0' },
    ageDays: 88,
  },
  {
    kind: 'Deployment',
    namespace: 'edge',
    name: 'rate-limiter',
    replicas: 2,
    labels: { app: 'rate-limiter', team: 'edge' },
    containers: [
      {
        name: 'rate-limiter',
        image: 'registry.shop.invalid/edge/rate-limiter:0.3.1',
        ports: [{ name: 'grpc', port: 8081 }],
        env: { REDIS_URL: 'redis://cache.shop:6379' },
      },
    ],
    hardening: 'restricted',
    ageDays: 55,
  },
  {
    kind: 'Deployment',
    namespace: 'edge',
    name: 'cdn-purger',
    labels: { app: 'cdn-purger' },
    containers: [
      {
        name: 'purger',
        image: 'registry.shop.invalid/edge/cdn-purger:0.2.0',
        env: { CDN_API: 'https://api.cdn.invalid', CDN_TOKEN: { secret: 'cdn-token', key: 'token' } },
      },
    ],
    ageDays: 20,
  },
];
