import { stagedLeastPolicy } from './network/staged-least-policy.ts';
import { leastPolicy } from './network/least-policy.ts';
import { defaultDeny } from './network/default-deny.ts';
import { fixSelector as fixPolicySelector } from './network/fix-selector.ts';
import { labelWorkload } from './labels/label-workload.ts';
import { labelObject } from './labels/label-object.ts';
import { labelTemplate } from './labels/label-template.ts';
import { fixScaleTarget } from './labels/fix-scale-target.ts';
import { fixSelector } from './labels/fix-selector.ts';
import { relabelPods } from './labels/relabel-pods.ts';
import { requireLabels } from './labels/require-labels.ts';
import { setLabels } from './labels/set-labels.ts';
import { setRequiredLabel, setRequiredLabelOnPods } from './labels/set-required-label.ts';
import { namespaceLabels } from './vigilance/namespace-labels.ts';
import { securityContextPatch } from './vigilance/security-context-patch.ts';
import { noTokenPatch } from './vigilance/no-token-patch.ts';
import { deleteLegacyToken, deleteUnused } from './secrets/delete-secret.ts';
import { removeAnnotation } from './secrets/remove-annotation.ts';
import { encryptionConfiguration } from './secrets/encryption-configuration.ts';
import { secretReferencePatch } from './secrets/secret-reference-patch.ts';
import { externalSecret } from './secrets/external-secret.ts';
import { rotation } from './secrets/rotation.ts';
import { restartConsumers } from './secrets/restart-consumers.ts';
import { disableAutomount } from './rbac/disable-automount.ts';
import { dropRules } from './rbac/drop-rules.ts';
import { leastRole } from './rbac/least-role.ts';
import { narrowToNamespaces } from './rbac/narrow-to-namespaces.ts';
import { cutPath, removeBinding, removeSubject } from './rbac/remove-subject.ts';
import { auditPolicy } from './audit/audit-policy.ts';
import { denyCertificateRequest } from './audit/deny-certificate-request.ts';
import { quarantine } from './audit/quarantine.ts';
import { removeSubjectFromBinding } from './audit/remove-subject-from-binding.ts';
import { rotationList } from './audit/rotation-list.ts';
import type { Remedy } from './remedy.ts';

/** Every remedy. */
export const REMEDIES: readonly Remedy[] = [
  stagedLeastPolicy,
  leastPolicy,
  defaultDeny,
  fixPolicySelector,
  labelWorkload,
  labelTemplate,
  labelObject,
  setLabels,
  setRequiredLabel,
  setRequiredLabelOnPods,
  requireLabels,
  relabelPods,
  fixSelector,
  fixScaleTarget,
  namespaceLabels,
  securityContextPatch,
  noTokenPatch,
  deleteLegacyToken,
  deleteUnused,
  removeAnnotation,
  encryptionConfiguration,
  secretReferencePatch,
  externalSecret,
  rotation,
  restartConsumers,
  leastRole,
  narrowToNamespaces,
  dropRules,
  removeSubject,
  removeBinding,
  cutPath,
  disableAutomount,
  removeSubjectFromBinding,
  quarantine,
  denyCertificateRequest,
  rotationList,
  auditPolicy,
];
