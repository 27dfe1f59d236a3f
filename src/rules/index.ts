import { ambiguousPriority } from './network/ambiguous-priority.ts';
import { apiServerCallbackBlocked } from './network/api-server-callback-blocked.ts';
import { duplicateObject } from './vigilance/duplicate-object.ts';
import { noIngressIsolation } from './network/no-ingress-isolation.ts';
import { noEgressIsolation } from './network/no-egress-isolation.ts';
import { policySelectsNothing } from './network/policy-selects-nothing.ts';
import { peerMatchesNothing } from './network/peer-matches-nothing.ts';
import { ALLOWS_EVERYONE } from './network/allows-everyone.ts';
import { notEnforced } from './network/not-enforced.ts';
import { namespaceWithoutDefaultDeny } from './network/namespace-without-default-deny.ts';
import { invalidPolicy } from './network/invalid-policy.ts';
import { metadataAddressReachable } from './network/metadata-address-reachable.ts';
import { servicePortBlocked } from './network/service-port-blocked.ts';
import { supersededRule } from './network/superseded-rule.ts';
import { RULES_WITHOUT_TYPE } from './network/rules-without-type.ts';
import { crossEnvironmentReach } from './network/cross-environment-reach.ts';
import { oneLabelAway } from './network/one-label-away.ts';
import { REQUIRED_LABEL } from './labels/required-label.ts';
import { selectorNotOnTemplate } from './labels/selector-not-on-template.ts';
import { orphanPod } from './labels/orphan-pod.ts';
import { MISSING_RECOMMENDED } from './labels/missing-recommended.ts';
import { MISSPELT_LABEL } from './labels/misspelt-label.ts';
import { labelNotOnTemplate } from './labels/label-not-on-template.ts';
import { environmentContradictsNamespace } from './labels/environment-contradicts-namespace.ts';
import { invalidLabel } from './labels/invalid-label.ts';
import { nearMissValue } from './labels/near-miss-value.ts';
import { overlappingSelectors } from './labels/overlapping-selectors.ts';
import { versionDiffersFromImage } from './labels/version-differs-from-image.ts';
import { partOfDiffers } from './labels/part-of-differs.ts';
import { replicasDiffer } from './labels/replicas-differ.ts';
import { SELECTOR_CATCHES_TWO_APPLICATIONS } from './labels/selector-catches-two-applications.ts';
import { placementMatchesNothing } from './labels/placement-matches-nothing.ts';
import { WIDER_POLICY_MATCHES_NOTHING } from './labels/wider-policy-matches-nothing.ts';
import { SELECTOR_MATCHES_NOTHING } from './labels/selector-matches-nothing.ts';
import { MONITOR_SELECTOR_MATCHES_NOTHING } from './labels/monitor-selector-matches-nothing.ts';
import { WEBHOOK_SELECTOR_MATCHES_NOTHING } from './labels/webhook-selector-matches-nothing.ts';
import { namespaceWithoutPodSecurity } from './vigilance/namespace-without-pod-security.ts';
import { podSecurityBelowWorkloads } from './vigilance/pod-security-below-workloads.ts';
import { podSecurityExemptions } from './vigilance/pod-security-exemptions.ts';
import { privilegedWorkload } from './vigilance/privileged-workload.ts';
import { hostNamespaces } from './vigilance/host-namespaces.ts';
import { hostPath } from './vigilance/host-path.ts';
import { runtimeSocket } from './vigilance/runtime-socket.ts';
import { dangerousCapabilities } from './vigilance/dangerous-capabilities.ts';
import { hostPort } from './vigilance/host-port.ts';
import { weakSecurityContext } from './vigilance/weak-security-context.ts';
import { ignoredSafeguard } from './vigilance/ignored-safeguard.ts';
import { tokenAutomounted } from './vigilance/token-automounted.ts';
import { imageWithoutTag } from './vigilance/image-without-tag.ts';
import { exposedService } from './vigilance/exposed-service.ts';
import { serverOutOfSupport } from './vigilance/server-out-of-support.ts';
import { kubeletSkew } from './vigilance/kubelet-skew.ts';
import { removedApiInManifest } from './vigilance/removed-api-in-manifest.ts';
import { writtenInRemovedApi } from './vigilance/written-in-removed-api.ts';
import { removedApiInUse } from './vigilance/removed-api-in-use.ts';
import { connectionWithoutTls } from './vigilance/connection-without-tls.ts';
import { attestationExpired } from './vigilance/attestation-expired.ts';
import { apiserviceSkipsTls } from './vigilance/apiservice-skips-tls.ts';
import { dashboardExposed } from './vigilance/dashboard-exposed.ts';
import { defaultNamespace } from './vigilance/default-namespace.ts';
import { etcdWithoutCertificates } from './vigilance/etcd-without-certificates.ts';
import { podSecurityPolicyLeftover } from './vigilance/pod-security-policy-leftover.ts';
import { controlPlaneSkew } from './vigilance/control-plane-skew.ts';
import { gatewayWithoutTls } from './vigilance/gateway-without-tls.ts';
import { ingressForEveryHost, ingressSnippet, ingressWithoutTls } from './vigilance/ingress-exposure.ts';
import { mutatingWebhookSkipsObjects, validatingWebhookSkipsObjects } from './vigilance/webhook-skips-objects.ts';
import { mutatingWebhookFailsOpen, validatingWebhookFailsOpen } from './vigilance/webhook-fails-open.ts';
import { retiredAddon } from './vigilance/retired-addon.ts';
import { unused } from './secrets/unused.ts';
import { legacyToken } from './secrets/legacy-token.ts';
import { stale } from './secrets/stale.ts';
import { rotatedNotPickedUp } from './secrets/rotated-not-picked-up.ts';
import { privateImageUnasked } from './secrets/private-image-without-pull-secret.ts';
import { supersededStillUsed } from './secrets/superseded-still-used.ts';
import { valuesInAnnotation } from './secrets/values-in-annotation.ts';
import { certificateExpiring } from './secrets/certificate-expiring.ts';
import { credentialInConfigMap, credentialInConfiguration } from './secrets/credential-in-configuration.ts';
import { mountedAsEnv } from './secrets/mounted-as-env.ts';
import { notEncrypted } from './secrets/not-encrypted.ts';
import { weakEncryptionProvider } from './secrets/weak-encryption-provider.ts';
import { RBAC_RULES } from './rbac/rbac-rules.ts';
import { sharedProcessNamespace } from './vigilance/shared-process-namespace.ts';
import { AUDIT_RULES } from './audit/audit-rules.ts';
import { logCoverage } from './audit/log-coverage.ts';
import type { Rule } from './rule.ts';

/** Every rule, in the order of their panes. */
export const RULES: readonly Rule[] = [
  duplicateObject,
  noIngressIsolation,
  noEgressIsolation,
  policySelectsNothing,
  peerMatchesNothing,
  ...ALLOWS_EVERYONE,
  notEnforced,
  namespaceWithoutDefaultDeny,
  invalidPolicy,
  metadataAddressReachable,
  servicePortBlocked,
  apiServerCallbackBlocked,
  ambiguousPriority,
  supersededRule,
  ...RULES_WITHOUT_TYPE,
  crossEnvironmentReach,
  oneLabelAway,
  ...RBAC_RULES,
  selectorNotOnTemplate,
  orphanPod,
  ...MISSING_RECOMMENDED,
  ...REQUIRED_LABEL,
  ...MISSPELT_LABEL,
  labelNotOnTemplate,
  nearMissValue,
  ...SELECTOR_MATCHES_NOTHING,
  ...WIDER_POLICY_MATCHES_NOTHING,
  placementMatchesNothing,
  ...WEBHOOK_SELECTOR_MATCHES_NOTHING,
  ...MONITOR_SELECTOR_MATCHES_NOTHING,
  ...SELECTOR_CATCHES_TWO_APPLICATIONS,
  overlappingSelectors,
  partOfDiffers,
  versionDiffersFromImage,
  replicasDiffer,
  environmentContradictsNamespace,
  invalidLabel,
  namespaceWithoutPodSecurity,
  podSecurityBelowWorkloads,
  podSecurityExemptions,
  privilegedWorkload,
  hostNamespaces,
  hostPath,
  runtimeSocket,
  dangerousCapabilities,
  hostPort,
  weakSecurityContext,
  ignoredSafeguard,
  ...podSecurityPolicyLeftover,
  defaultNamespace,
  tokenAutomounted,
  imageWithoutTag,
  exposedService,
  ingressWithoutTls,
  ingressForEveryHost,
  ingressSnippet,
  gatewayWithoutTls,
  dashboardExposed,
  serverOutOfSupport,
  attestationExpired,
  kubeletSkew,
  controlPlaneSkew,
  etcdWithoutCertificates,
  removedApiInUse,
  removedApiInManifest,
  writtenInRemovedApi,
  apiserviceSkipsTls,
  connectionWithoutTls,
  validatingWebhookFailsOpen,
  mutatingWebhookFailsOpen,
  validatingWebhookSkipsObjects,
  mutatingWebhookSkipsObjects,
  retiredAddon,
  unused,
  legacyToken,
  stale,
  rotatedNotPickedUp,
  supersededStillUsed,
  privateImageUnasked,
  valuesInAnnotation,
  credentialInConfiguration,
  credentialInConfigMap,
  mountedAsEnv,
  certificateExpiring,
  notEncrypted,
  weakEncryptionProvider,
  sharedProcessNamespace,
  ...AUDIT_RULES,
  logCoverage,
];
