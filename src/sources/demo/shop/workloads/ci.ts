import { recommendedLabels, type WorkloadPlan } from '../workload-plan.ts';

function argocd(name: string, component: string, more: Partial<WorkloadPlan> = {}): WorkloadPlan {
  return {
    kind: 'Deployment',
    namespace: 'ci',
    name,
    labels: recommendedLabels(name, 'argocd', '2.13.2', component, 'argocd', 'Helm'),
    containers: [
      {
        name,
        image: 'registry.shop.invalid/mirror/argocd:v2.13.2',
        ports: [{ name: 'http', port: 8080 }],
      },
    ],
    serviceAccount: name,
    hardening: 'restricted',
    delivery: { by: 'helm', release: 'argocd', chart: 'argo-cd-7.7.11' },
    ageDays: 140,
    ...more,
  };
}

/** The machines that build and deliver: they hold the keys to the rest. */
export const CI_WORKLOADS: readonly WorkloadPlan[] = [
  {
    kind: 'Deployment',
    namespace: 'ci',
    name: 'runner',
    replicas: 2,
    labels: { app: 'runner' },
    containers: [
      {
        name: 'runner',
        image: 'registry.shop.invalid/ci/runner:latest',
        env: { RUNNER_TOKEN: { secret: 'runner-token', key: 'token' }, DOCKER_HOST: 'unix:///var/run/docker.sock' },
        volumes: [
          {
            name: 'docker',
            mountPath: '/var/run/docker.sock',
            source: { hostPath: { path: '/var/run/docker.sock', type: 'Socket' } },
          },
        ],
        securityContext: { privileged: true },
      },
    ],
    serviceAccount: 'runner',
    ageDays: 70,
    restarts: 7,
  },
  {
    kind: 'Deployment',
    namespace: 'ci',
    name: 'buildkit',
    labels: { app: 'buildkit' },
    containers: [
      {
        name: 'buildkitd',
        image: 'moby/buildkit:v0.18.2',
        ports: [{ name: 'buildkit', port: 1234 }],
        securityContext: { privileged: true, seccompProfile: { type: 'Unconfined' } },
      },
    ],
    ageDays: 70,
  },
  {
    kind: 'Deployment',
    namespace: 'ci',
    name: 'deployer',
    labels: { app: 'deployer', 'app.kubernetes.io/name': 'deployer' },
    selector: { app: 'deployer' },
    containers: [
      {
        name: 'deployer',
        image: 'registry.shop.invalid/ci/deployer:1.6.0',
        ports: [{ name: 'http', port: 8080 }],
        env: {
          REPOSITORY: 'https://git.shop.invalid/platform/deploy.git',
          GIT_TOKEN: { secret: 'git-token', key: 'token' },
        },
      },
    ],
    serviceAccount: 'deployer',
    hardening: 'restricted',
    ageDays: 70,
  },
  argocd('argocd-server', 'server'),
  argocd('argocd-repo-server', 'repo-server'),
  argocd('argocd-application-controller', 'application-controller', { kind: 'StatefulSet' }),
  {
    kind: 'Deployment',
    namespace: 'ci',
    name: 'registry',
    labels: { app: 'registry' },
    containers: [
      {
        name: 'registry',
        image: 'registry:2.8.3',
        ports: [{ name: 'http', port: 5000 }],
        volumes: [
          {
            name: 'store',
            mountPath: '/var/lib/registry',
            source: { persistentVolumeClaim: { claimName: 'registry-store' } },
          },
        ],
      },
    ],
    ageDays: 310,
  },
];
