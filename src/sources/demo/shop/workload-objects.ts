import type { JsonRecord } from '../json-value.ts';
import type { KubeObject } from '../kube-object.ts';
import { controllerReference, daysBefore, metaOf, nameSuffix } from './metadata.ts';
import { managedEntry } from './managed-fields.ts';
import { NODES, type Placement } from './nodes.ts';
import { podOf, type PodPlacement } from './pod.ts';
import { templateOf, type PodTemplate } from './pod-template.ts';
import { replicaSetWithPods, templateField } from './replica-set.ts';
import type { Delivery, WorkloadPlan } from './workload-plan.ts';

const API: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
};

/**
 * All objects of one workload: itself, the ReplicaSets or Jobs between, and its pods.
 *
 * @param placement hands out nodes and addresses
 */
export function workloadObjects(plan: WorkloadPlan, placement: Placement, now: number): KubeObject[] {
  const template = templateOf(plan);
  const createdAt = daysBefore(now, plan.ageDays);
  const replicas = plan.replicas ?? 1;
  const pod = (name: string, more: Partial<PodPlacement> = {}, index = 0): KubeObject =>
    podOf(template, {
      name,
      namespace: plan.namespace,
      createdAt: daysBefore(now, Math.min(plan.ageDays, 9 + (index % 3))),
      ...(index === 0 && plan.restarts !== undefined ? { restarts: plan.restarts } : {}),
      ...(more.node === undefined
        ? placement.next(plan.hostNetwork === true)
        : placement.on(more.node, plan.hostNetwork === true)),
      ...more,
    });
  switch (plan.kind) {
    case 'Deployment': {
      const deployment = workload(plan, template, createdAt, deploymentSpec(plan, template), {
        observedGeneration: 1,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
      });
      const hash = nameSuffix(`${plan.namespace}/${plan.name}/${plan.ageDays}`, 10);
      return [deployment, ...replicaSetWithPods(deployment, template, { hash, replicas, createdAt, now }, placement)];
    }
    case 'StatefulSet': {
      const spec = { ...deploymentSpec(plan, template), serviceName: plan.name, podManagementPolicy: 'OrderedReady' };
      const status = { observedGeneration: 1, replicas, readyReplicas: replicas, currentReplicas: replicas };
      const set = workload(plan, template, createdAt, spec, status);
      const names = Array.from({ length: replicas }, (_, index) => `${plan.name}-${index}`);
      const extraLabels = (name: string): Record<string, string> => ({
        'statefulset.kubernetes.io/pod-name': name,
        'controller-revision-hash': `${plan.name}-${nameSuffix(plan.name, 10)}`,
      });
      return [set, ...names.map((name, index) => pod(name, { owner: set, extraLabels: extraLabels(name) }, index))];
    }
    case 'DaemonSet': {
      const nodes = NODES.filter((node) => plan.nodes === 'all' || !node.controlPlane);
      const counts = { desiredNumberScheduled: nodes.length, currentNumberScheduled: nodes.length };
      const spec = { selector: { matchLabels: selectorOf(plan) }, template: templateField(template) };
      const set = workload(plan, template, createdAt, spec, {
        ...counts,
        numberReady: nodes.length,
        numberMisscheduled: 0,
      });
      const extraLabels = { 'controller-revision-hash': nameSuffix(plan.name, 10), 'pod-template-generation': '1' };
      return [
        set,
        ...nodes.map((node, index) => {
          const name = `${plan.name}-${nameSuffix(`${plan.name}@${node.name}`, 5)}`;
          return pod(name, { owner: set, generateName: `${plan.name}-`, node: node.name, extraLabels }, index);
        }),
      ];
    }
    case 'CronJob': {
      const spec = {
        schedule: plan.schedule ?? '0 3 * * *',
        concurrencyPolicy: 'Forbid',
        suspend: false,
        jobTemplate: { spec: { backoffLimit: 6, template: templateField(template) } },
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
      };
      const cron = workload(plan, template, createdAt, spec, { lastScheduleTime: daysBefore(now, 0.25) });
      const job = `${plan.name}-${Math.floor(now / 60_000) - 360}`;
      return [cron, ...finishedJob(job, plan, template, pod, daysBefore(now, 0.25), cron)];
    }
    case 'Job':
      return finishedJob(plan.name, plan, template, pod, createdAt);
    case 'Pod':
      return [pod(plan.name)];
    case 'StaticPod': {
      const [node] = NODES.filter((one) => one.controlPlane);
      const owner = { apiVersion: 'v1', kind: 'Node', metadata: { name: node?.name ?? '' } };
      const mirror = pod(`${plan.name}-${node?.name ?? ''}`, { node: node?.name ?? '', owner });
      const annotations = {
        'kubernetes.io/config.hash': nameSuffix(plan.name, 32),
        'kubernetes.io/config.mirror': nameSuffix(plan.name, 32),
        'kubernetes.io/config.source': 'file',
      };
      return [{ ...mirror, metadata: { ...mirror.metadata, annotations } }];
    }
  }
}

type MakePod = (name: string, more: Partial<PodPlacement>) => KubeObject;

function finishedJob(
  name: string,
  plan: WorkloadPlan,
  template: PodTemplate,
  pod: MakePod,
  createdAt: string,
  owner?: KubeObject,
): KubeObject[] {
  const extraLabels = { 'batch.kubernetes.io/job-name': name, 'job-name': name };
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metaOf('Job', plan.namespace, name, createdAt, {
      labels: plan.labels,
      ...(owner === undefined ? {} : { ownerReferences: [controllerReference(owner)] }),
    }),
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      template: templateField({ ...template, labels: { ...template.labels, ...extraLabels } }),
    },
    status: { succeeded: 1, startTime: createdAt, completionTime: createdAt },
  };
  const podName = `${name}-${nameSuffix(name, 5)}`;
  return [job, pod(podName, { owner: job, generateName: `${name}-`, phase: 'Succeeded', createdAt, extraLabels })];
}

function deploymentSpec(plan: WorkloadPlan, template: PodTemplate): JsonRecord {
  return {
    replicas: plan.replicas ?? 1,
    selector: { matchLabels: selectorOf(plan) },
    template: templateField(template),
    revisionHistoryLimit: 10,
  };
}

function selectorOf(plan: WorkloadPlan): Record<string, string> {
  const labels = plan.podLabels ?? plan.labels;
  const keys = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app', 'k8s-app', 'run'];
  return {
    ...(plan.selector ??
      Object.fromEntries(keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])))),
  };
}

function workload(
  plan: WorkloadPlan,
  template: PodTemplate,
  createdAt: string,
  spec: JsonRecord,
  status: JsonRecord,
): KubeObject {
  const apiVersion = API[plan.kind] ?? 'v1';
  const delivery = plan.delivery ?? { by: 'kubectl' };
  const annotations = deliveryAnnotations(delivery, plan);
  return {
    apiVersion,
    kind: plan.kind,
    metadata: metaOf(plan.kind, plan.namespace, plan.name, createdAt, {
      generation: 1,
      labels: plan.labels,
      annotations,
      managedFields: [
        managedEntry(managerOf(delivery), apiVersion, createdAt, {
          metadata: { annotations, labels: plan.labels },
          spec: { template: { metadata: { labels: template.labels }, spec: template.spec } },
        }),
        managedEntry('kube-controller-manager', apiVersion, createdAt, { status }),
      ],
    }),
    spec,
    status,
  };
}

/** The field manager that each tool writes with. */
function managerOf(delivery: Delivery): string {
  switch (delivery.by) {
    case 'helm':
      return 'helm';
    case 'argocd':
      return 'argocd-controller';
    case 'kubectl':
      return 'kubectl-client-side-apply';
  }
}

/** The annotations by which each tool marks what it delivers. */
function deliveryAnnotations(
  delivery: Delivery,
  object: { readonly kind: string; readonly namespace: string; readonly name: string },
): Record<string, string> {
  switch (delivery.by) {
    case 'helm':
      return { 'meta.helm.sh/release-name': delivery.release, 'meta.helm.sh/release-namespace': object.namespace };
    case 'argocd': {
      const group = (API[object.kind] ?? '').replace(/\/?v\d+$/, '');
      const id = `${delivery.app}:${group}/${object.kind}:${object.namespace}/${object.name}`;
      return { 'argocd.argoproj.io/tracking-id': id };
    }
    case 'kubectl':
      return {};
  }
}
