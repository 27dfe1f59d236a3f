/**
 * Seccomp annotations have had no effect since Kubernetes 1.27 (the API server stopped copying them to fields in 1.25,
 * the kubelet stopped reading them in 1.27): a pod that relies on them runs unconfined without anybody noticing. And an
 * API server drops fields that it does not know: appArmorProfile before 1.30.
 * Source: https://kubernetes.io/docs/tutorials/security/seccomp/, KEP-135 (seccomp GA), CHANGELOG-1.27, KEP-24 (AppArmor).
 */
import { findTraits } from '../../analyses/vigilance/privilege.ts';
import { serverMinor } from '../../analyses/pod-security/policy-minor.ts';
import { SECCOMP_CONTAINER_ANNOTATION_PREFIX, SECCOMP_POD_ANNOTATION } from '../../kube/pod-security-profiles.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const FIRST_IGNORING_MINOR = 27;
const FIRST_APPARMOR_FIELD = 30;
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const ignoredSafeguard = rule({
  id: 'vigilance/ignored-safeguard',
  subject: 'Workload',
  summary: 'Workloads whose seccomp or AppArmor profile stands where this version ignores it',
  help: 'Move a seccomp profile to securityContext.seccompProfile of the pod or container. Before 1.30 an AppArmor profile belongs into the annotation container.apparmor.security.beta.kubernetes.io/CONTAINER.',
  references: [cis('5.6.2'), owasp('K01')],
  needs: ['Pod'],
  check(subject, view) {
    const minor = serverMinor(view);
    const seccomp = minor < FIRST_IGNORING_MINOR ? undefined : findTraits(subject, 'medium', ignoredAnnotations);
    const appArmor = minor >= FIRST_APPARMOR_FIELD ? undefined : findTraits(subject, 'medium', droppedFields);
    const findings: FindingDraft[] = [];
    if (seccomp !== undefined) {
      findings.push({
        severity: seccomp.severity,
        title: 'Asks for a seccomp profile in a way that is ignored',
        why: 'The annotation has no effect on this version of Kubernetes, and no field sets the profile: the containers run without it.',
        evidence: seccomp.evidence,
        members: seccomp.members,
        remedies: ['vigilance/security-context-patch'],
      });
    }
    if (appArmor !== undefined) {
      findings.push({
        key: 'apparmor',
        severity: appArmor.severity,
        title: 'Asks for an AppArmor profile in a field that this version drops',
        why: 'An API server before 1.30 does not know the field, and no annotation sets the profile: the containers run without it.',
        evidence: appArmor.evidence,
        members: appArmor.members,
      });
    }
    return findings;
  },
});

function ignoredAnnotations(spec: PodSpec): readonly { text: string; path: string }[] {
  const isConfined =
    spec.securityContext.seccompProfile !== undefined ||
    spec.containers.every((container) => container.securityContext.seccompProfile !== undefined);
  if (isConfined) return [];
  return Object.entries(spec.securityAnnotations)
    .filter(([key]) => key === SECCOMP_POD_ANNOTATION || key.startsWith(SECCOMP_CONTAINER_ANNOTATION_PREFIX))
    .filter(([, value]) => value !== 'unconfined')
    .map(([key, value]) => ({ text: `annotation ${key}=${value} has no effect`, path: 'metadata.annotations' }));
}

/** Fields that ask for a profile, of containers that no annotation gives one. */
function droppedFields(spec: PodSpec): readonly { text: string; path: string }[] {
  return spec.containers.flatMap(({ name, securityContext }) => {
    const type = (securityContext.appArmorProfile ?? spec.securityContext.appArmorProfile)?.type;
    if (type === undefined || type === 'Unconfined') return [];
    if (spec.securityAnnotations[`${APPARMOR_ANNOTATION}${name}`] !== undefined) return [];
    return [
      { text: `appArmorProfile ${type} of container ${name} is dropped`, path: 'securityContext.appArmorProfile' },
    ];
  });
}
