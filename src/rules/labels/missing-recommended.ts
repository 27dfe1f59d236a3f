// Kubernetes recommends six labels under app.kubernetes.io/ so that tools and policies can name an application the same
// way everywhere. Source: kubernetes.io docs, "Recommended Labels". Missing ones break nothing: severity info.
import { isMirror, labelHealth } from '../../analyses/labels/label-health.ts';
import { isLabelledByHand, judgedKinds, missingLabels } from '../../analyses/labels/labelled-objects.ts';
import { groupBy } from '../../analyses/workload/group-by.ts';
import { memberNames } from '../../analyses/workload/workloads.ts';
import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { AROUND_KINDS, OPT_IN_KINDS, type AroundKind } from '../../model/kind.ts';
import { rule } from '../rule.ts';
import { unreadDrafts } from './unread-drafts.ts';

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
    const { missing, notOnTemplate } = labelHealth(workload);
    if (missing.length === 0 || isMirror(workload)) return [];
    const remedies = workload.object === undefined ? NO_REMEDIES : OF_WORKLOADS;
    return [{ ...draft(missing, notOnTemplate, 'the workload'), members: memberNames(workload.classes), remedies }];
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
      return draftsOfObject(missing);
    },
  });

/** Included kinds that could not be read have no object that could say so. */
const unread = rule({
  ...COMMON,
  subject: 'Cluster',
  needs: [],
  check: (_cluster, view) => unreadDrafts(view, view.facts().labels?.include ?? [], 'carry the recommended labels'),
});

export const MISSING_RECOMMENDED = [
  ofWorkload,
  ...AROUND_KINDS.map((kind) => ofObject(kind, false)),
  ...OPT_IN_KINDS.map((kind) => ofObject(kind, true)),
  unread,
] as const;

const NO_REMEDIES: readonly string[] = [];
const OF_WORKLOADS = ['labels/label-workload', 'labels/label-template'];
const OF_OBJECTS = ['labels/label-object'];

const OBJECT_DRAFTS = new Map<readonly RecommendedLabel[], readonly FindingDraft[]>();

/** The same list for all objects that lack the same labels. */
function draftsOfObject(missing: readonly RecommendedLabel[]): readonly FindingDraft[] {
  let drafts = OBJECT_DRAFTS.get(missing);
  if (drafts === undefined) {
    drafts = [{ ...draft(missing, NOT_ON_PODS, 'it'), remedies: OF_OBJECTS }];
    OBJECT_DRAFTS.set(missing, drafts);
  }
  return drafts;
}

type SharedDraft = Pick<FindingDraft, 'severity' | 'title' | 'why' | 'evidence'>;

const NOT_ON_PODS: readonly RecommendedLabel[] = [];

type Drafts = Map<readonly RecommendedLabel[], Map<readonly RecommendedLabel[], SharedDraft>>;

/** Thousands of objects lack the same labels: one draft for all of them, by both lists. At most 3 to the power of 6. */
const DRAFTS: Readonly<Record<'the workload' | 'it', Drafts>> = { 'the workload': new Map(), it: new Map() };

/**
 * @param onlyOnPods which of them are missing on the pods only
 * @param it where the others are missing
 */
function draft(
  missing: readonly RecommendedLabel[],
  onlyOnPods: readonly RecommendedLabel[],
  it: keyof typeof DRAFTS,
): SharedDraft {
  const byPlace = groupBy(DRAFTS[it], missing);
  let shared = byPlace.get(onlyOnPods);
  if (shared === undefined) {
    const names = missing.map((label) => label.slice('app.kubernetes.io/'.length));
    shared = {
      severity: 'info',
      title: `lacks ${names.length} of 6 recommended labels: ${names.join(', ')}`,
      why: 'Whatever selects by these labels does not see it, and nobody can tell from it what it belongs to.',
      evidence: missing.map((label) => ({
        text: `${label} is not on ${onlyOnPods.includes(label) ? 'its pods' : it}`,
        path: 'metadata.labels',
      })),
    };
    byPlace.set(onlyOnPods, shared);
  }
  return shared;
}
