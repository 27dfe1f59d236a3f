/**
 * The fields of security contexts, as of Kubernetes 1.36. A server drops what it does not know without an error, unless
 * the client asks for strict validation.
 * Source: staging/src/k8s.io/api/core/v1/types.go, PodSecurityContext and SecurityContext.
 */
const SHARED = [
  'appArmorProfile',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'seLinuxOptions',
  'seccompProfile',
  'windowsOptions',
] as const;

export const POD_SECURITY_FIELDS: ReadonlySet<string> = new Set([
  ...SHARED,
  'fsGroup',
  'fsGroupChangePolicy',
  'seLinuxChangePolicy',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'sysctls',
]);

export const CONTAINER_SECURITY_FIELDS: ReadonlySet<string> = new Set([
  ...SHARED,
  'allowPrivilegeEscalation',
  'capabilities',
  'privileged',
  'procMount',
  'readOnlyRootFilesystem',
]);
