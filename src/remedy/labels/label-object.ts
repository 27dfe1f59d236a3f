import { proposeObjectLabels, type LabelProposal } from '../../analyses/labels/inference.ts';
import { suspectLabels } from '../../analyses/labels/label-health.ts';
import { missingLabels, type AroundObject } from '../../analyses/labels/labelled-objects.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import { matches } from '../../kube/selector.ts';
import type { Finding } from '../../model/finding.ts';
import { AROUND_KINDS, apiVersionOf, kindInfo, OPT_IN_KINDS } from '../../model/kind.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft } from '../remedy.ts';
import { remedyTarget } from '../target.ts';
import { kubectl } from '../kubectl.ts';
import { fittingTogether, proposedLabels, reasonLeft, TOOL_LABELS } from './label-plan.ts';
import { leftText, reasonsOf } from './label-reasons.ts';
import { repositoryFile } from './repository-file.ts';

/** Adds labels to an object around workloads: it has no pods, so that nothing restarts. */
export const labelObject: Remedy = {
  id: 'labels/label-object',
  title: 'label the object',
  safety: 'safe',
  build: (finding, view) => {
    const object = objectOf(finding, view);
    if (object === undefined) return { refused: 'The object is not there any more.' };
    const target = remedyTarget(view, object);
    const { renamed, missing } = wanted(finding, object);
    const proposed = [...renamed, ...proposeObjectLabels(view, object, missing)];
    const allowed = proposed.filter((one) => target.manager === 'none' || !TOOL_LABELS.has(one.label));
    // A misspelt key is renamed so that selectors see it; else none may change what it matches.
    const isPurpose = finding.rule === 'labels/misspelt-label';
    const proposals = isPurpose
      ? allowed
      : fittingTogether(allowed, (added) => shifts(view, object, { ...object.labels, ...added }).length === 0);
    const left = missing.flatMap((label) =>
      proposals.some((one) => one.label === label) ? [] : [`${label}: ${reasonLeft(label, proposed, allowed, target)}`],
    );
    if (proposals.length === 0) return { refused: `No label can be added. ${left.join('; ')}.` };
    return objectDraft(view, object, proposedLabels(proposals), reasonsOf({ proposals }), leftText({ left }));
  },
};

/**
 * The patch that sets labels of an object around workloads, or the file for the repository that it comes from.
 *
 * @param reasons why each label has its value, by key
 * @param note '' for nothing to say besides
 */
export function objectDraft(
  view: ClusterView,
  object: AroundObject,
  labels: Labels,
  reasons: Readonly<Record<string, string>>,
  note: string,
): RemedyDraft {
  const target = remedyTarget(view, object);
  const after = { ...object.labels, ...labels };
  const moved = shifts(view, object, after);
  const { kind, resource } = kindInfo(object.kind);
  return {
    manifests: [
      {
        apiVersion: apiVersionOf(object.kind),
        kind,
        metadata: { name: object.name, namespace: object.namespace, labels },
      },
    ],
    comments: Object.entries(reasons).map(([key, text]) => ({ document: 0, path: ['metadata', 'labels', key], text })),
    use: {
      type: 'patch',
      commands: [kubectl`patch ${resource} ${object.name} -n ${object.namespace} --patch-file FILE`],
    },
    ...repositoryFile(object, target, { own: labels, pods: {} }),
    ...(target.manager === 'none' ? {} : { about: object }),
    note: `It restarts no pod.${note}`,
    changes: [{ type: 'upsert', object: { ...object, labels: after } }],
    effects: moved.length === 0 ? ['restarts no pod, and no selector changes what it matches'] : moved,
  };
}

/** The object around workloads that a finding is about; undefined where it is about another, or it is gone. */
export function objectOf(finding: Finding, view: ClusterView): AroundObject | undefined {
  const { kind: name, namespace } = finding.subject;
  const kind = [...AROUND_KINDS, ...OPT_IN_KINDS].find((one) => kindInfo(one).kind === name);
  return kind === undefined ? undefined : view.get(kind, namespace ?? '', finding.subject.name);
}

function wanted(
  finding: Finding,
  { labels }: AroundObject,
): { readonly renamed: readonly LabelProposal[]; readonly missing: readonly RecommendedLabel[] } {
  const isOne = finding.rule === 'labels/misspelt-label';
  const renamed = suspectLabels(labels)
    .filter(({ key }) => !isOne || key === finding.key)
    .map(({ key, suggestion }): LabelProposal => ({
      label: suggestion as RecommendedLabel,
      value: labels[key] ?? '',
      confidence: 'high',
      from: `label ${key}`,
    }));
  const missing = missingLabels(labels).filter((label) => !renamed.some((one) => one.label === label));
  return { renamed, missing: isOne ? [] : missing };
}

/** The ServiceMonitors that would gain or lose a Service; nothing else is known to select these objects. */
function shifts(view: ClusterView, object: AroundObject, after: Labels): readonly string[] {
  if (object.kind !== 'Service') return [];
  return view.list('ServiceMonitor').flatMap((monitor) => {
    const is = matches(monitor.selector, after);
    if (is === matches(monitor.selector, object.labels)) return [];
    if (monitor.namespaces?.includes(object.namespace) === false) return [];
    return [`${refText(refOf(monitor))} ${is ? 'begins' : 'ceases'} to select it`];
  });
}
