import { isGeneratedLabel, QUARANTINE_LABEL, revisionOf } from '../../kube/generated-labels.ts';
import { isLeaderValue, LEADER_KEY } from '../../kube/leader-role.ts';
import type { Labels } from '../../model/selector.ts';
import type { PodClass } from '../workload/pod-groups.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';

/** A label on which pods of one revision of a workload differ. */
export interface ReplicaDifference {
  readonly key: string;
  /** What most pods have, of as many the template's value; undefined where most lack the label. */
  readonly usual: string | undefined;
  /** As many have another value, and the template has neither. */
  readonly isTied: boolean;
  /** Pods with another value, or without one. */
  readonly others: readonly { readonly pod: string; readonly value: string | undefined }[];
}

const NONE: readonly ReplicaDifference[] = [];

/**
 * Labels that differ between pods made from one revision of a template: somebody labelled a running pod by hand. What
 * controllers write, and how operators mark a leader, is left out.
 */
export function replicaDifferences(workload: AnalysedWorkload): readonly ReplicaDifference[] {
  if (workload.classes.length < 2) return NONE;
  const living = workload.classes.filter((one) => one.state !== 'finished' && one.pods.length > 0);
  if (living.length < 2) return NONE;
  const [first] = living;
  const revision = first && revisionOf(first.labels);
  const template = workload.template?.labels;
  if (living.every((one) => revisionOf(one.labels) === revision)) return differencesOf(living, template);
  const revisions = Map.groupBy(living, (one) => revisionOf(one.labels));
  return [...revisions].flatMap(([, classes]) => (classes.length < 2 ? [] : differencesOf(classes, template)));
}

function differencesOf(classes: readonly PodClass[], template: Labels | undefined): readonly ReplicaDifference[] {
  return differingKeys(classes).flatMap((key) => differenceIn(classes, key, template?.[key]));
}

/** The keys that people write and of which not all classes have the same value, in order. */
function differingKeys(classes: readonly PodClass[]): readonly string[] {
  const usual = classes[0]?.labels ?? {};
  const found: string[] = [];
  for (const { labels } of classes) {
    for (const key in labels) if (labels[key] !== usual[key] && !found.includes(key)) found.push(key);
    for (const key in usual) if (labels[key] === undefined && !found.includes(key)) found.push(key);
  }
  return found.filter((key) => !isGeneratedLabel(key) && !LEADER_KEY.test(key) && key !== QUARANTINE_LABEL).sort();
}

/** @param made what the template gives new pods */
function differenceIn(
  classes: readonly PodClass[],
  key: string,
  made: string | undefined,
): readonly ReplicaDifference[] {
  const counts = new Map<string | undefined, number>();
  for (const one of classes) counts.set(one.labels[key], (counts.get(one.labels[key]) ?? 0) + one.pods.length);
  if ([...counts.keys()].some((value) => value !== undefined && isLeaderValue(value))) return [];
  const total = classes.reduce((sum, one) => sum + one.pods.length, 0);
  // A value for each pod is a name, not a difference.
  if (total > 2 && counts.size === total && !counts.has(undefined)) return [];
  const rank = (value: string | undefined): number => (value === made ? 0 : 1);
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1] || rank(a[0]) - rank(b[0]) || compare(a[0], b[0]));
  const [first, second] = sorted;
  const usual = first?.[0];
  const isTied = usual !== undefined && usual !== made && first?.[1] === second?.[1];
  const others = classes
    .filter((one) => one.labels[key] !== usual)
    .flatMap((one) => one.pods.map((pod) => ({ pod: pod.name, value: one.labels[key] })));
  return [{ key, usual, isTied, others: others.toSorted((a, b) => (a.pod < b.pod ? -1 : 1)) }];
}

/** In a tie the absent label is the usual one: it is rather added than taken away. */
function compare(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  return b !== undefined && a < b ? -1 : 1;
}
