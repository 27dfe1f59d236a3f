import type { Kind } from '../../../model/kind.ts';
import { clusterRole, clusterRoleBinding, role, roleBinding } from './access.ts';
import { metadataCheck } from './metadata.ts';
import { networkPolicy } from './network-policy.ts';
import {
  admissionPolicy,
  admissionPolicyBinding,
  apiService,
  configMap,
  horizontalPodAutoscaler,
  ingress,
  monitor,
  persistentVolume,
  persistentVolumeClaim,
  podDisruptionBudget,
  prometheus,
  secret,
  service,
  serviceAccount,
  vmAgent,
  storageClass,
  webhookConfiguration,
  withSpec,
} from './other-kinds.ts';
import { bareTemplate, cronJob, pod, replicationController, workload } from './pod-spec.ts';
import { at, problemsOf, typeName, type Check, type Problem } from './shape.ts';
import { isObject } from '../json-reading.ts';

const none: Check = () => {};

const CHECKS: { readonly [K in Kind]: Check } = {
  Pod: pod,
  Namespace: none,
  Node: none,
  Service: service,
  Endpoints: none,
  ServiceAccount: serviceAccount,
  Secret: secret,
  ConfigMap: configMap,
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  ReplicationController: replicationController,
  PodTemplate: bareTemplate,
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: workload,
  CronJob: cronJob,
  EndpointSlice: none,
  NetworkPolicy: networkPolicy,
  Ingress: ingress,
  Gateway: withSpec,
  HTTPRoute: withSpec,
  GRPCRoute: withSpec,
  TLSRoute: withSpec,
  TCPRoute: withSpec,
  UDPRoute: withSpec,
  Role: role,
  ClusterRole: clusterRole,
  RoleBinding: roleBinding,
  ClusterRoleBinding: clusterRoleBinding,
  PodDisruptionBudget: podDisruptionBudget,
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
  ValidatingWebhookConfiguration: webhookConfiguration,
  MutatingWebhookConfiguration: webhookConfiguration,
  ValidatingAdmissionPolicy: admissionPolicy,
  MutatingAdmissionPolicy: admissionPolicy,
  ValidatingAdmissionPolicyBinding: admissionPolicyBinding,
  MutatingAdmissionPolicyBinding: admissionPolicyBinding,
  CustomResourceDefinition: withSpec,
  APIService: apiService,
  AdminNetworkPolicy: withSpec,
  BaselineAdminNetworkPolicy: withSpec,
  ClusterNetworkPolicy: withSpec,
  CiliumNetworkPolicy: withSpec,
  CiliumClusterwideNetworkPolicy: withSpec,
  CalicoNetworkPolicy: withSpec,
  CalicoGlobalNetworkPolicy: withSpec,
  CalicoTier: withSpec,
  ArgoApplication: withSpec,
  FluxKustomization: withSpec,
  FluxHelmRelease: withSpec,
  Certificate: withSpec,
  Issuer: withSpec,
  ClusterIssuer: withSpec,
  ExternalSecret: withSpec,
  SecretStore: withSpec,
  ClusterSecretStore: withSpec,
  IngressRoute: withSpec,
  IstioGateway: withSpec,
  ServiceMonitor: monitor,
  PodMonitor: monitor,
  Prometheus: prometheus,
  PrometheusAgent: prometheus,
  VMServiceScrape: monitor,
  VMPodScrape: monitor,
  VMAgent: vmAgent,
  StorageClass: storageClass,
  VolumeSnapshotClass: storageClass,
  FluxGitRepository: withSpec,
  FluxHelmRepository: withSpec,
};

/**
 * What an API server would refuse in an object, as far as k8sec reads it. An object with problems must not be judged:
 * whatever it may decide is unknown.
 *
 * @returns [] for an object that can be judged. Messages hold no value of Secrets, ConfigMaps or env
 */
export function validateObject(raw: unknown, kind: Kind): Problem[] {
  if (!isObject(raw)) return [{ field: '', message: `must be an object, not ${typeName(raw)}`, path: [] }];
  return [...problemsOf(metadataCheck(kind), raw['metadata'], at(null, 'metadata')), ...problemsOf(CHECKS[kind], raw)];
}
