/** An API version that a release of Kubernetes no longer serves. */
export interface RemovedApi {
  /** The first minor of 1.x without it. */
  readonly minor: number;
  /** The API version that took its place; null where nothing did. */
  readonly replacement: string | null;
}

const RBAC_KINDS = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
const REVIEWS = [
  'LocalSubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
];
const FLOW_CONTROL = ['FlowSchema', 'PriorityLevelConfiguration'];

/**
 * As of Kubernetes 1.36: beta versions that servers once enabled by default and that manifests still name.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const REMOVED: readonly (readonly [minor: number, apiVersion: string, kinds: readonly string[], to: string | null])[] =
  [
    [16, 'extensions/v1beta1', ['NetworkPolicy'], 'networking.k8s.io/v1'],
    [16, 'extensions/v1beta1', ['DaemonSet', 'Deployment', 'ReplicaSet'], 'apps/v1'],
    [16, 'extensions/v1beta1', ['PodSecurityPolicy'], null],
    [16, 'apps/v1beta1', ['Deployment', 'ReplicaSet', 'StatefulSet'], 'apps/v1'],
    [16, 'apps/v1beta2', ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'], 'apps/v1'],
    [
      22,
      'admissionregistration.k8s.io/v1beta1',
      ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
      'admissionregistration.k8s.io/v1',
    ],
    [22, 'apiextensions.k8s.io/v1beta1', ['CustomResourceDefinition'], 'apiextensions.k8s.io/v1'],
    [22, 'apiregistration.k8s.io/v1beta1', ['APIService'], 'apiregistration.k8s.io/v1'],
    [22, 'authentication.k8s.io/v1beta1', ['TokenReview'], 'authentication.k8s.io/v1'],
    [22, 'authorization.k8s.io/v1beta1', REVIEWS, 'authorization.k8s.io/v1'],
    [22, 'certificates.k8s.io/v1beta1', ['CertificateSigningRequest'], 'certificates.k8s.io/v1'],
    [22, 'coordination.k8s.io/v1beta1', ['Lease'], 'coordination.k8s.io/v1'],
    [22, 'extensions/v1beta1', ['Ingress'], 'networking.k8s.io/v1'],
    [22, 'networking.k8s.io/v1beta1', ['Ingress', 'IngressClass'], 'networking.k8s.io/v1'],
    [22, 'rbac.authorization.k8s.io/v1beta1', RBAC_KINDS, 'rbac.authorization.k8s.io/v1'],
    [23, 'rbac.authorization.k8s.io/v1alpha1', RBAC_KINDS, 'rbac.authorization.k8s.io/v1'],
    [22, 'scheduling.k8s.io/v1beta1', ['PriorityClass'], 'scheduling.k8s.io/v1'],
    [22, 'storage.k8s.io/v1beta1', ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'], 'storage.k8s.io/v1'],
    [25, 'autoscaling/v2beta1', ['HorizontalPodAutoscaler'], 'autoscaling/v2'],
    [25, 'batch/v1beta1', ['CronJob'], 'batch/v1'],
    [25, 'discovery.k8s.io/v1beta1', ['EndpointSlice'], 'discovery.k8s.io/v1'],
    [25, 'events.k8s.io/v1beta1', ['Event'], 'events.k8s.io/v1'],
    [25, 'node.k8s.io/v1beta1', ['RuntimeClass'], 'node.k8s.io/v1'],
    [25, 'policy/v1beta1', ['PodDisruptionBudget'], 'policy/v1'],
    [25, 'policy/v1beta1', ['PodSecurityPolicy'], null],
    [26, 'autoscaling/v2beta2', ['HorizontalPodAutoscaler'], 'autoscaling/v2'],
    [26, 'flowcontrol.apiserver.k8s.io/v1beta1', FLOW_CONTROL, 'flowcontrol.apiserver.k8s.io/v1'],
    [27, 'storage.k8s.io/v1beta1', ['CSIStorageCapacity'], 'storage.k8s.io/v1'],
    [29, 'flowcontrol.apiserver.k8s.io/v1beta2', FLOW_CONTROL, 'flowcontrol.apiserver.k8s.io/v1'],
    [32, 'flowcontrol.apiserver.k8s.io/v1beta3', FLOW_CONTROL, 'flowcontrol.apiserver.k8s.io/v1'],
  ];

const BY_NAME = new Map(
  REMOVED.flatMap(([minor, apiVersion, kinds, replacement]) =>
    kinds.map((kind): [string, RemovedApi] => [`${apiVersion} ${kind}`, { minor, replacement }]),
  ),
);

/**
 * Which release took an API version away.
 *
 * @param apiVersion such as `policy/v1beta1`
 * @param kind such as `PodDisruptionBudget`
 * @returns undefined for what servers still serve, and what the table does not know
 */
export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  return BY_NAME.get(`${apiVersion} ${kind}`);
}
