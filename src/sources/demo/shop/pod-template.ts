import type { JsonRecord } from '../json-value.ts';
import { RESTRICTED_CONTAINER, type ContainerPlan, type EnvValue, type WorkloadPlan } from './workload-plan.ts';

/** The pod template of a workload: labels, annotations and the spec with the defaults that the API server fills in. */
export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: JsonRecord;
}

/** The pod template of a plan. */
export function templateOf(plan: WorkloadPlan): PodTemplate {
  const volumes = new Map(
    plan.containers.flatMap((container) => container.volumes ?? []).map((volume) => [volume.name, volume.source]),
  );
  const job = plan.kind === 'CronJob' || plan.kind === 'Job';
  return {
    labels: plan.podLabels ?? plan.labels,
    annotations: { 'prometheus.io/scrape': 'true' },
    spec: {
      ...(volumes.size === 0 ? {} : { volumes: [...volumes].map(([name, source]) => ({ name, ...source })) }),
      containers: plan.containers.map((container) => containerOf(container, plan)),
      restartPolicy: job ? 'OnFailure' : 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: plan.hostNetwork === true ? 'ClusterFirstWithHostNet' : 'ClusterFirst',
      ...(plan.kind === 'StaticPod'
        ? {}
        : { serviceAccountName: plan.serviceAccount ?? 'default', serviceAccount: plan.serviceAccount ?? 'default' }),
      ...(plan.automountToken === undefined ? {} : { automountServiceAccountToken: plan.automountToken }),
      ...(plan.hostNetwork === true ? { hostNetwork: true } : {}),
      ...(plan.hostPID === true ? { hostPID: true } : {}),
      securityContext:
        plan.hardening === 'restricted'
          ? { runAsUser: 10_001, runAsNonRoot: true, fsGroup: 10_001, seccompProfile: { type: 'RuntimeDefault' } }
          : {},
      ...(plan.imagePullSecrets === undefined
        ? {}
        : { imagePullSecrets: plan.imagePullSecrets.map((name) => ({ name })) }),
      schedulerName: 'default-scheduler',
      ...(plan.priorityClass === undefined ? {} : { priorityClassName: plan.priorityClass }),
    },
  };
}

function containerOf(container: ContainerPlan, plan: WorkloadPlan): JsonRecord {
  const securityContext =
    container.securityContext ?? (plan.hardening === 'restricted' ? RESTRICTED_CONTAINER : undefined);
  const probed = container.ports?.[0];
  return {
    name: container.name,
    image: container.image,
    ...(container.command === undefined ? {} : { command: container.command }),
    ...(container.args === undefined ? {} : { args: container.args }),
    ...(container.ports === undefined
      ? {}
      : {
          ports: container.ports.map(({ name, port, hostPort, protocol }) => ({
            name,
            ...(hostPort === undefined ? {} : { hostPort }),
            containerPort: port,
            protocol: protocol ?? 'TCP',
          })),
        }),
    ...(container.envFrom === undefined ? {} : { envFrom: container.envFrom.map(envFromOf) }),
    ...(container.env === undefined
      ? {}
      : { env: Object.entries(container.env).map(([name, value]) => ({ name, ...envOf(value) })) }),
    resources: { limits: { memory: '512Mi' }, requests: { cpu: '50m', memory: '128Mi' } },
    ...(container.volumes === undefined
      ? {}
      : {
          volumeMounts: container.volumes.map(({ name, mountPath, readOnly }) => ({
            name,
            ...(readOnly === true ? { readOnly } : {}),
            mountPath,
          })),
        }),
    ...(probed === undefined || probed.protocol === 'UDP'
      ? {}
      : {
          readinessProbe: {
            tcpSocket: { port: probed.port },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
        }),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy:
      container.image.endsWith(':latest') || !/:[^/]+$/.test(container.image) ? 'Always' : 'IfNotPresent',
    ...(securityContext === undefined ? {} : { securityContext }),
  };
}

function envOf(value: EnvValue): JsonRecord {
  if (typeof value === 'string') return { value };
  return 'secret' in value
    ? { valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } }
    : { valueFrom: { configMapKeyRef: { name: value.configMap, key: value.key } } };
}

function envFromOf(source: NonNullable<ContainerPlan['envFrom']>[number]): JsonRecord {
  return 'secret' in source ? { secretRef: { name: source.secret } } : { configMapRef: { name: source.configMap } };
}
