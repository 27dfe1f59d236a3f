import type { EnvValue, WorkloadPlan } from '../workload-plan.ts';

function copy(name: string, tag: string, port: number, env?: Record<string, EnvValue>): WorkloadPlan {
  return {
    kind: 'Deployment',
    namespace: 'staging',
    name,
    labels: { app: name },
    containers: [
      {
        name,
        image: `registry.shop.invalid/shop/${name}:${tag}`,
        ports: [{ name: 'http', port }],
        ...(env === undefined ? {} : { env }),
      },
    ],
    ageDays: 8,
  };
}

/** Copies of the shop without its care, and what people left behind. */
export const STAGING_WORKLOADS: readonly WorkloadPlan[] = [
  copy('web', 'main-4f1c', 8080, { CART_URL: 'http://cart:8080' }),
  copy('cart', 'main-4f1c', 8080, { DATABASE_URL: 'postgres://cart:not-a-real-pa55word-9Lp@postgres:5432/cart' }),
  copy('orders', 'main-4f1c', 8080, { KAFKA_BROKERS: 'kafka.data:9092' }),
  copy('postgres', '16', 5432, { POSTGRES_PASSWORD: 'not-a-real-pa55word-2Rt' }),
  {
    kind: 'Pod',
    namespace: 'staging',
    name: 'debug-shell',
    labels: {},
    containers: [
      {
        name: 'shell',
        image: 'nicolaka/netshoot',
        command: ['sleep', 'infinity'],
        securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN', 'NET_ADMIN'] } },
      },
    ],
    hostNetwork: true,
    hostPID: true,
    ageDays: 97,
  },
  {
    kind: 'Job',
    namespace: 'staging',
    name: 'load-test',
    labels: { app: 'load-test' },
    containers: [{ name: 'k6', image: 'grafana/k6:0.55.0', args: ['run', '/scripts/shop.js'] }],
    ageDays: 1,
  },
];
