import { proposeLabels, type LabelProposal } from '../../analyses/labels/inference.ts';
import { labelHealth, ownLabels, podLabels } from '../../analyses/labels/label-health.ts';
import { shiftsAmong } from '../../analyses/labels/label-map.ts';
import { referrersTo } from '../../analyses/labels/label-referrers.ts';
import { workload as workloadOf, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import type { Finding } from '../../model/finding.ts';
import type { WorkloadObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { RemedyTarget } from '../built-remedy.ts';
import type { RemedyRefusal } from '../remedy.ts';
import { remedyTarget } from '../target.ts';

/** The workload that a label remedy changes. */
export interface LabelledWorkload {
  readonly workload: AnalysedWorkload;
  readonly object: WorkloadObject;
  readonly target: RemedyTarget;
}

/** Labels to add, each with where its value comes from, and those that stay missing. */
export interface LabelPlan extends LabelledWorkload {
  readonly proposals: readonly LabelProposal[];
  /** Why each label that the finding names is not added, one sentence each. */
  readonly left: readonly string[];
}

/** Labels that tools write themselves; on an object that a tool owns, writing them fights the tool. */
export const TOOL_LABELS: ReadonlySet<string> = new Set(['app.kubernetes.io/managed-by', 'app.kubernetes.io/instance']);

/** The workload of a finding, or why it cannot be labelled. */
export function labelledWorkload(finding: Finding, view: ClusterView): LabelledWorkload | RemedyRefusal {
  const { subject } = finding;
  const workload = workloadOf(view, subject.namespace ?? '', subject.kind, subject.name);
  const object = workload?.object;
  if (workload === undefined || object === undefined) {
    return { refused: 'The workload has no object that could be labelled.' };
  }
  return { workload, object, target: remedyTarget(view, object) };
}

/**
 * The labels to add for a finding: all that are missing, or those that the finding is about. A label whose value nothing
 * tells is left out, and so is one that would make a selector match other pods than now.
 *
 * @param onPods whether the pods get the labels too
 */
export function labelPlan(finding: Finding, view: ClusterView, onPods: boolean): LabelPlan | RemedyRefusal {
  const found = labelledWorkload(finding, view);
  if ('refused' in found) return found;
  const { workload, target } = found;
  const { renamed, missing } = wanted(finding, workload);
  const proposed = [...renamed, ...proposeLabels(workload, missing)];
  const isOwned = target.manager !== 'none';
  const allowed = proposed.filter((one) => !isOwned || !TOOL_LABELS.has(one.label));
  const isPurpose = finding.rule === 'labels/misspelt-label';
  const proposals = onPods && !isPurpose ? withoutShifts(view, workload, allowed) : allowed;
  const left = missing.flatMap((label) => {
    if (proposals.some((one) => one.label === label)) return [];
    return [`${label}: ${reasonLeft(label, proposed, allowed, target)}`];
  });
  if (proposals.length === 0) return { refused: `No label can be added. ${left.join('; ')}.` };
  return { ...found, proposals, left };
}

export function reasonLeft(
  label: RecommendedLabel,
  proposed: readonly LabelProposal[],
  allowed: readonly LabelProposal[],
  target: RemedyTarget,
): string {
  if (!proposed.some((one) => one.label === label)) return 'nothing in the cluster tells its value';
  if (!allowed.some((one) => one.label === label)) return `${target.manager} sets it itself`;
  return 'a selector would match other objects than now';
}

interface Wanted {
  readonly renamed: readonly LabelProposal[];
  readonly missing: readonly RecommendedLabel[];
}

function wanted(finding: Finding, workload: AnalysedWorkload): Wanted {
  const { missing, suspect, notOnTemplate } = labelHealth(workload);
  const renamed = suspect.flatMap(({ key, suggestion }): LabelProposal[] => {
    const value = podLabels(workload)[key] ?? ownLabels(workload)[key];
    if (value === undefined) return [];
    return [{ label: suggestion as RecommendedLabel, value, confidence: 'high', from: `label ${key}` }];
  });
  switch (finding.rule) {
    case 'labels/misspelt-label':
      return {
        renamed: renamed.filter((one) =>
          suspect.some(({ key, suggestion }) => key === finding.key && suggestion === one.label),
        ),
        missing: [],
      };
    case 'labels/label-not-on-template':
      return { renamed: [], missing: notOnTemplate };
    default: {
      const taken = new Set(renamed.map((one) => one.label));
      return { renamed, missing: missing.filter((label) => !taken.has(label)) };
    }
  }
}

/** The proposals that, taken together, change what no selector matches. */
function withoutShifts(
  view: ClusterView,
  workload: AnalysedWorkload,
  proposals: readonly LabelProposal[],
): readonly LabelProposal[] {
  const bodies = [podLabels(workload), ...workload.classes.map((one) => one.labels)];
  const referrers = referrersTo(view, workload.ref.namespace);
  return fittingTogether(proposals, (added) =>
    bodies.every((before) => shiftsAmong(referrers, before, { ...before, ...added }).length === 0),
  );
}

/** Proposals that, taken together, fit: one after the other, and those that did not again once more are kept. */
export function fittingTogether(
  proposals: readonly LabelProposal[],
  fits: (added: Labels) => boolean,
): readonly LabelProposal[] {
  const kept: LabelProposal[] = [];
  // One label may be what lets another be added (a selector that asks for the one without the other).
  for (let open = proposals, before = -1; open.length > 0 && kept.length > before;) {
    before = kept.length;
    open = open.filter((one) => {
      if (!fits(proposedLabels([...kept, one]))) return true;
      kept.push(one);
      return false;
    });
  }
  return kept;
}

export function proposedLabels(proposals: readonly LabelProposal[]): Labels {
  return Object.fromEntries(proposals.map((one) => [one.label, one.value]));
}
