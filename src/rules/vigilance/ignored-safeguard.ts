/**
 * Seccomp annotations have had no effect since Kubernetes 1.27 (the API server stopped copying them to fields in 1.25,
 * the kubelet stopped reading them in 1.27): a pod that relies on them runs unconfined without anybody noticing.
 * Source: https://kubernetes.io/docs/tutorials/security/seccomp/, KEP-135 (seccomp GA), CHANGELOG-1.27.
 */
import { findTraits } from '../../analyses/vigilance/privilege.ts';
import { serverMinor } from '../../analyses/pod-security/policy-minor.ts';
import { SECCOMP_CONTAINER_ANNOTATION_PREFIX, SECCOMP_POD_ANNOTATION } from '../../kube/pod-security-profiles.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const FIRST_IGNORING_MINOR = 27;

export const ignoredSafeguard = rule({
  id: 'vigilance/ignored-safeguard',
  subject: 'Workload',
  summary: 'Workloads whose seccomp profile stands in an annotation that this version ignores',
  help: 'Move the profile to securityContext.seccompProfile of the pod or container.',
  references: [cis('5.6.2'), owasp('K01')],
  needs: ['Pod'],
  check(subject, view) {
    if (serverMinor(view) < FIRST_IGNORING_MINOR) return [];
    const found = findTraits(subject, 'medium', ignoredAnnotations);
    if (found === undefined) return [];
    return [
      {
        severity: found.severity,
        title: 'Asks for a seccomp profile in a way that is ignored',
        why: 'The annotation has no effect on this version of Kubernetes, and no field sets the profile: the containers run without it.',
        evidence: found.evidence,
        members: found.members,
        remedies: ['vigilance/security-context-patch'],
      },
    ];
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
