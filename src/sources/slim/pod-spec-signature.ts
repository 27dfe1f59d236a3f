import { isObject, type JsonObject } from './json-reading.ts';
import { tokenVolumeName, withCommonName } from './token-volume.ts';

/**
 * The JSON text of all that the slim form is made from, and of nothing else: it is equal for the pods of one workload,
 * whatever node they run on. Parsed again, it is a copy that shares no text with the input.
 *
 * Written out as literals because this runs for every pod: objects of one shape are what JSON.stringify is fastest at.
 */
export function podSpecSignature(spec: JsonObject): string {
  const token = tokenVolumeName(spec);
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
    volumes: withCommonName(spec['volumes'], token),
    imagePullSecrets: spec['imagePullSecrets'],
    affinity: spec['affinity'],
    topologySpreadConstraints: spec['topologySpreadConstraints'],
    initContainers: containers(spec['initContainers'], token),
    containers: containers(spec['containers'], token),
    ephemeralContainers: containers(spec['ephemeralContainers'], token),
  });
}

function containers(value: unknown, token: string | null): unknown {
  return Array.isArray(value) ? value.filter(isObject).map((one) => containerFields(one, token)) : undefined;
}

function containerFields(container: JsonObject, token: string | null): JsonObject {
  return {
    name: container['name'],
    image: container['image'],
    imagePullPolicy: container['imagePullPolicy'],
    restartPolicy: container['restartPolicy'],
    ports: container['ports'],
    securityContext: container['securityContext'],
    volumeMounts: withCommonName(container['volumeMounts'], token),
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
