import { recordsOf, scalarText, type JsonRecord } from '../json-value.ts';
import type { KubeObject } from '../kube-object.ts';
import { controllerReference, metaOf, nameSuffix } from './metadata.ts';
import { managedEntry } from './managed-fields.ts';
import type { PodTemplate } from './pod-template.ts';

/** Where and how one pod runs. */
export interface PodPlacement {
  readonly name: string;
  readonly namespace: string;
  readonly generateName?: string;
  readonly owner?: KubeObject;
  readonly node: string;
  readonly nodeIP: string;
  /** The pod's address; the node's own for pods on the host network. */
  readonly ip: string;
  readonly createdAt: string;
  readonly phase?: 'Running' | 'Pending' | 'Succeeded' | 'Failed';
  readonly restarts?: number;
  readonly extraLabels?: Readonly<Record<string, string>>;
}

/** A pod as the API server shows it: admitted, scheduled and reported by the kubelet. */
export function podOf(template: PodTemplate, at: PodPlacement): KubeObject {
  const spec = admitted(template.spec, at);
  const status = statusOf(spec, at);
  const labels = { ...template.labels, ...at.extraLabels };
  const owner = at.owner === undefined ? [] : [controllerReference(at.owner)];
  const ownership = owner.length === 0 ? {} : { ownerReferences: owner };
  const manager = at.owner?.kind === 'Node' ? 'kubelet' : 'kube-controller-manager';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metaOf('Pod', at.namespace, at.name, at.createdAt, {
      ...(at.generateName === undefined ? {} : { generateName: at.generateName }),
      labels,
      annotations: template.annotations,
      ...ownership,
      managedFields: [
        managedEntry(manager, 'v1', at.createdAt, {
          metadata: { annotations: template.annotations, labels, ...ownership },
          spec: template.spec,
        }),
        managedEntry('kubelet', 'v1', at.createdAt, { status }),
      ],
    }),
    spec,
    status,
  };
}

/** The values of the built-in priority classes. */
const PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** The spec after admission and scheduling: the token volume, the node, the default tolerations. */
function admitted(template: JsonRecord, at: PodPlacement): JsonRecord {
  const mounts = template['serviceAccountName'] !== undefined && template['automountServiceAccountToken'] !== false;
  const volume = `kube-api-access-${nameSuffix(`${at.namespace}/${at.name}/token`, 5)}`;
  const volumes = [...recordsOf(template['volumes']), ...(mounts ? [tokenVolume(volume)] : [])];
  const mount = { name: volume, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
  const containers = recordsOf(template['containers']).map((container) =>
    mounts ? { ...container, volumeMounts: [...recordsOf(container['volumeMounts']), mount] } : container,
  );
  return {
    ...(volumes.length === 0 ? {} : { volumes }),
    ...template,
    ...(volumes.length === 0 ? {} : { volumes }),
    containers,
    nodeName: at.node,
    tolerations: ['not-ready', 'unreachable'].map((taint) => ({
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: PRIORITIES[scalarText(template['priorityClassName'])] ?? 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function tokenVolume(name: string): JsonRecord {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

function statusOf(spec: JsonRecord, at: PodPlacement): JsonRecord {
  const phase = at.phase ?? 'Running';
  const running = phase === 'Running';
  const condition = (type: string, holds: boolean): JsonRecord => ({
    type,
    observedGeneration: 1,
    status: holds ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: at.createdAt,
  });
  return {
    observedGeneration: 1,
    phase,
    conditions: [
      condition('PodReadyToStartContainers', running),
      condition('Initialized', true),
      condition('Ready', running),
      condition('ContainersReady', running),
      condition('PodScheduled', true),
    ],
    hostIP: at.nodeIP,
    hostIPs: [{ ip: at.nodeIP }],
    ...(phase === 'Pending' ? {} : { podIP: at.ip, podIPs: [{ ip: at.ip }] }),
    startTime: at.createdAt,
    containerStatuses: recordsOf(spec['containers']).map((container) => ({
      name: container['name'],
      state: containerState(phase, at.createdAt),
      lastState: {},
      ready: running,
      restartCount: at.restarts ?? 0,
      image: container['image'],
      imageID: `${scalarText(container['image']).replace(/[:@].*$/, '')}@sha256:${'0'.repeat(64)}`,
      containerID: `containerd://${'0'.repeat(64)}`,
      started: running,
    })),
    qosClass: 'Burstable',
  };
}

function containerState(phase: string, at: string): JsonRecord {
  switch (phase) {
    case 'Running':
      return { running: { startedAt: at } };
    case 'Pending':
      return { waiting: { reason: 'ContainerCreating' } };
    default: {
      const failed = phase === 'Failed';
      return {
        terminated: {
          exitCode: failed ? 1 : 0,
          reason: failed ? 'Error' : 'Completed',
          startedAt: at,
          finishedAt: at,
        },
      };
    }
  }
}
