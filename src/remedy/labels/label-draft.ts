import { podLabels } from '../../analyses/labels/label-health.ts';
import { shiftText, whatChanges } from '../../analyses/labels/label-map.ts';
import { unevaluatedSelectors, unevaluatedText } from '../../analyses/labels/wider-selectors.ts';
import { matches } from '../../kube/selector.ts';
import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Manifest, RemedyDraft, RemedyRefusal, YamlComment } from '../remedy.ts';
import { labelled, restarts, type LabelEdit } from './label-changes.ts';
import type { LabelledWorkload } from './label-plan.ts';
import { repositoryFile } from './repository-file.ts';
import { kubectl } from '../kubectl.ts';

export interface LabelReasons {
  readonly note: string;
  /** Why each label has its value, by key. */
  readonly reasons: Readonly<Record<string, string>>;
}

/**
 * The patch of a workload that sets labels, or the file for the repository that it comes from. Refused where an immutable
 * field stands against it.
 */
export function labelDraft(
  view: ClusterView,
  found: LabelledWorkload,
  edit: LabelEdit,
  { note, reasons }: LabelReasons,
): RemedyDraft | RemedyRefusal {
  const { workload, object, target } = found;
  const refused = immutable(found, edit.pods);
  if (refused !== undefined) return { refused };
  const isPods = Object.keys(edit.pods).length > 0;
  const common = {
    note: [note, isPods ? restartText(view, found) : 'It restarts no pod.'].filter((part) => part !== '').join(' '),
    changes: labelled(workload, object, edit),
    effects: isPods
      ? shifts(view, found, edit.pods)
      : ['restarts no pod, and no selector of pods changes what it matches'],
  };
  const file = repositoryFile(object, target, edit);
  if (file !== undefined) return { ...common, ...file, about: object };
  const { kind, resource } = kindInfo(object.kind);
  const comments: YamlComment[] = [
    ...commentsAt(['metadata', 'labels'], edit.own, reasons),
    ...commentsAt([...templatePath(object.kind), 'metadata', 'labels'], edit.pods, reasons),
  ];
  return {
    ...common,
    manifests: [
      {
        apiVersion: apiVersionOf(object.kind),
        kind,
        metadata: {
          name: object.name,
          namespace: object.namespace,
          ...(Object.keys(edit.own).length > 0 ? { labels: edit.own } : {}),
        },
        ...(isPods ? nested(templatePath(object.kind), { metadata: { labels: edit.pods } }) : {}),
      },
    ],
    comments,
    use: {
      type: 'patch',
      commands: [kubectl`patch ${resource} ${object.name} -n ${object.namespace} --patch-file FILE`],
    },
  };
}

/** Where the pod template of a kind stands. */
function templatePath(kind: string): readonly string[] {
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
}

/** `value` under a path of fields. */
function nested(path: readonly string[], value: Manifest): Manifest {
  return path.toReversed().reduce<Manifest>((inner, key) => ({ [key]: inner }), value);
}

function immutable({ object }: LabelledWorkload, pods: Labels): string | undefined {
  const keys = Object.keys(pods);
  if (keys.length === 0) return undefined;
  const { template, selector } = object;
  if (template === null) return 'The pod template of the workload was not read.';
  if (object.kind === 'Job') return 'The template of a Job is immutable: label it where the Job is made.';
  if (selector === null || !matches(selector, template.labels)) return undefined;
  if (matches(selector, { ...template.labels, ...pods })) return undefined;
  return `The selector of the workload reads ${keys.join(', ')} and is immutable: create the workload anew with the right label.`;
}

function restartText(view: ClusterView, { workload }: LabelledWorkload): string {
  const count = restarts(view, workload);
  const pods = count === undefined ? 'its pods, however many run' : `${count} ${count === 1 ? 'pod' : 'pods'}`;
  switch (workload.ref.kind) {
    case 'CronJob':
      return 'Pods get the labels at the next run.';
    case 'ReplicaSet':
    case 'ReplicationController':
      return 'Only pods that are created from now on get the labels.';
    default:
      return `It changes the pod template, which restarts ${pods}; its own selector stays as it is.`;
  }
}

function shifts(view: ClusterView, { workload }: LabelledWorkload, pods: Labels): readonly string[] {
  const bodies = [podLabels(workload), ...workload.classes.map((one) => one.labels)];
  const texts = bodies.flatMap((before) =>
    whatChanges(view, workload.ref.namespace, before, { ...before, ...pods }).map(shiftText),
  );
  return [
    ...(texts.length === 0 ? ['no selector changes what it matches'] : new Set(texts)),
    ...unevaluatedSelectors(view, workload.ref.namespace).map(unevaluatedText),
  ];
}

function commentsAt(
  path: readonly string[],
  labels: Labels,
  reasons: Readonly<Record<string, string>>,
): readonly YamlComment[] {
  return Object.keys(labels).flatMap((key) => {
    const text = reasons[key];
    return text === undefined ? [] : [{ document: 0, path: [...path, key], text }];
  });
}
