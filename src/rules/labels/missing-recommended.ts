// Kubernetes recommends six labels under app.kubernetes.io/ so that tools and policies can name an application the same
// way everywhere. Source: kubernetes.io docs, "Recommended Labels". Missing ones break nothing: severity info.
import { isMirror, labelHealth, ownLabels } from '../../analyses/labels/label-health.ts';
import { isLabelledByHand, judgedKinds, missingLabels } from '../../analyses/labels/labelled-objects.ts';
import { unreadKinds } from '../../analyses/labels/selector-verdict.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { AROUND_KINDS, kindInfo, OPT_IN_KINDS, type AroundKind } from '../../model/kind.ts';
import { rule } from '../rule.ts';

const COMMON = {
  id: 'labels/missing-recommended',
  summary: 'workloads and objects around them whose recommended labels are incomplete',
  help:
    'Policies, dashboards and owners are found by labels. Add the missing ones to the workload and to its pod template; ' +
    'changing a template restarts its pods, so the patch for the workload alone comes first. Services, Ingresses, ' +
    'NetworkPolicies, disruption budgets and autoscalers are judged too, ConfigMaps and Secrets where labels.include of ' +
    'the config names them.',
  references: [],
} as const;

const ofWorkload = rule({
  ...COMMON,
  subject: 'Workload',
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload) => {
    const { missing } = labelHealth(workload);
    if (missing.length === 0 || isMirror(workload)) return [];
    const own = ownLabels(workload);
    return [
      {
        ...draft(missing),
        evidence: missing.map((label) => ({
          text: `${label} is not on ${own[label] === undefined ? 'the workload' : 'its pods'}`,
          object: workload.ref,
          path: 'metadata.labels',
        })),
        members: memberNames(workload.classes),
        remedies: workload.object === undefined ? [] : ['labels/label-workload', 'labels/label-template'],
      },
    ];
  },
});

const ofObject = (kind: AroundKind, isOptIn: boolean): typeof ofWorkload =>
  rule({
    ...COMMON,
    subject: kind,
    // What is judged on demand is needed on demand: see `unread`.
    needs: isOptIn ? [] : [kind],
    check: (object, view) => {
      const missing = missingLabels(object.labels);
      if (missing.length === 0 || !isLabelledByHand(object) || !judgedKinds(view).includes(kind)) return [];
      const ref = refOf(object);
      return [
        {
          ...draft(missing),
          evidence: [{ text: `${missing.join(', ')} not among its labels`, object: ref, path: 'metadata.labels' }],
          remedies: ['labels/label-object'],
        },
      ];
    },
  });

/** Included kinds that could not be read have no object that could say so. */
const unread = rule({
  ...COMMON,
  subject: 'Cluster',
  needs: [],
  check: (_cluster, view) =>
    (view.facts().labels?.include ?? []).flatMap((kind): FindingDraft[] => {
      const verdict = unreadKinds(view, undefined, [kind]);
      if (verdict?.type !== 'unknown') return [];
      return [
        {
          key: kind,
          severity: 'info',
          title: `it is not known whether ${kind}s carry the recommended labels`,
          why: `The config includes them, but ${verdict.reason}.`,
          evidence: [{ text: `labels.include names ${kind}; ${kindInfo(kind).resource}: ${verdict.reason}` }],
          unknown: true,
        },
      ];
    }),
});

export const MISSING_RECOMMENDED = [
  ofWorkload,
  ...AROUND_KINDS.map((kind) => ofObject(kind, false)),
  ...OPT_IN_KINDS.map((kind) => ofObject(kind, true)),
  unread,
] as const;

function draft(missing: readonly RecommendedLabel[]): Pick<FindingDraft, 'severity' | 'title' | 'why'> {
  const names = missing.map((label) => label.slice('app.kubernetes.io/'.length));
  return {
    severity: 'info',
    title: `lacks ${names.length} of 6 recommended labels: ${names.join(', ')}`,
    why: 'Whatever selects by these labels does not see it, and nobody can tell from it what it belongs to.',
  };
}
