import { podLabels } from '../../analyses/labels/label-health.ts';
import type { AroundObject } from '../../analyses/labels/labelled-objects.ts';
import { ownersText, standsFor } from '../../analyses/labels/stands-for.ts';
import { shiftText, whatChanges } from '../../analyses/labels/label-map.ts';
import { meetsRequirement, requiredOf } from '../../kube/required-label.ts';
import type { Finding } from '../../model/finding.ts';
import type { RequiredLabel } from '../../model/label-convention.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { RemedyTarget } from '../built-remedy.ts';
import type { Remedy, RemedyDraft, RemedyRefusal } from '../remedy.ts';
import { remedyTarget } from '../target.ts';
import { labelDraft } from './label-draft.ts';
import { objectDraft, objectOf } from './label-object.ts';
import { labelledWorkload, TOOL_LABELS, type LabelledWorkload } from './label-plan.ts';

interface Candidate {
  readonly value: string;
  /** Such as `its pods`. */
  readonly from: string;
}

/** Gives the workload a required label where the cluster and the config leave one value only. No pod restarts. */
export const setRequiredLabel: Remedy = {
  id: 'labels/set-required-label',
  title: 'set the required label',
  safety: 'review',
  build: (finding, view) => {
    const object = objectOf(finding, view);
    if (object !== undefined) return ofObject(view, finding, object);
    const chosen = choose(view, finding);
    if ('refused' in chosen) return chosen;
    const { found, labels, reasons } = chosen;
    return labelDraft(view, found, { own: labels, pods: {} }, { note: '', reasons });
  },
};

function ofObject(view: ClusterView, finding: Finding, object: AroundObject): RemedyDraft | RemedyRefusal {
  const value = chooseValue(view, finding, lackingObject(view, object));
  if ('refused' in value) return value;
  return objectDraft(view, object, value.labels, value.reasons, '');
}

/** The same on its pods too, where that moves no selector. */
export const setRequiredLabelOnPods: Remedy = {
  id: 'labels/set-required-label-on-pods',
  title: 'set the required label on the workload and its pods',
  safety: 'review',
  build: (finding, view) => {
    const chosen = choose(view, finding);
    if ('refused' in chosen) return chosen;
    const { found, labels, reasons } = chosen;
    const { workload } = found;
    const [shift] = [podLabels(workload), ...workload.classes.map((one) => one.labels)].flatMap((before) =>
      whatChanges(view, workload.ref.namespace, before, { ...before, ...labels }),
    );
    if (shift !== undefined) return { refused: `The label on the pods would move a selector: ${shiftText(shift)}.` };
    return labelDraft(view, found, { own: labels, pods: labels }, { note: '', reasons });
  },
};

interface Value {
  readonly labels: Labels;
  readonly reasons: Readonly<Record<string, string>>;
}

/** The value of a required label for an object around workloads, or why none can be told. */
export function requiredValue(view: ClusterView, object: AroundObject, one: RequiredLabel): Value | RemedyRefusal {
  return valueFor(view, lackingObject(view, object), one);
}

function lackingObject(view: ClusterView, object: AroundObject): Lacking {
  const there = standsFor(view, object);
  return {
    kind: object.kind,
    namespace: object.namespace,
    manager: remedyTarget(view, object).manager,
    labels: object.labels,
    pods: there?.labels ?? {},
    podsText: there === undefined ? '' : `the pods of ${ownersText(there)}`,
  };
}

interface Chosen extends Value {
  readonly found: LabelledWorkload;
}

/** An object that lacks a required label, and what may tell its value. */
interface Lacking {
  readonly kind: string;
  readonly namespace: string;
  readonly manager: RemedyTarget['manager'];
  readonly labels: Labels;
  readonly pods: Labels;
  readonly podsText: string;
}

function choose(view: ClusterView, finding: Finding): Chosen | RemedyRefusal {
  const found = labelledWorkload(finding, view);
  if ('refused' in found) return found;
  const { workload, object, target } = found;
  const { namespace, kind } = workload.ref;
  const lacking = { kind, namespace, manager: target.manager, labels: object.labels };
  const value = chooseValue(view, finding, { ...lacking, pods: podLabels(workload), podsText: 'its pods' });
  return 'refused' in value ? value : { found, ...value };
}

function chooseValue(view: ClusterView, finding: Finding, lacking: Lacking): Value | RemedyRefusal {
  const { namespace, kind } = lacking;
  const one = requiredOf(view.facts().labels?.required ?? [], namespace, kind).find((each) => each.key === finding.key);
  if (one === undefined) return { refused: 'The config does not require the label any more.' };
  return valueFor(view, lacking, one);
}

function valueFor(view: ClusterView, lacking: Lacking, one: RequiredLabel): Value | RemedyRefusal {
  const { manager } = lacking;
  if (manager !== 'none' && TOOL_LABELS.has(one.key)) {
    return { refused: `The label ${one.key} is set by ${manager} itself.` };
  }
  const candidates = candidatesFor(view, lacking, one);
  const [first] = candidates;
  if (first === undefined) return { refused: `Nothing tells which value of ${one.key} is meant.` };
  if (candidates.some(({ value }) => value !== first.value)) {
    const each = candidates.map(({ value, from }) => `${value} (from ${from})`).join(', ');
    return { refused: `Which value of ${one.key} is meant is ambiguous: ${each}.` };
  }
  return { labels: { [one.key]: first.value }, reasons: { [one.key]: `from ${first.from}` } };
}

/** Allowed values that something speaks for. A wrong value is somebody's word: only its other spelling replaces it. */
function candidatesFor(
  view: ClusterView,
  { labels, pods, podsText, namespace }: Lacking,
  one: RequiredLabel,
): readonly Candidate[] {
  const { key, values } = one;
  const wrong = labels[key];
  if (wrong !== undefined) {
    return values
      .filter((value) => value.toLowerCase() === wrong.toLowerCase())
      .map((value) => ({ value, from: `${wrong}, spelt as the config allows it` }));
  }
  const onNamespace = view.get('Namespace', '', namespace)?.labels[key];
  const told: readonly { readonly value: string | undefined; readonly from: string }[] = [
    { value: pods[key], from: podsText },
    { value: onNamespace, from: 'the label of its namespace' },
    { value: values.length === 1 ? values[0] : undefined, from: 'the config, which allows no other' },
  ];
  return told.flatMap(({ value, from }) =>
    value !== undefined && meetsRequirement({ [key]: value }, one) ? [{ value, from }] : [],
  );
}
