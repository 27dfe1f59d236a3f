// Selectors of Services, NetworkPolicies and budgets look at pods; labels of the owner are not inherited by them.
// Source: kubernetes.io docs, "Labels and Selectors"; apps/v1 spec.template.metadata.labels.
import { labelHealth, podLabels } from '../../analyses/labels/label-health.ts';
import { relianceText } from '../../analyses/labels/label-map.ts';
import { looksAt, referrersReading } from '../../analyses/labels/label-referrers.ts';
import { amongPodsOf, podSelectorText, selects } from '../../analyses/labels/pod-selector.ts';
import { namespaceLabels } from '../../analyses/network/namespace-labels.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

export const labelNotOnTemplate = rule({
  id: 'labels/label-not-on-template',
  subject: 'Workload',
  summary:
    'labels on the workload that its pods do not carry, or carry with another value: recommended ones, and those by which a selector would find them',
  help: 'Pods get the labels of the template, not those of the workload. Add the label to spec.template.metadata.labels.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload, view) => [...forgotten(workload), ...contradicted(workload), ...demanded(workload, view)],
});

/** Recommended labels that pods of this workload could well carry. */
function forgotten(workload: AnalysedWorkload): readonly FindingDraft[] {
  const { notOnTemplate } = labelHealth(workload);
  if (notOnTemplate.length === 0) return [];
  // Where pods carry no recommended label at all, `missing-recommended` says it all.
  const isHabit = Object.keys(podLabels(workload)).some((key) => key.startsWith('app.kubernetes.io/'));
  if (!isHabit) return [];
  return [
    {
      severity: 'low',
      title: `its pods do not carry ${notOnTemplate.join(', ')}`,
      why: 'The label stands on the workload only, where no selector of pods looks.',
      evidence: notOnTemplate.map((label) => ({
        text: `${label}=${workload.labels[label] ?? ''} is on the workload and not on its pod template`,
        object: workload.ref,
        path: 'spec.template.metadata.labels',
      })),
      members: memberNames(workload.classes),
      remedies: ['labels/label-template'],
    },
  ];
}

/** Labels that say of a workload and of its pods what they are, and have to say the same. */
const IDENTIFYING = [
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/component',
  'app.kubernetes.io/part-of',
] as const;

const NOTHING: readonly FindingDraft[] = [];

/** Recommended labels of which the template has another value than the workload. */
function contradicted({ ref, object, template, classes }: AnalysedWorkload): readonly FindingDraft[] {
  if (object === undefined || template === undefined || object.labels === template.labels) return NOTHING;
  return IDENTIFYING.flatMap((key): readonly FindingDraft[] => {
    const [own, onPods] = [object.labels[key], template.labels[key]];
    if (own === undefined || onPods === undefined || own === onPods) return NOTHING;
    return [
      {
        key,
        severity: 'low',
        title: `its pods say ${key}=${onPods}, the workload ${own}`,
        why: `Whoever looks for workloads by ${key} takes it for ${own}, and whoever selects its pods for ${onPods}.`,
        evidence: [
          { text: `${key}=${own}`, object: ref, path: 'metadata.labels' },
          { text: `${key}=${onPods}`, object: ref, path: `${specPath(ref.kind).replace(/spec$/, '')}metadata.labels` },
        ],
        members: memberNames(classes),
      },
    ];
  });
}

/** Labels of the workload by which a selector would find its pods, if they carried them too. */
function demanded({ ref, object, template, classes }: AnalysedWorkload, view: ClusterView): readonly FindingDraft[] {
  if (object === undefined || template === undefined) return [];
  return keysNotOn(template.labels, object.labels).flatMap((key): readonly FindingDraft[] => {
    const value = object.labels[key] ?? '';
    const after = { ...template.labels, [key]: value };
    const missed = referrersReading(view, ref.namespace, [key]).filter((one) => {
      const selector = amongPodsOf(one.selector, ref.namespace);
      const isGained = selects(selector, after) && !selects(selector, template.labels);
      return isGained && looksAt(one, ref.namespace, namespaceLabels(view, ref.namespace));
    });
    if (missed.length === 0) return [];
    return [
      {
        key,
        severity: 'medium',
        title: `its pods do not carry ${key}=${value}, by which they would be selected`,
        why: `The label stands on the workload only; ${relianceText(missed).replace('read by ', '')} would select its pods if they had it.`,
        evidence: [
          {
            text: `${key}=${value} is on the workload and not on its pod template`,
            object: ref,
            path: 'spec.template.metadata.labels',
          },
          ...missed.map(({ by, path, selector }) => ({
            text: `selects ${podSelectorText(selector)}`,
            object: by,
            path,
          })),
        ],
        members: memberNames(classes),
        remedies: ['labels/set-labels'],
        data: { labels: { [key]: value }, add: true },
      },
    ];
  });
}

function keysNotOn(template: Labels, own: Labels): readonly string[] {
  const keys: string[] = [];
  for (const key in own) if (template[key] === undefined) keys.push(key);
  return keys;
}
