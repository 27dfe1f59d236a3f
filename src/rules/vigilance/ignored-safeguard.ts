/**
 * Seccomp annotations have had no effect since Kubernetes 1.27 (the API server stopped copying them to fields in 1.25,
 * the kubelet stopped reading them in 1.27): a pod that relies on them runs unconfined without anybody noticing. And an
 * API server drops fields that it does not know: appArmorProfile before 1.30, hostUsers before 1.25 and, unless its
 * feature gate is set, before 1.33, and whatever is misspelt or stands in the wrong security context.
 * Source: https://kubernetes.io/docs/tutorials/security/seccomp/, KEP-135 (seccomp GA), CHANGELOG-1.27, KEP-24 (AppArmor),
 * KEP-127 (user namespaces, on by default from 1.33 on).
 */
import { findTraits, type Trait } from '../../analyses/vigilance/privilege.ts';
import type { AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { serverMinor } from '../../analyses/pod-security/policy-minor.ts';
import { nearestName } from '../../kube/nearest-name.ts';
import { SECCOMP_CONTAINER_ANNOTATION_PREFIX, SECCOMP_POD_ANNOTATION } from '../../kube/pod-security-profiles.ts';
import { CONTAINER_SECURITY_FIELDS, POD_SECURITY_FIELDS } from '../../kube/security-context-fields.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const FIRST_IGNORING_MINOR = 27;
const FIRST_APPARMOR_FIELD = 30;
const FIRST_HOST_USERS_FIELD = 25;
const FIRST_USER_NAMESPACES = 33;
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const ignoredSafeguard = rule({
  id: 'vigilance/ignored-safeguard',
  subject: 'Workload',
  summary: 'Workloads with a safeguard that stands where this version ignores it',
  help: 'Move a seccomp profile to securityContext.seccompProfile of the pod or container. Before 1.30 an AppArmor profile belongs into the annotation container.apparmor.security.beta.kubernetes.io/CONTAINER. A field that servers drop is misspelt, or belongs into the other security context; kubectl apply --validate=strict refuses it.',
  references: [cis('5.6.2'), owasp('K01')],
  needs: ['Pod'],
  concerns: (spec) =>
    [ignoredAnnotations, droppedFields, unknownFields].some((traits) => traits(spec).length > 0) ||
    spec.hostUsers === false,
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
    const dropped = isFromFile(subject) ? findTraits(subject, 'medium', unknownFields) : undefined;
    if (dropped !== undefined) {
      findings.push({
        key: 'unknown-field',
        severity: dropped.severity,
        title: 'Sets a safeguard in a field that servers drop',
        why: 'The security context has no such field: the API server leaves it out without an error, and the containers run without what it was to set.',
        evidence: dropped.evidence,
        members: dropped.members,
      });
    }
    const shared =
      minor < FIRST_USER_NAMESPACES && isFromFile(subject)
        ? findTraits(subject, 'low', userNamespace(minor))
        : undefined;
    if (shared !== undefined) {
      findings.push({
        key: 'user-namespace',
        severity: shared.severity,
        title: 'Asks for a user namespace that this version may not give',
        why: 'Where the API server drops the field, root of the containers is root of the node.',
        evidence: shared.evidence,
        members: shared.members,
      });
    }
    return findings;
  },
});

/** Of an object from a server everything that it dropped is gone, and what it kept it knows. */
function isFromFile({ object, classes }: AnalysedWorkload): boolean {
  return ((object ?? classes[0]?.pods[0])?.location ?? null) !== null;
}

function unknownFields(spec: PodSpec): readonly Trait[] {
  return [
    ...(spec.securityContext.unknownFields ?? []).map((field) => ({
      text: `${field} is no field of a pod's security context${hint(field, POD_SECURITY_FIELDS, CONTAINER_SECURITY_FIELDS, 'a container')}`,
      path: `securityContext.${field}`,
    })),
    ...spec.containers.flatMap(({ name, securityContext }) =>
      (securityContext.unknownFields ?? []).map((field) => ({
        text: `${field} of container ${name} is no field of a container's security context${hint(field, CONTAINER_SECURITY_FIELDS, POD_SECURITY_FIELDS, 'the pod')}`,
        path: `securityContext.${field}`,
      })),
    ),
  ];
}

function hint(field: string, here: ReadonlySet<string>, there: ReadonlySet<string>, whose: string): string {
  if (there.has(field)) return `: it belongs into that of ${whose}`;
  const near = nearestName(field, here);
  return near === undefined ? '' : `: did you mean ${near}?`;
}

function userNamespace(minor: number): (spec: PodSpec) => readonly Trait[] {
  const why =
    minor < FIRST_HOST_USERS_FIELD
      ? 'this version does not know the field'
      : 'this version drops the field unless the feature gate UserNamespacesSupport is on';
  return (spec) => (spec.hostUsers === false ? [{ text: `hostUsers: false, and ${why}`, path: 'hostUsers' }] : []);
}

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
