import { recordOf, scalarText, type JsonRecord } from '../json-value.ts';
import type { KubeObject } from '../kube-object.ts';
import { controllerReference, daysBefore, metaOf, nameSuffix } from './metadata.ts';
import type { Placement } from './nodes.ts';
import { podOf } from './pod.ts';
import type { PodTemplate } from './pod-template.ts';

/** One revision of a Deployment. */
export interface Revision {
  /** The pod-template-hash. */
  readonly hash: string;
  readonly replicas: number;
  readonly createdAt: string;
  readonly now: number;
  readonly phase?: 'Running' | 'Pending';
}

/** The ReplicaSet of one revision of a Deployment with its pods; also what a rollout makes. */
export function replicaSetWithPods(
  deployment: KubeObject,
  template: PodTemplate,
  revision: Revision,
  placement: Placement,
): KubeObject[] {
  const { name, namespace = 'default' } = deployment.metadata;
  const { hash, replicas, createdAt, now } = revision;
  const hashed = { ...template, labels: { ...template.labels, 'pod-template-hash': hash } };
  const setName = `${name}-${hash}`;
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metaOf('ReplicaSet', namespace, setName, createdAt, {
      labels: hashed.labels,
      annotations: { 'deployment.kubernetes.io/desired-replicas': String(replicas) },
      ownerReferences: [controllerReference(deployment)],
      generation: 1,
    }),
    spec: { replicas, selector: { matchLabels: hashed.labels }, template: templateField(hashed) },
    status: { replicas, fullyLabeledReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas },
  };
  const host = template.spec['hostNetwork'] === true;
  const pods = Array.from({ length: replicas }, (_, index) =>
    podOf(hashed, {
      name: `${setName}-${nameSuffix(`${namespace}/${setName}/${index}`, 5)}`,
      generateName: `${setName}-`,
      namespace,
      owner: set,
      // Pods are younger than old Deployments: nodes were drained since.
      createdAt: later(createdAt, daysBefore(now, 1 + (index % 9))),
      restarts: revision.phase === undefined && index === 0 ? name.length % 3 : 0,
      ...(revision.phase === undefined ? {} : { phase: revision.phase }),
      ...placement.next(host),
    }),
  );
  return [set, ...pods];
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

/** The template of a workload object, read back from it. */
export function templateIn(workload: KubeObject): PodTemplate {
  const template = recordOf(recordOf(workload['spec'])['template']);
  const metadata = recordOf(template['metadata']);
  return {
    labels: texts(metadata['labels']),
    annotations: texts(metadata['annotations']),
    spec: recordOf(template['spec']),
  };
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(recordOf(value)).map(([key, one]) => [key, scalarText(one)]));
}

/** A pod template as workloads carry it. */
export function templateField(template: PodTemplate): JsonRecord {
  return {
    metadata: { labels: template.labels, annotations: template.annotations },
    spec: template.spec,
  };
}
