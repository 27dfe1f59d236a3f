import type { Kind } from './kind.ts';

/** Kinds that decide about security and that people write: RBAC, policies, webhooks and workloads. */
export const WRITTEN_KINDS: readonly Kind[] = [
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'NetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CalicoNetworkPolicy',
  'CalicoGlobalNetworkPolicy',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
];
