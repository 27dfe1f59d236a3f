import type { PlacementTerm } from '../model/pod-spec.ts';
import type { Labels, LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';

/** Labels that controllers write on pods with a value that pods of no other workload have, by kind of workload. */
const OWN_LABELS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['pod-template-hash'],
  StatefulSet: ['controller-revision-hash', 'statefulset.kubernetes.io/pod-name'],
  DaemonSet: ['controller-revision-hash'],
  Job: ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'],
};

/** The same with values that others have too. */
const COUNTED_LABELS: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: ['apps.kubernetes.io/pod-index'],
  DaemonSet: ['pod-template-generation'],
};

/** The labels of whom a term places, as far as they are known before there is a pod. */
export interface Placed {
  readonly kind: string;
  readonly labels: Labels;
}

/**
 * What a term selects pods by on behalf of a pod: its labelSelector, `key in (the pod's value)` for each of its
 * matchLabelKeys and `key notin (the pod's value)` for each of its mismatchLabelKeys. A key that the pod does not carry is
 * passed over, and so is one of which the value is not known before there is a pod.
 *
 * Source: KEP-3633 (pod affinity) and KEP-3243 (topology spread constraints); k8s.io/api core/v1 types.go
 */
export function placementSelector(term: PlacementTerm, { labels }: Placed): LabelSelector {
  const { selector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (matchLabelKeys.length === 0 && mismatchLabelKeys.length === 0) return selector;
  const there = selector.matchExpressions ?? [];
  const more = [
    ...matchLabelKeys.flatMap((key) => requirement(key, 'In', labels[key])),
    ...mismatchLabelKeys.flatMap((key) => requirement(key, 'NotIn', labels[key])),
    // The API server writes them into the selector of each pod.
  ].filter((one) => !there.some((other) => isSame(one, other)));
  return more.length === 0 ? selector : { ...selector, matchExpressions: [...there, ...more] };
}

/** The label keys of a term whose value a controller will write, so that it is not known before there is a pod. */
export function unknownKeys(
  { matchLabelKeys = [], mismatchLabelKeys = [] }: PlacementTerm,
  placed: Placed,
): readonly string[] {
  return [...matchLabelKeys, ...mismatchLabelKeys].filter(
    (key) => isWritten(OWN_LABELS, key, placed) || isWritten(COUNTED_LABELS, key, placed),
  );
}

/** The matchLabelKeys of a term whose value only pods of the same workload have, or of one revision of it. */
export function ownKeys({ matchLabelKeys = [] }: PlacementTerm, placed: Placed): readonly string[] {
  return matchLabelKeys.filter((key) => isWritten(OWN_LABELS, key, placed));
}

function isWritten(written: typeof OWN_LABELS, key: string, { kind, labels }: Placed): boolean {
  return labels[key] === undefined && written[kind]?.includes(key) === true;
}

function requirement(key: string, operator: 'In' | 'NotIn', value: string | undefined): LabelSelectorRequirement[] {
  return value === undefined ? [] : [{ key, operator, values: [value] }];
}

function isSame(a: LabelSelectorRequirement, b: LabelSelectorRequirement): boolean {
  return a.key === b.key && a.operator === b.operator && a.values?.join(',') === b.values?.join(',');
}
