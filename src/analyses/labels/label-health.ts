import { misspeltRecommendedLabel, recommendedWhere, type RecommendedLabel } from '../../kube/recommended-labels.ts';
import type { Labels } from '../../model/selector.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';

/** A label that looks right and is not. */
export interface SuspectLabel {
  readonly key: string;
  readonly reason: string;
  readonly suggestion: string;
}

/** How a workload is labelled. */
export interface LabelHealth {
  /** Recommended labels that the workload or its pods lack. */
  readonly missing: readonly RecommendedLabel[];
  readonly suspect: readonly SuspectLabel[];
  /** Recommended labels that the workload has and its pod template lacks, so that no selector can see them. */
  readonly notOnTemplate: readonly RecommendedLabel[];
}

const NO_LABELS: Labels = {};

/**
 * The labels that pods of the workload carry: its template's, or, where no template was read, those that all of its
 * pods have in common. undefined where neither tells (a ReplicaSet read by its metadata only, without pods).
 */
function knownPodLabels(workload: AnalysedWorkload): Labels | undefined {
  if (workload.template !== undefined) return workload.template.labels;
  const living = workload.classes.filter((one) => one.state !== 'finished');
  const [first, ...others] = living.length > 0 ? living : workload.classes;
  if (first === undefined) return undefined;
  if (others.length === 0) return first.labels;
  return Object.fromEntries(
    Object.entries(first.labels).filter(([key, value]) => others.every((one) => one.labels[key] === value)),
  );
}

/** The same, empty where nothing tells. */
export function podLabels(workload: AnalysedWorkload): Labels {
  return knownPodLabels(workload) ?? NO_LABELS;
}

/** The labels of the workload itself; where it has no object of its own that was read, those of its pods. */
export function ownLabels(workload: AnalysedWorkload): Labels {
  return workload.object === undefined ? podLabels(workload) : workload.labels;
}

/** A mirror pod is the kubelet's copy of a file on its node: nobody can label it here. */
export function isMirror(workload: AnalysedWorkload): boolean {
  return workload.ref.kind === 'Pod' && workload.classes.some((one) => one.pods.some((pod) => pod.mirror));
}

/** By the labels of the workload, which stay the same object whatever pods come and go. */
const HEALTH = new WeakMap<Labels, { readonly onPods: Labels; readonly health: LabelHealth }>();

/** Judges the labels of a workload and of its pods. A label counts as present where both have it. */
export function labelHealth(workload: AnalysedWorkload): LabelHealth {
  const own = ownLabels(workload);
  // What pods carry that nobody has seen is no reason to call a label missing.
  const onPods = knownPodLabels(workload) ?? own;
  const known = HEALTH.get(own);
  if (known?.onPods === onPods) return known.health;
  const health = healthOf(own, onPods);
  HEALTH.set(own, { onPods, health });
  return health;
}

function healthOf(own: Labels, onPods: Labels): LabelHealth {
  const missing = recommendedWhere((label) => own[label] === undefined || onPods[label] === undefined);
  const notOnTemplate = recommendedWhere((label) => own[label] !== undefined && onPods[label] === undefined);
  return { missing, suspect: suspectLabels(own, onPods), notOnTemplate };
}

const NO_SUSPECTS: readonly SuspectLabel[] = [];

/** The misspelt recommended labels among some sets of labels of one object, in order. */
export function suspectLabels(...bodies: readonly Labels[]): readonly SuspectLabel[] {
  let keys: Set<string> | undefined;
  for (const labels of bodies) {
    for (const key in labels) if (misspeltRecommendedLabel(key) !== undefined) (keys ??= new Set()).add(key);
  }
  if (keys === undefined) return NO_SUSPECTS;
  return [...keys].sort().flatMap((key): SuspectLabel[] => {
    const meant = misspeltRecommendedLabel(key);
    if (meant === undefined) return [];
    // A right label beside the wrong one makes the wrong one somebody's own.
    const isWrong = bodies.some((labels) => labels[key] !== undefined && labels[meant] === undefined);
    return isWrong ? [{ key, reason: `looks like ${meant}, but no tool reads it`, suggestion: meant }] : [];
  });
}
