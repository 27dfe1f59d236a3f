import type { AuditPodFacts } from '../model/audit-event.ts';
import { objectAt, objectsAt, textAt, textsAt, type JsonObject } from './audit-json.ts';
import { exactText } from './exact-text.ts';

const CONTAINER_FIELDS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Where each kind keeps its pod template (the field names of apps/v1, batch/v1 and core/v1). */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  pods: [],
  podtemplates: ['template'],
  deployments: ['spec', 'template'],
  daemonsets: ['spec', 'template'],
  statefulsets: ['spec', 'template'],
  replicasets: ['spec', 'template'],
  replicationcontrollers: ['spec', 'template'],
  jobs: ['spec', 'template'],
  cronjobs: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Whether bodies of this resource hold a pod specification. */
export function holdsPodSpec(resource: string): boolean {
  return Object.hasOwn(TEMPLATE_PATHS, resource);
}

/**
 * The facts of a pod, or of a workload's pod template, that detections read: init and ephemeral containers count as
 * containers do. Values of env variables are never looked at.
 *
 * @param resource plural resource name
 * @returns null where the body holds no pod specification (a patch of labels only)
 */
export function podFacts(resource: string, body: JsonObject): AuditPodFacts | null {
  let template: JsonObject | null = body;
  for (const field of TEMPLATE_PATHS[resource] ?? []) template = objectAt(template, field);
  const spec = objectAt(template, 'spec');
  if (template === null || spec === null) return null;
  const containers = CONTAINER_FIELDS.flatMap((field) => objectsAt(spec, field));
  const security = containers.map((container) => objectAt(container, 'securityContext'));
  const volumes = objectsAt(spec, 'volumes');
  const metadata = objectAt(body, 'metadata');
  return {
    name: exactText(textAt(metadata, 'name') || textAt(metadata, 'generateName')),
    owner: controllerOf(metadata),
    serviceAccountName: exactText(textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount')),
    labels: labelsOf(objectAt(template, 'metadata')),
    privileged: security.some((one) => one?.['privileged'] === true),
    hostNamespaces: ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true),
    hostPaths: distinct(volumes.flatMap((volume) => nonEmpty(textAt(objectAt(volume, 'hostPath'), 'path')))),
    addedCapabilities: distinct(security.flatMap((one) => textsAt(objectAt(one, 'capabilities'), 'add'))),
    images: distinct(containers.flatMap((container) => nonEmpty(textAt(container, 'image')))),
    secrets: distinct([
      ...volumes.flatMap(secretsOfVolume),
      ...containers.flatMap(secretsOfContainer),
      ...objectsAt(spec, 'imagePullSecrets').flatMap((one) => nonEmpty(textAt(one, 'name'))),
    ]),
    claims: distinct(
      volumes.flatMap((volume) => nonEmpty(textAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName'))),
    ),
  };
}

function controllerOf(metadata: JsonObject | null): AuditPodFacts['owner'] {
  const owner = objectsAt(metadata, 'ownerReferences').find((one) => one['controller'] === true);
  if (owner === undefined) return null;
  return { kind: exactText(textAt(owner, 'kind')), name: exactText(textAt(owner, 'name')) };
}

function secretsOfVolume(volume: JsonObject): readonly string[] {
  return [
    textAt(objectAt(volume, 'secret'), 'secretName'),
    ...objectsAt(objectAt(volume, 'projected'), 'sources').map((one) => textAt(objectAt(one, 'secret'), 'name')),
  ].filter((name) => name !== '');
}

function secretsOfContainer(container: JsonObject): readonly string[] {
  return [
    ...objectsAt(container, 'envFrom').map((one) => textAt(objectAt(one, 'secretRef'), 'name')),
    ...objectsAt(container, 'env').map((one) => textAt(objectAt(objectAt(one, 'valueFrom'), 'secretKeyRef'), 'name')),
  ].filter((name) => name !== '');
}

function labelsOf(metadata: JsonObject | null): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(metadata, 'labels') ?? {})) {
    if (typeof value === 'string') labels[exactText(key)] = exactText(value);
  }
  return labels;
}

function nonEmpty(text: string): readonly string[] {
  return text === '' ? [] : [text];
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].slice(0, 200).map((text) => exactText(text));
}
