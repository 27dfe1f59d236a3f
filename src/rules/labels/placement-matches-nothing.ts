// Terms of pod affinity and topology spread constraints place pods by the labels of others. One whose selector matches no
// pod and no template has no effect, or, where it is required to be near them, leaves every pod pending.
// Source: k8s.io/api core/v1 types.go, PodAffinityTerm and TopologySpreadConstraint; kubernetes.io docs, "Assigning Pods to
// Nodes" (inter-pod affinity) and "Pod Topology Spread Constraints".
import { placementReferrer } from '../../analyses/labels/label-referrers.ts';
import { judgeReferrer } from '../../analyses/labels/selector-verdict.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { isOperatedSelector } from '../../kube/operated-selector.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { PlacementTerm } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';
import { UNMATCHED, unmatchedReferrer } from './unmatched-finding.ts';

export const placementMatchesNothing = rule({
  ...UNMATCHED,
  subject: 'Workload',
  needs: ['Pod', 'Namespace', ...WORKLOAD_KINDS],
  check: (workload, view) =>
    (workload.template?.spec.placementTerms ?? []).flatMap((term) => check(workload, term, view)),
});

function check(workload: AnalysedWorkload, term: PlacementTerm, view: ClusterView): readonly FindingDraft[] {
  const { ref, classes } = workload;
  const { selector, path } = term;
  // From files the pods that an operator makes are never there.
  if (view.facts().source === 'files' && isOperatedSelector(selector.matchLabels ?? {})) return [];
  const referrer = placementReferrer(ref, term, ref.namespace);
  const verdict = judgeReferrer(view, referrer, ref.namespace);
  const leavesPending = term.type === 'affinity' && term.isRequired;
  return unmatchedReferrer(verdict, referrer, { key: path, consequence: consequenceOf(term) }).map((draft) => ({
    ...draft,
    members: memberNames(classes),
    ...(leavesPending || draft.unknown === true ? {} : { severity: draft.severity === 'medium' ? 'low' : 'info' }),
  }));
}

function consequenceOf({ type, isRequired }: PlacementTerm): string {
  switch (type) {
    case 'affinity':
      return isRequired ? 'so that no node will do and its pods stay pending' : 'so that the preference has no effect';
    case 'anti-affinity':
      return 'so that nothing is kept apart';
    case 'spread':
      return 'so that nothing is spread';
  }
}
