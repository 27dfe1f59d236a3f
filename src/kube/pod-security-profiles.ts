/**
 * AppArmor and seccomp profiles of the Pod Security Standards.
 * Source: k8s.io/pod-security-admission policy/check_appArmorProfile.go and check_seccompProfile_*.go.
 */
import type { PodSpec } from '../model/pod-spec.ts';
import { goQuote } from './go-quote.ts';
import {
  containersText,
  containersWhere,
  joinQuoted,
  plural,
  settersText,
  sortedSet,
  visitContainers,
  type CheckFailure,
} from './pod-security-check.ts';

const APPARMOR_ANNOTATION_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
export const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER_ANNOTATION_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';

const ALLOWED_TYPES = ['RuntimeDefault', 'Localhost'];

/** Fields and annotations that set another AppArmor profile than the runtime's or a local one. */
export function checkAppArmor(spec: PodSpec): CheckFailure | null {
  const podType = spec.securityContext.appArmorProfile?.type;
  const isPodBad = podType !== undefined && !ALLOWED_TYPES.includes(podType);
  const values = new Set<string>(isPodBad ? [podType] : []);
  const containers = containersWhere(spec, ({ securityContext: { appArmorProfile } }) => {
    if (appArmorProfile === undefined || ALLOWED_TYPES.includes(appArmorProfile.type)) return false;
    values.add(appArmorProfile.type);
    return true;
  });
  const annotations = Object.entries(spec.securityAnnotations)
    .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION_PREFIX) && !isAllowedAppArmorAnnotation(value))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort();
  const setters = [
    ...(isPodBad || containers.length > 0 ? [settersText(isPodBad, containers)] : []),
    ...(annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : []),
  ];
  if (setters.length === 0) return null;
  const bad = [...sortedSet(values), ...annotations];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', bad.length),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${joinQuoted(bad)}`,
  };
}

/** Before v1.19 the alpha annotations decide. */
export function checkSeccompAnnotations(spec: PodSpec): CheckFailure | null {
  const keys = [
    SECCOMP_POD_ANNOTATION,
    ...visitContainers(spec).map((container) => `${SECCOMP_CONTAINER_ANNOTATION_PREFIX}${container.name}`),
  ];
  const forbidden = sortedSet(
    keys.flatMap((key) => {
      const value = spec.securityAnnotations[key];
      return value === undefined || isAllowedSeccompAnnotation(value) ? [] : [`${key}=${goQuote(value)}`];
    }),
  );
  if (forbidden.length === 0) return null;
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', 'annotations', forbidden.length)} ${forbidden.join(', ')}`,
  };
}

/** From v1.19 on the field decides; at restricted it must be set, by the pod or by each container. */
export function checkSeccompFields(spec: PodSpec, level: 'baseline' | 'restricted'): CheckFailure | null {
  const podType = spec.securityContext.seccompProfile?.type;
  const isPodBad = podType !== undefined && !ALLOWED_TYPES.includes(podType);
  const values = new Set<string>(isPodBad ? [podType] : []);
  const explicit = containersWhere(spec, ({ securityContext: { seccompProfile } }) => {
    if (seccompProfile === undefined || ALLOWED_TYPES.includes(seccompProfile.type)) return false;
    values.add(seccompProfile.type);
    return true;
  });
  if (isPodBad || explicit.length > 0) {
    const types = joinQuoted(sortedSet(values));
    const detail = `${settersText(isPodBad, explicit)} must not set securityContext.seccompProfile.type to ${types}`;
    return { reason: 'seccompProfile', detail };
  }
  if (level === 'baseline' || podType !== undefined) return null;
  const implicit = containersWhere(spec, (container) => container.securityContext.seccompProfile === undefined);
  if (implicit.length === 0) return null;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersText(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}

function isAllowedAppArmorAnnotation(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

function isAllowedSeccompAnnotation(value: string): boolean {
  return value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
}
