import { isObject, type JsonObject } from './json-reading.ts';

/** The fields of a pod specification that its slim form is made from, containers apart. */
export const SPEC_FIELDS = [
  'serviceAccountName',
  'serviceAccount',
  'automountServiceAccountToken',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'hostUsers',
  'shareProcessNamespace',
  'os',
  'runtimeClassName',
  'priorityClassName',
  'securityContext',
  'volumes',
  'imagePullSecrets',
  'affinity',
  'topologySpreadConstraints',
] as const;

export const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

export const CONTAINER_FIELDS = [
  'name',
  'image',
  'imagePullPolicy',
  'restartPolicy',
  'ports',
  'securityContext',
  'volumeMounts',
  'env',
  'envFrom',
  'command',
  'args',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/** The volume that the API server adds to pods for the service account's token has a random end to its name. */
const TOKEN_VOLUME = /"kube-api-access-[a-z0-9]{5}"/g;
const TOKEN_VOLUME_NAME = '"kube-api-access"';

/**
 * The JSON text of all that the slim form is made from, and of nothing else: it is equal for the pods of one workload,
 * whatever node they run on. Parsed again, it is a copy that shares no text with the input.
 *
 * Written out as literals because this runs for every pod: objects of one shape are what JSON.stringify is fastest at.
 */
export function podSpecSignature(spec: JsonObject): string {
  return JSON.stringify({
    serviceAccountName: spec['serviceAccountName'],
    serviceAccount: spec['serviceAccount'],
    automountServiceAccountToken: spec['automountServiceAccountToken'],
    hostNetwork: spec['hostNetwork'],
    hostPID: spec['hostPID'],
    hostIPC: spec['hostIPC'],
    hostUsers: spec['hostUsers'],
    shareProcessNamespace: spec['shareProcessNamespace'],
    os: spec['os'],
    runtimeClassName: spec['runtimeClassName'],
    priorityClassName: spec['priorityClassName'],
    securityContext: spec['securityContext'],
    volumes: spec['volumes'],
    imagePullSecrets: spec['imagePullSecrets'],
    affinity: spec['affinity'],
    topologySpreadConstraints: spec['topologySpreadConstraints'],
    initContainers: containers(spec['initContainers']),
    containers: containers(spec['containers']),
    ephemeralContainers: containers(spec['ephemeralContainers']),
  }).replace(TOKEN_VOLUME, TOKEN_VOLUME_NAME);
}

function containers(value: unknown): unknown {
  return Array.isArray(value) ? value.filter(isObject).map(containerFields) : undefined;
}

function containerFields(container: JsonObject): JsonObject {
  return {
    name: container['name'],
    image: container['image'],
    imagePullPolicy: container['imagePullPolicy'],
    restartPolicy: container['restartPolicy'],
    ports: container['ports'],
    securityContext: container['securityContext'],
    volumeMounts: container['volumeMounts'],
    env: container['env'],
    envFrom: container['envFrom'],
    command: container['command'],
    args: container['args'],
    livenessProbe: container['livenessProbe'],
    readinessProbe: container['readinessProbe'],
    startupProbe: container['startupProbe'],
    lifecycle: container['lifecycle'],
  };
}
