import type { Kind } from '../../model/kind.ts';
import type { FileLocation, KubeObject, ObjectOf } from '../../model/objects.ts';
import { bindingFields, roleFields } from './access.ts';
import { AlikePod, createAlikePods } from './alike-pod.ts';
import { admissionPolicyBindingFields, admissionPolicyFields } from './admission-policies.ts';
import {
  slimAPIService,
  slimCustomResourceDefinition,
  slimHorizontalPodAutoscaler,
  slimNamespace,
  slimNode,
  slimPersistentVolume,
  slimPersistentVolumeClaim,
  slimPodDisruptionBudget,
  webhookFields,
} from './cluster.ts';
import { slimConfigMap, slimSecret, slimServiceAccount } from './configuration.ts';
import { anywhereReferrerFields, referrerFields, slimCertificate } from './custom-resources.ts';
import { storageClassFields } from './storage-class.ts';
import { slimArgoApplication, slimFluxHelmRelease, slimFluxKustomization } from './delivery.ts';
import { createInterner } from './interner.ts';
import { object, type JsonObject } from './json-reading.ts';
import { createMetaReader } from './meta.ts';
import { monitorFields, prometheusFields, vmAgentFields } from './monitoring.ts';
import { slimEndpoints, slimEndpointSlice, routeFields, slimGateway, slimIngress, slimService } from './networking.ts';
import { createPodSpecSlimmer } from './pod-spec.ts';
import { slimNetworkPolicy, widerPolicyFields } from './policies.ts';
import type { SlimContext, SlimFunction } from './slim-context.ts';
import {
  cronJobFields,
  replicationControllerFields,
  scaledFields,
  slimPod,
  slimPodTemplate,
  unscaledFields,
} from './workloads.ts';

/** Turns raw JSON objects into what rules read. One per source: what objects have in common is shared within it. */
export interface Slimmer {
  /**
   * @param raw an object of that kind as JSON.parse gives it: whole, or metadata only
   * @param location where a file declares it
   * @returns the slim object: sanitised, interned, without any Secret, env or ConfigMap value. Never throws; fields of
   *   the wrong type read as absent, and `validateObject` names them
   */
  slim<K extends Kind>(raw: unknown, kind: K, location?: FileLocation | null): ObjectOf<K>;
}

const SLIM_FUNCTIONS: { readonly [K in Kind]: SlimFunction<K> } = {
  Pod: slimPod,
  Namespace: slimNamespace,
  Node: slimNode,
  Service: slimService,
  Endpoints: slimEndpoints,
  ServiceAccount: slimServiceAccount,
  Secret: slimSecret,
  ConfigMap: slimConfigMap,
  PersistentVolume: slimPersistentVolume,
  PersistentVolumeClaim: slimPersistentVolumeClaim,
  ReplicationController: (raw, meta, context) => ({
    ...meta,
    kind: 'ReplicationController',
    ...replicationControllerFields(raw, context),
  }),
  PodTemplate: slimPodTemplate,
  Deployment: (raw, meta, context) => ({ ...meta, kind: 'Deployment', ...scaledFields(raw, context) }),
  ReplicaSet: (raw, meta, context) => ({ ...meta, kind: 'ReplicaSet', ...scaledFields(raw, context) }),
  StatefulSet: (raw, meta, context) => ({ ...meta, kind: 'StatefulSet', ...scaledFields(raw, context) }),
  DaemonSet: (raw, meta, context) => ({ ...meta, kind: 'DaemonSet', ...unscaledFields(raw, context) }),
  Job: (raw, meta, context) => ({ ...meta, kind: 'Job', ...unscaledFields(raw, context) }),
  CronJob: (raw, meta, context) => ({ ...meta, kind: 'CronJob', ...cronJobFields(raw, context) }),
  EndpointSlice: slimEndpointSlice,
  NetworkPolicy: slimNetworkPolicy,
  Ingress: slimIngress,
  Gateway: slimGateway,
  HTTPRoute: (raw, meta, context) => ({ ...meta, kind: 'HTTPRoute', ...routeFields(raw, meta, context) }),
  GRPCRoute: (raw, meta, context) => ({ ...meta, kind: 'GRPCRoute', ...routeFields(raw, meta, context) }),
  TLSRoute: (raw, meta, context) => ({ ...meta, kind: 'TLSRoute', ...routeFields(raw, meta, context) }),
  TCPRoute: (raw, meta, context) => ({ ...meta, kind: 'TCPRoute', ...routeFields(raw, meta, context) }),
  UDPRoute: (raw, meta, context) => ({ ...meta, kind: 'UDPRoute', ...routeFields(raw, meta, context) }),
  Role: (raw, meta, context) => ({ ...meta, kind: 'Role', ...roleFields(raw, context) }),
  ClusterRole: (raw, meta, context) => ({ ...meta, kind: 'ClusterRole', ...roleFields(raw, context) }),
  RoleBinding: (raw, meta, context) => ({ ...meta, kind: 'RoleBinding', ...bindingFields(raw, context) }),
  ClusterRoleBinding: (raw, meta, context) => ({ ...meta, kind: 'ClusterRoleBinding', ...bindingFields(raw, context) }),
  PodDisruptionBudget: slimPodDisruptionBudget,
  HorizontalPodAutoscaler: slimHorizontalPodAutoscaler,
  ValidatingWebhookConfiguration: (raw, meta, context) => ({
    ...meta,
    kind: 'ValidatingWebhookConfiguration',
    ...webhookFields(raw, context),
  }),
  MutatingWebhookConfiguration: (raw, meta, context) => ({
    ...meta,
    kind: 'MutatingWebhookConfiguration',
    ...webhookFields(raw, context),
  }),
  ValidatingAdmissionPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'ValidatingAdmissionPolicy',
    ...admissionPolicyFields(raw, context),
  }),
  MutatingAdmissionPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'MutatingAdmissionPolicy',
    ...admissionPolicyFields(raw, context),
  }),
  ValidatingAdmissionPolicyBinding: (raw, meta, context) => ({
    ...meta,
    kind: 'ValidatingAdmissionPolicyBinding',
    ...admissionPolicyBindingFields(raw, context),
  }),
  MutatingAdmissionPolicyBinding: (raw, meta, context) => ({
    ...meta,
    kind: 'MutatingAdmissionPolicyBinding',
    ...admissionPolicyBindingFields(raw, context),
  }),
  CustomResourceDefinition: slimCustomResourceDefinition,
  APIService: slimAPIService,
  AdminNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'AdminNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  BaselineAdminNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'BaselineAdminNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  ClusterNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'ClusterNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  CiliumNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'CiliumNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  CiliumClusterwideNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'CiliumClusterwideNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  CalicoNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'CalicoNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  CalicoGlobalNetworkPolicy: (raw, meta, context) => ({
    ...meta,
    kind: 'CalicoGlobalNetworkPolicy',
    ...widerPolicyFields(raw, context),
  }),
  CalicoTier: (raw, meta, context) => ({ ...meta, kind: 'CalicoTier', ...widerPolicyFields(raw, context) }),
  ArgoApplication: slimArgoApplication,
  FluxKustomization: slimFluxKustomization,
  FluxHelmRelease: slimFluxHelmRelease,
  Certificate: slimCertificate,
  Issuer: (raw, meta, context) => ({ ...meta, kind: 'Issuer', ...referrerFields(raw, meta, context) }),
  ClusterIssuer: (raw, meta, context) => ({ ...meta, kind: 'ClusterIssuer', ...referrerFields(raw, meta, context) }),
  ExternalSecret: (raw, meta, context) => ({ ...meta, kind: 'ExternalSecret', ...referrerFields(raw, meta, context) }),
  SecretStore: (raw, meta, context) => ({ ...meta, kind: 'SecretStore', ...referrerFields(raw, meta, context) }),
  ClusterSecretStore: (raw, meta, context) => ({
    ...meta,
    kind: 'ClusterSecretStore',
    ...referrerFields(raw, meta, context),
  }),
  IngressRoute: (raw, meta, context) => ({ ...meta, kind: 'IngressRoute', ...referrerFields(raw, meta, context) }),
  IstioGateway: (raw, meta, context) => ({
    ...meta,
    kind: 'IstioGateway',
    ...anywhereReferrerFields(raw, meta, context),
  }),
  ServiceMonitor: (raw, meta, context) => ({ ...meta, kind: 'ServiceMonitor', ...monitorFields(raw, meta, context) }),
  PodMonitor: (raw, meta, context) => ({ ...meta, kind: 'PodMonitor', ...monitorFields(raw, meta, context) }),
  Prometheus: (raw, meta, context) => ({ ...meta, kind: 'Prometheus', ...prometheusFields(raw, meta, context) }),
  PrometheusAgent: (raw, meta, context) => ({
    ...meta,
    kind: 'PrometheusAgent',
    ...prometheusFields(raw, meta, context),
  }),
  VMServiceScrape: (raw, meta, context) => ({ ...meta, kind: 'VMServiceScrape', ...monitorFields(raw, meta, context) }),
  VMPodScrape: (raw, meta, context) => ({ ...meta, kind: 'VMPodScrape', ...monitorFields(raw, meta, context) }),
  VMAgent: (raw, meta, context) => ({ ...meta, kind: 'VMAgent', ...vmAgentFields(raw, meta, context) }),
  StorageClass: (raw, meta, context) => ({ ...meta, kind: 'StorageClass', ...storageClassFields(raw, context) }),
  VolumeSnapshotClass: (raw, meta, context) => ({
    ...meta,
    kind: 'VolumeSnapshotClass',
    ...storageClassFields(raw, context),
  }),
  FluxGitRepository: (raw, meta, context) => ({
    ...meta,
    kind: 'FluxGitRepository',
    ...referrerFields(raw, meta, context),
  }),
  FluxHelmRepository: (raw, meta, context) => ({
    ...meta,
    kind: 'FluxHelmRepository',
    ...referrerFields(raw, meta, context),
  }),
};

/**
 * @param options.defaultNamespace the namespace of namespaced objects that name none (manifests); '' for a cluster
 */
export function createSlimmer(options: { readonly defaultNamespace?: string } = {}): Slimmer {
  const interner = createInterner();
  const context: SlimContext = { ...interner, podSpecs: createPodSpecSlimmer(interner) };
  const meta = createMetaReader(interner, options.defaultNamespace ?? '');
  const alike = createAlikePods(interner);
  return {
    slim<K extends Kind>(raw: unknown, kind: K, location: FileLocation | null = null): ObjectOf<K> {
      const copy = raw instanceof AlikePod ? alike.slim(raw) : null;
      // Only pods are of this class.
      if (copy !== null) return copy as ObjectOf<K>;
      const make = (source: JsonObject): ObjectOf<K> =>
        SLIM_FUNCTIONS[kind](source, meta.read(source, kind, location), context);
      try {
        const slim: KubeObject = make(object(raw));
        if (raw instanceof AlikePod && slim.kind === 'Pod') alike.note(raw, slim);
        return slim as ObjectOf<K>;
      } catch (error) {
        // Only a nesting too deep for the stack gets here; the object's identity is all that can be kept of it.
        if (!(error instanceof RangeError)) throw error;
        const { name, namespace } = object(object(raw)['metadata']);
        return make({ metadata: { name, namespace } });
      }
    },
  };
}
