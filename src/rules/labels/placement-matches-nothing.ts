// Terms of pod affinity and topology spread constraints place pods by the labels of others. One whose selector matches no
// pod and no template has no effect, or, where it is required to be near them, leaves every pod pending.
// Source: k8s.io/api core/v1 types.go, PodAffinityTerm and TopologySpreadConstraint; kubernetes.io docs, "Assigning Pods to
// Nodes" (inter-pod affinity) and "Pod Topology Spread Constraints"; KEP-3633 and KEP-3243 (matchLabelKeys).
import { looksAt, type LabelReferrer } from '../../analyses/labels/label-referrers.ts';
import { placementOf, placementReferrer } from '../../analyses/labels/placement-referrers.ts';
import { judgeReferrer } from '../../analyses/labels/selector-verdict.ts';
import { namespaceLabels } from '../../analyses/network/namespace-labels.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { isOperatedElsewhere } from '../../analyses/labels/operated-pods.ts';
import { ownKeys } from '../../kube/placement-selector.ts';
import { matches, selectorText } from '../../kube/selector.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { PlacementTerm } from '../../model/pod-spec.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';
import { UNMATCHED, unmatchedReferrer } from './unmatched-finding.ts';

export const placementMatchesNothing = rule({
  ...UNMATCHED,
  subject: 'Workload',
  needs: ['Pod', 'Namespace', ...WORKLOAD_KINDS],
  concerns: ({ placementTerms }) => placementTerms.length > 0,
  check: (workload, view) => {
    const { terms, labels } = placementOf(workload);
    return terms.length === 0 ? [] : terms.flatMap((term) => check(workload, term, labels, view));
  },
});

function check(
  workload: AnalysedWorkload,
  term: PlacementTerm,
  labels: Labels,
  view: ClusterView,
): readonly FindingDraft[] {
  const { ref } = workload;
  const { selector } = term;
  if (isOperatedElsewhere(view, selector)) return [];
  // Whoever keeps other tenants away need not have any yet.
  const judged = term.type === 'anti-affinity' ? { ...term, mismatchLabelKeys: [] } : term;
  const referrer = placementReferrer(ref, judged, labels, ref.namespace);
  const isKnown = referrer.namespaces === null || view.readable('Namespace').ok;
  const own = isKnown ? ownKeys(term, { kind: ref.kind, labels }) : [];
  const consequence = consequenceOf(term, workload);
  const drafts =
    own.length > 0
      ? ofOwnPods(referrer, term, own, labels, consequence, view)
      : unmatchedReferrer(judgeReferrer(view, referrer, ref.namespace), referrer, { key: term.path, consequence });
  return drafts.map((draft) => weighed(draft, term, workload));
}

/** Only its own pods have some of the labels that are asked for, so that nothing else has to be looked at. */
function ofOwnPods(
  { by, path, ...referrer }: LabelReferrer,
  { selector, path: key }: PlacementTerm,
  own: readonly string[],
  labels: Labels,
  consequence: string,
  view: ClusterView,
): readonly FindingDraft[] {
  const home = by.namespace ?? '';
  const isHere = looksAt({ by, path, ...referrer }, home, namespaceLabels(view, home));
  if (isHere && matches(selector, labels)) return [];
  const [text, keys] = [selectorText(selector), own.join(', ')];
  const reason = isHere ? `and they do not have the labels ${text}` : `and it does not look in their namespace ${home}`;
  return [
    {
      key,
      severity: 'medium',
      title: `its selector ${text} with matchLabelKeys ${keys} matches nothing`,
      why: `Only its own pods have their ${keys}, ${reason}, ${consequence}.`,
      evidence: [
        { text: `selects ${text}`, object: by, path },
        { text: `of the same ${keys}`, object: by, path: path.replace(/labelSelector$/, 'matchLabelKeys') },
      ],
      absence: true,
    },
  ];
}

/** Nothing but a required affinity keeps pods from running. */
function weighed(draft: FindingDraft, term: PlacementTerm, workload: AnalysedWorkload): FindingDraft {
  const leavesPending = term.type === 'affinity' && term.isRequired && !isPlaced(workload);
  return {
    ...draft,
    members: memberNames(workload.classes),
    ...(leavesPending || draft.unknown === true ? {} : { severity: draft.severity === 'medium' ? 'low' : 'info' }),
  };
}

/** A bare pod that has its node keeps it, and nobody makes another. */
function isPlaced({ ref, classes }: AnalysedWorkload): boolean {
  return ref.kind === 'Pod' && classes.some(({ pods }) => pods.some(({ nodeName }) => nodeName !== ''));
}

function consequenceOf({ type, isRequired }: PlacementTerm, workload: AnalysedWorkload): string {
  switch (type) {
    case 'affinity':
      if (!isRequired) return 'so that the preference has no effect';
      return isPlaced(workload)
        ? 'so that no node would do if it were made anew'
        : 'so that no node will do and its pods stay pending';
    case 'anti-affinity':
      return 'so that nothing is kept apart';
    case 'spread':
      return 'so that nothing is spread';
  }
}
