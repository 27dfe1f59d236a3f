import { recommendedLabels, type WorkloadPlan } from '../workload-plan.ts';

function charted(
  name: string,
  version: string,
  component: string,
  port: number,
  more: Partial<WorkloadPlan> = {},
): WorkloadPlan {
  return {
    kind: 'Deployment',
    namespace: 'monitoring',
    name,
    labels: recommendedLabels(name, 'monitoring', version, component, 'monitoring', 'Helm'),
    containers: [
      {
        name,
        image: `registry.shop.invalid/mirror/${name}:v${version}`,
        ports: [{ name: 'http', port }],
      },
    ],
    serviceAccount: name,
    delivery: { by: 'helm', release: 'monitoring', chart: 'kube-prometheus-stack-66.3.0' },
    ageDays: 180,
    ...more,
  };
}

/** Those who watch the others, and may look everywhere for it. */
export const MONITORING_WORKLOADS: readonly WorkloadPlan[] = [
  charted('prometheus', '3.0.1', 'server', 9090, { kind: 'StatefulSet', hardening: 'restricted' }),
  charted('alertmanager', '0.27.0', 'alerting', 9093, { kind: 'StatefulSet', hardening: 'restricted' }),
  charted('kube-state-metrics', '2.14.0', 'exporter', 8080, { hardening: 'restricted' }),
  charted('grafana', '11.4.0', 'dashboard', 3000, {
    containers: [
      {
        name: 'grafana',
        image: 'registry.shop.invalid/mirror/grafana:11.4.0',
        ports: [{ name: 'http', port: 3000 }],
        env: {
          GF_SECURITY_ADMIN_USER: 'admin',
          GF_SECURITY_ADMIN_PASSWORD: { secret: 'grafana', key: 'admin-password' },
        },
      },
    ],
  }),
  charted('node-exporter', '1.8.2', 'exporter', 9100, {
    kind: 'DaemonSet',
    nodes: 'all',
    hostNetwork: true,
    hostPID: true,
    containers: [
      {
        name: 'node-exporter',
        image: 'registry.shop.invalid/mirror/node-exporter:v1.8.2',
        args: ['--path.rootfs=/host/root'],
        ports: [{ name: 'metrics', port: 9100, hostPort: 9100 }],
        volumes: [
          { name: 'root', mountPath: '/host/root', source: { hostPath: { path: '/', type: '' } }, readOnly: true },
        ],
      },
    ],
  }),
  charted('loki', '3.3.2', 'logs', 3100, { kind: 'StatefulSet' }),
  {
    kind: 'DaemonSet',
    namespace: 'monitoring',
    name: 'promtail',
    labels: { app: 'promtail' },
    containers: [
      {
        name: 'promtail',
        image: 'registry.shop.invalid/mirror/promtail:3.3.2',
        args: ['-client.url=http://loki.monitoring:3100/loki/api/v1/push'],
        ports: [{ name: 'http', port: 3101 }],
        securityContext: { runAsUser: 0, privileged: true },
        volumes: [
          { name: 'logs', mountPath: '/var/log', source: { hostPath: { path: '/var/log', type: '' } } },
          {
            name: 'containers',
            mountPath: '/var/lib/docker/containers',
            source: { hostPath: { path: '/var/lib/docker/containers', type: '' } },
          },
        ],
      },
    ],
    serviceAccount: 'promtail',
    nodes: 'all',
    ageDays: 180,
  },
  {
    kind: 'Deployment',
    namespace: 'monitoring',
    name: 'jaeger',
    labels: { name: 'jaeger' },
    selector: { name: 'jaeger' },
    containers: [
      {
        name: 'jaeger',
        image: 'jaegertracing/all-in-one:latest',
        ports: [
          { name: 'ui', port: 16_686 },
          { name: 'otlp', port: 4317 },
        ],
      },
    ],
    ageDays: 240,
  },
];
