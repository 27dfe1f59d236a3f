import type { Container, PodSpec } from '../model/pod-spec.ts';

export const POD_SECURITY_LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** Why a pod fails one check, in the words of the admission plugin. */
export interface CheckFailure {
  /** Such as `host namespaces`. */
  readonly reason: string;
  /** Such as `hostNetwork=true, hostPID=true`; '' where there is none. */
  readonly detail: string;
}

/** One revision of a check: it holds from `from` (the minor of a v1.x policy version) until the next revision. */
export interface CheckRevision {
  readonly from: number;
  readonly run: (spec: PodSpec) => CheckFailure | null;
  /** Baseline checks that this one replaces at the restricted level. */
  readonly overrides?: readonly string[];
}

export interface PodSecurityCheck {
  /** The id upstream, such as `hostPathVolumes`. */
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** In order of `from`. */
  readonly revisions: readonly CheckRevision[];
}

const VISIT_ORDER: readonly Container['role'][] = ['init', 'container', 'ephemeral'];

/** Containers in the order in which upstream visits them (policy/visitor.go): init, main, ephemeral. */
export function visitContainers(spec: PodSpec): readonly Container[] {
  return VISIT_ORDER.flatMap((role) => spec.containers.filter((container) => container.role === role));
}

/** Names of the containers for which `isBad` holds, in visiting order. */
export function containersWhere(spec: PodSpec, isBad: (container: Container) => boolean): string[] {
  return visitContainers(spec)
    .filter(isBad)
    .map((container) => container.name);
}

/** `"a", "b"`; values are not escaped, as upstream (policy/helpers.go joinQuote). */
export function joinQuoted(items: readonly string[]): string {
  return items.length === 0 ? '' : `"${items.join('", "')}"`;
}

export function plural(singular: string, several: string, count: number): string {
  return count === 1 ? singular : several;
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${joinQuoted(names)}`;
}

/** Who set a bad value: `pod`, `container "a"`, or both. */
export function settersText(pod: boolean, containers: readonly string[]): string {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersText(containers)] : [])].join(' and ');
}

/** Distinct strings in byte order, as Go's sets list them. */
export function sortedSet(items: Iterable<string>): string[] {
  return [...new Set(items)].sort((a, b) => (a < b ? -1 : 1));
}

/** Whether the pod runs in a user namespace, which relaxes some checks from v1.35 on (KEP-127). */
export function inUserNamespace(spec: PodSpec): boolean {
  return spec.hostUsers === false;
}
