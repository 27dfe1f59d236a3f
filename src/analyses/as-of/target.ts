import { topOwner } from '../workload/top-owner.ts';
import { glob } from '../../kube/glob.ts';
import { parseLabelQuery } from '../../kube/label-query.ts';
import { matches } from '../../kube/selector.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { Sensitive } from '../../model/observation.ts';
import type { PodObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Which pods a question is about, and why one of them is. */
export interface Target {
  /** In the words of the question. */
  readonly text: string;
  /** @returns why the pod is meant; null where it is not */
  reasonFor(view: ClusterView, pod: PodObject): string | null;
}

/**
 * The pods of a workload: `NAME`, `NAMESPACE/NAME`, `KIND/NAME` or `KIND/NAMESPACE/NAME`, where the workload is what
 * owns the pod as far as it can be followed, or the pod itself.
 */
export function workloadTarget(text: string): Target {
  const wanted = text.toLowerCase();
  return {
    text,
    reasonFor(view, pod) {
      const owner = topOwner(view, pod);
      const isMeant = [...namesOf(owner), ...namesOf({ kind: 'Pod', namespace: pod.namespace, name: pod.name })].some(
        (name) => name.toLowerCase() === wanted,
      );
      return isMeant ? `is of ${text}` : null;
    },
  };
}

/** The pods that a label selector matches; undefined where the text is none. */
export function labelTarget(text: string): Target | undefined {
  const selector = parseLabelQuery(text);
  if (selector === undefined) return undefined;
  return { text, reasonFor: (_view, pod) => (matches(selector, pod.labels) ? `has labels ${text}` : null) };
}

/** The pods that hold what the config file calls sensitive. */
export function sensitiveTarget(sensitive: Sensitive): Target {
  const reasonFor = sensitivePods(sensitive);
  return { text: 'sensitive', reasonFor: (_view, pod) => reasonFor(pod) };
}

/** Why a pod is one of those that the config file calls sensitive; null for the others. */
export function sensitivePods(
  sensitive: Sensitive,
): (pod: Pick<PodObject, 'namespace' | 'labels' | 'spec'>) => string | null {
  const selectors = sensitive.labels.flatMap((text): readonly (readonly [string, LabelSelector])[] => {
    const selector = parseLabelQuery(text);
    return selector === undefined ? [] : [[text, selector]];
  });
  return ({ namespace, labels, spec }) => {
    const secret = secretsOf(spec).find((name) => isNamed(sensitive.secrets, namespace, name));
    if (secret !== undefined) return `holds Secret ${secret}`;
    const claim = claimsOf(spec).find((name) => isNamed(sensitive.volumes, namespace, name));
    if (claim !== undefined) return `mounts PersistentVolumeClaim ${claim}`;
    const found = selectors.find(([, selector]) => matches(selector, labels));
    return found === undefined ? null : `has labels ${found[0]}`;
  };
}

/** Whether one of some globs over `namespace/name` names it. */
export function isNamed(globs: readonly string[], namespace: string, name: string): boolean {
  return globs.some((pattern) => glob(pattern, `${namespace}/${name}`));
}

/** The Secrets that a pod mounts or reads into its environment, each once, in order. */
export function secretsOf(spec: PodSpec): readonly string[] {
  const sources = [...spec.volumes.flatMap((one) => one.sources), ...spec.containers.flatMap((one) => one.envSources)];
  return [...new Set(sources.filter((one) => one.kind === 'Secret').map((one) => one.name))].sort();
}

/** The claims that a pod mounts, each once, in order. */
export function claimsOf(spec: PodSpec): readonly string[] {
  return [...new Set(spec.volumes.flatMap((one) => one.claimName ?? []))].sort();
}

function namesOf({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): readonly string[] {
  return [name, `${namespace}/${name}`, `${kind}/${name}`, `${kind}/${namespace}/${name}`];
}
