import { WIDER_POLICY_KINDS, type Kind } from './kind.ts';

/** Kinds that decide about security and that people write: RBAC, policies, webhooks and workloads. */
export const WRITTEN_KINDS: readonly Kind[] = [
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'NetworkPolicy',
  ...WIDER_POLICY_KINDS,
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
];

/** Kinds whose managed fields are kept: those, Secrets, and what else has had API versions that a release removed. */
export const MANAGED_KINDS: readonly Kind[] = [
  ...WRITTEN_KINDS,
  'Secret',
  'Ingress',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
];
