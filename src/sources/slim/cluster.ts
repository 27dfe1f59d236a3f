import type {
  APIServiceObject,
  CustomResourceDefinitionObject,
  HorizontalPodAutoscalerObject,
  Meta,
  NamespaceObject,
  NodeObject,
  ObjectOf,
  PersistentVolumeClaimObject,
  PersistentVolumeObject,
  SecretReference,
  PodDisruptionBudgetObject,
} from '../../model/objects.ts';
import { object, objects, textOrNull, type JsonObject } from './json-reading.ts';
import { namesSecrets } from './secret-references.ts';
import {
  namespacedName,
  selectorOrEmpty,
  selectorOrNull,
  serviceReference,
  strings,
  type SlimContext,
} from './slim-context.ts';

export function slimNamespace(_raw: JsonObject, meta: Meta): NamespaceObject {
  return { ...meta, kind: 'Namespace' };
}

export function slimNode(raw: JsonObject, meta: Meta, context: SlimContext): NodeObject {
  const spec = object(raw['spec']);
  const status = object(raw['status']);
  const info = object(status['nodeInfo']);
  const ready = objects(status['conditions']).find((condition) => condition['type'] === 'Ready');
  const podCIDRs = strings(spec['podCIDRs'], context);
  return {
    ...meta,
    kind: 'Node',
    kubeletVersion: context.string(info['kubeletVersion']),
    kubeProxyVersion: context.string(info['kubeProxyVersion']),
    osImage: context.string(info['osImage']),
    operatingSystem: context.string(info['operatingSystem']),
    containerRuntime: context.string(info['containerRuntimeVersion']),
    ready: ready === undefined ? null : ready['status'] === 'True',
    addresses: objects(status['addresses'])
      .map((address) => context.string(address['address']))
      .filter((address) => address !== ''),
    podCIDRs: podCIDRs.length > 0 ? podCIDRs : strings([spec['podCIDR']].filter(Boolean), context),
    providerID: context.string(spec['providerID']),
  };
}

export function slimPersistentVolume(raw: JsonObject, meta: Meta, context: SlimContext): PersistentVolumeObject {
  const spec = object(raw['spec']);
  const local = context.string(object(spec['local'])['path']);
  return {
    ...meta,
    kind: 'PersistentVolume',
    hostPath: textOrNull(context.string(object(spec['hostPath'])['path'])),
    ...(local === '' ? {} : { localPath: local }),
    secretRefs: [
      ...azureFileSecret(spec, context),
      ...Object.values(spec).flatMap((source) =>
        Object.entries(object(source)).flatMap(([field, reference]) => {
          const secret = /SecretRef$|^secretRef$/.test(field) ? namespacedName(reference, '', context) : null;
          return secret === null ? [] : [secret];
        }),
      ),
    ],
    claim: namespacedName(spec['claimRef'], '', context),
  };
}

/** The one driver that names its Secret by two fields of its own; without a namespace it is that of the claim. */
function azureFileSecret(spec: JsonObject, context: SlimContext): readonly SecretReference[] {
  const { secretName, secretNamespace } = object(spec['azureFile']);
  const claim = object(spec['claimRef']);
  const secret = namespacedName(
    { name: secretName, namespace: secretNamespace },
    context.string(claim['namespace']),
    context,
  );
  return secret === null ? [] : [secret];
}

export function slimPersistentVolumeClaim(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): PersistentVolumeClaimObject {
  const spec = object(raw['spec']);
  return {
    ...meta,
    kind: 'PersistentVolumeClaim',
    volumeName: context.string(spec['volumeName']),
    storageClassName: textOrNull(context.string(spec['storageClassName'])),
  };
}

export function slimPodDisruptionBudget(raw: JsonObject, meta: Meta, context: SlimContext): PodDisruptionBudgetObject {
  return {
    ...meta,
    kind: 'PodDisruptionBudget',
    selector: selectorOrNull(object(raw['spec'])['selector'], context),
  };
}

export function slimHorizontalPodAutoscaler(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): HorizontalPodAutoscalerObject {
  const target = object(object(raw['spec'])['scaleTargetRef']);
  return {
    ...meta,
    kind: 'HorizontalPodAutoscaler',
    target: { kind: context.string(target['kind']), name: context.string(target['name']) },
  };
}

/** The webhooks of a validating or mutating configuration. */
export function webhookFields(
  raw: JsonObject,
  context: SlimContext,
): Pick<ObjectOf<'ValidatingWebhookConfiguration'>, 'webhooks'> {
  return { webhooks: objects(raw['webhooks']).map((webhook) => slimWebhook(webhook, context)) };
}

function slimWebhook(webhook: JsonObject, context: SlimContext): Webhook {
  const client = object(webhook['clientConfig']);
  const resources = objects(webhook['rules']).flatMap((rule) => strings(rule['resources'], context));
  return {
    name: context.string(webhook['name']),
    // v1 defaults to Fail (kubernetes pkg/apis/admissionregistration/v1/defaults.go).
    failurePolicy: context.string(webhook['failurePolicy']) || 'Fail',
    service: serviceReference(client['service'], context),
    url: textOrNull(withoutUserinfo(context.string(client['url']))),
    namespaceSelector: selectorOrEmpty(webhook['namespaceSelector'], context),
    objectSelector: selectorOrEmpty(webhook['objectSelector'], context),
    resources: [...new Set(resources)],
  };
}

type Webhook = ObjectOf<'ValidatingWebhookConfiguration'>['webhooks'][number];

export function slimCustomResourceDefinition(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): CustomResourceDefinitionObject {
  const spec = object(raw['spec']);
  const names = object(spec['names']);
  const webhook = object(object(spec['conversion'])['webhook']);
  return {
    ...meta,
    kind: 'CustomResourceDefinition',
    group: context.string(spec['group']),
    resource: context.string(names['plural']),
    crdKind: context.string(names['kind']),
    scope: context.string(spec['scope']),
    namesSecrets: objects(spec['versions']).some((version) =>
      namesSecrets(object(version['schema'])['openAPIV3Schema']),
    ),
    conversionService: serviceReference(object(webhook['clientConfig'])['service'], context),
  };
}

export function slimAPIService(raw: JsonObject, meta: Meta, context: SlimContext): APIServiceObject {
  const spec = object(raw['spec']);
  return {
    ...meta,
    kind: 'APIService',
    group: context.string(spec['group']),
    version: context.string(spec['version']),
    insecureSkipTLSVerify: spec['insecureSkipTLSVerify'] === true,
    service: serviceReference(spec['service'], context),
  };
}

/** A URL without `user:password@`. */
export function withoutUserinfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/i, '$1');
}
