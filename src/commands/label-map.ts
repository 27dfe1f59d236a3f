import { labelMap, type Reliance } from '../analyses/labels/label-map.ts';
import { relabelling, type LabelEdits, type Relabelling } from '../analyses/labels/relabel.ts';
import { nearestAmong } from '../analyses/labels/nearest-in-cluster.ts';
import type { NearestSelector } from '../analyses/labels/nearest-selector.ts';
import { podSelectorText } from '../analyses/labels/pod-selector.ts';
import { selected } from '../analyses/labels/selectable.ts';
import { unevaluatedSelectors, unevaluatedText } from '../analyses/labels/wider-selectors.ts';
import { workloadNamespaces } from '../analyses/workload/workloads.ts';
import { parseLabelQuery } from '../kube/label-query.ts';
import { labelKeyProblem, labelValueProblem } from '../kube/label-syntax.ts';
import { refText } from '../kube/object-ref.ts';
import { kindInfo, WIDER_POLICY_KINDS, WORKLOAD_KINDS, type Kind } from '../model/kind.ts';
import type { LabelSelector } from '../model/selector.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { columnsText, printAnswer } from './answer-text.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { notJudged } from './holes.ts';

/** What a label selects, who relies on it, and what would change with it. */
export const labelMapCommand: Command = {
  name: 'label-map',
  summary: 'what a label selects, which selectors rely on it, and what would change if it changed',
  usage: 'label-map SELECTOR [--becomes LABELS]',
  options: [
    {
      name: 'becomes',
      value: 'one',
      help: 'what would change if the pods were labelled so: KEY=VALUE or KEY- to remove, joined by commas',
    },
  ],
  run,
};

/** The kinds whose selectors read labels of pods, and those that make pods. */
const READ_KINDS: readonly Kind[] = [
  'Pod',
  ...WORKLOAD_KINDS,
  'Namespace',
  'Service',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'PodMonitor',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  ...WIDER_POLICY_KINDS,
];

async function run(context: CommandContext): Promise<number> {
  const [text, ...more] = context.words;
  if (text === undefined || more.length > 0) throw new UsageError(`usage: ${labelMapCommand.usage}`);
  const selector = parseLabelQuery(text);
  if (selector === undefined) throw new UsageError(`${text} is no label selector, such as app=web or app,tier!=db`);
  const edits = editsIn(context.options['becomes']);
  const view = await context.loadView();
  const answer = answerOf(view, selector, edits, context.namespaces);
  const data = {
    selector: text,
    namespaces: context.namespaces.length === 0 ? 'all' : context.namespaces,
    selects: answer.selects.map(objectOf),
    reliedOnBy: answer.reliedOnBy.map(({ by, path, selector: own, effect }) => ({
      by,
      path,
      selector: podSelectorText(own),
      effect,
    })),
    becomes: edits === undefined ? null : { labels: edits, changes: answer.changes.map(changeData) },
    nearest: answer.nearest ?? null,
    holes: answer.holes,
  };
  printAnswer(context, data, () => textOf(text, context, answer));
  return answer.holes.length > 0 ? 3 : 0;
}

interface Answer {
  readonly selects: readonly string[];
  readonly reliedOnBy: readonly Reliance[];
  readonly changes: readonly Relabelling[];
  /** Where nothing is selected: a label that nearly is the one asked for. */
  readonly nearest: NearestSelector | undefined;
  readonly holes: readonly string[];
}

function answerOf(
  view: ClusterView,
  selector: LabelSelector,
  edits: LabelEdits | undefined,
  wanted: readonly string[],
): Answer {
  const all = wanted.length === 0 ? workloadNamespaces(view) : wanted;
  const found = all.flatMap((name) => selected(view, selector, name));
  // Where nothing anywhere carries the label, whoever asks for it is the more interesting.
  const namespaces = found.length === 0 ? all : [...new Set(found.map((one) => one.namespace))];
  const maps = namespaces.map((name) => labelMap(view, name, selector));
  const relied = new Map<string, Reliance>();
  for (const one of maps.flatMap((map) => map.reliedOnBy)) {
    const key = JSON.stringify([one.by, one.path]);
    const there = relied.get(key);
    if (there === undefined || RANK[one.effect] < RANK[there.effect]) relied.set(key, one);
  }
  return {
    selects: maps.flatMap((map) => map.selects),
    reliedOnBy: [...relied.values()].toSorted((a, b) => RANK[a.effect] - RANK[b.effect]),
    changes: edits === undefined ? [] : relabelling(view, found, edits),
    nearest: found.length > 0 ? undefined : nearestAmong(view, selector, all),
    holes: holesOf(view, wanted, all),
  };
}

const RANK: Readonly<Record<Reliance['effect'], number>> = { selects: 0, 'leaves out': 1, names: 2 };

function holesOf(view: ClusterView, wanted: readonly string[], namespaces: readonly string[]): readonly string[] {
  const scopes = wanted.length === 0 ? [undefined] : wanted;
  const unread = READ_KINDS.flatMap((kind) => {
    const reason = scopes.flatMap((name) => {
      const readable = view.readable(kind, kindInfo(kind).namespaced ? name : undefined);
      return readable.ok ? [] : [readable.reason];
    })[0];
    return reason === undefined ? [] : [`${kindInfo(kind).resource}: ${reason}`];
  });
  const unevaluated = namespaces.flatMap((name) => unevaluatedSelectors(view, name)).map(unevaluatedText);
  return [...unread, ...notJudged(view, READ_KINDS), ...new Set(unevaluated)];
}

/** @throws UsageError for what `kubectl label` would refuse */
function editsIn(text: string | true | readonly string[] | undefined): LabelEdits | undefined {
  if (typeof text !== 'string') return undefined;
  return Object.fromEntries(
    text.split(',').map((part): [string, string | null] => {
      const [, key = '', value] = /^([^=]*?)(?:-|=(.*))$/.exec(part) ?? [];
      const problem = labelKeyProblem(key) ?? (value === undefined ? null : labelValueProblem(value));
      if (problem !== null) throw new UsageError(`--becomes ${part}: KEY=VALUE, or KEY- to remove it; ${problem}`);
      return [key, value ?? null];
    }),
  );
}

/** `Deployment shop/web` as an object. */
function objectOf(owner: string): { readonly kind: string; readonly namespace: string; readonly name: string } {
  const [kind = '', place = ''] = owner.split(' ');
  const slash = place.indexOf('/');
  return { kind, namespace: place.slice(0, slash), name: place.slice(slash + 1) };
}

function changeData({ referrer, change, workloads }: Relabelling): unknown {
  return {
    by: referrer.by,
    path: referrer.path,
    selector: podSelectorText(referrer.selector),
    change,
    workloads: workloads.map(objectOf),
  };
}

const EFFECTS: Readonly<Record<Reliance['effect'], string>> = {
  selects: 'selects some of them',
  'leaves out': 'leaves them out',
  names: 'names the label, other labels decide',
};

function textOf(
  text: string,
  context: CommandContext,
  { selects, reliedOnBy, changes, nearest, holes }: Answer,
): string {
  const count = `${selects.length} ${selects.length === 1 ? 'workload' : 'workloads'}`;
  const lines = [`${text} selects ${count}\n`, ...selects.map((one) => `  ${one}\n`)];
  if (nearest !== undefined) lines.push(`nearest: ${nearest.text}\n`);
  lines.push(reliedOnBy.length === 0 ? 'no selector relies on it\n' : 'relied on by\n');
  const rows = reliedOnBy.map((one) => [
    `  ${refText(one.by)}`,
    podSelectorText(one.selector),
    selects.length === 0 && one.effect === 'selects' ? 'would select it' : EFFECTS[one.effect],
    // Last, for those of affinity are long.
    one.path,
  ]);
  lines.push(columnsText(rows));
  const becomes = context.options['becomes'];
  if (typeof becomes === 'string') {
    lines.push(changes.length === 0 ? `with ${becomes} no selector would match other pods\n` : `with ${becomes}\n`);
    lines.push(
      ...changes.map(
        ({ referrer, change, workloads }) =>
          `  ${refText(referrer.by)} ${change === 'gains' ? 'would begin' : 'would cease'} to select ${workloads.join(', ')} (${referrer.path}: ${podSelectorText(referrer.selector)})\n`,
      ),
    );
  }
  return [...lines, ...holes.map((hole) => `not read: ${hole}\n`)].join('');
}
