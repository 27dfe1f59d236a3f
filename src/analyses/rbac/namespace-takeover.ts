import type { HeldPermission } from '../../kube/rbac-role-reach.ts';

/** ClusterRoles of Kubernetes that take over a namespace in which they are bound (bootstrappolicy/policy.go). */
export const TAKEOVER_ROLES: readonly string[] = ['cluster-admin', 'admin', 'edit'];

/**
 * Whether permissions take over the namespace that they are held in: Secrets, workloads and a way into pods or accounts
 * together are the namespace, as with the default roles admin and edit
 * (/docs/concepts/security/rbac-good-practices/#kubernetes-rbac-privilege-escalation-risks).
 */
export function takesOverNamespace(held: readonly Pick<HeldPermission, 'permission' | 'names'>[]): boolean {
  const has = (id: string): boolean => held.some((one) => one.permission.id === id && one.names === null);
  return has('read-secrets') && has('create-pods') && (has('exec') || has('request-token'));
}
