import { answerAt, type Answer, type Principal } from '../analyses/as-of/answer.ts';
import { countText } from '../kube/count-text.ts';
import { pastView } from '../analyses/as-of/past-view.ts';
import { sensitiveProposals, type SensitiveProposal } from '../analyses/sensitive/proposals.ts';
import { labelTarget, sensitiveTarget, workloadTarget, type Target } from '../analyses/as-of/target.ts';
import { Timeline } from '../analyses/as-of/timeline.ts';
import { parseTime } from '../kube/rfc3339.ts';
import type { Past, PastRange } from '../model/past.ts';
import { asOfForm, type AsOfReport } from './as-of-formats.ts';
import { periodOf } from './as-of-period.ts';
import { holesIn } from './holes.ts';
import { proposalText } from './proposal-text.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';

/** Each instant is a cluster to put together again and to ask a few dozen questions. */
const MOST_INSTANTS = 2_000;

/**
 * `k8sec as-of`: which workloads matched at an instant of the past, or in a period, and who could reach them or did,
 * from the present state, snapshots, journals, a history and audit logs together.
 */
export const asOfCommand: Command = {
  name: 'as-of',
  summary: 'which workloads matched at a time of the past, and who could reach them or did',
  usage: 'as-of TIME [WORKLOAD|LABELS] | as-of --between A B [WORKLOAD|LABELS] | as-of --propose',
  options: [
    { name: 'between', value: 'one', help: 'a period instead of an instant: --between A B, B exclusive' },
    {
      name: 'propose',
      value: 'none',
      help: "a first draft of the config's sensitive: what looks like a database by image, port and volume",
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  if (context.options['propose'] === true) return propose(context);
  const { range, words } = rangeOf(context);
  const [wanted, ...more] = words;
  if (more.length > 0) throw new UsageError(`as-of takes one workload or selector, not ${words.join(' ')}`);
  const form = asOfForm(context.output);
  if (context.loadPast === undefined) throw new UsageError('as-of cannot be asked here: run k8sec as-of');
  const past = await context.loadPast(range);
  const target = targetOf(wanted, past);
  const timeline = new Timeline(past.evidence);
  const report = reportOf(timeline, past, target, range, context);
  for (const piece of form(report)) context.print(piece);
  return isAnswered(report) ? 0 : 3;
}

async function propose(context: CommandContext): Promise<number> {
  if (context.words.length > 0) throw new UsageError('as-of --propose is about what is there now: it takes no words');
  const view = await context.loadView();
  const isShown = ({ namespace }: SensitiveProposal): boolean =>
    context.namespaces.length === 0 || context.namespaces.includes(namespace);
  context.print(proposalText(sensitiveProposals(view).filter(isShown)));
  const holes = holesIn(view, ['Pod', 'StatefulSet', 'Deployment', 'DaemonSet']);
  for (const hole of holes) context.warn(`could not be read: ${hole}\n`);
  return holes.length === 0 ? 0 : 3;
}

function rangeOf({ options, words }: CommandContext): { readonly range: PastRange; readonly words: readonly string[] } {
  const [first, ...rest] = words;
  const begin = options['between'];
  if (first === undefined) {
    throw new UsageError(`usage: ${asOfCommand.usage}; times are 2026-11-23 or 2026-11-23T10:00:00Z`);
  }
  if (typeof begin !== 'string') {
    const at = timeOf(first);
    return { range: { from: at, to: at }, words: rest };
  }
  const range = { from: timeOf(begin), to: timeOf(first) };
  if (range.from >= range.to) throw new UsageError('--between A B: B must come after A');
  return { range, words: rest };
}

function timeOf(text: string): number {
  const time = parseTime(text);
  if (time === undefined) {
    throw new UsageError(`invalid time "${text}": write it as 2026-11-23 (midnight UTC) or 2026-11-23T10:00:00Z`);
  }
  return time;
}

function targetOf(wanted: string | undefined, past: Past): Target {
  if (wanted !== undefined) {
    if (!/[=!]|\s(?:not)?in\s/.test(wanted)) return workloadTarget(wanted);
    const target = labelTarget(wanted);
    if (target === undefined) throw new UsageError(`${wanted} is no label selector: write it as app=web,tier in (a,b)`);
    return target;
  }
  if (past.sensitive === null) {
    throw new UsageError(
      'as-of needs a workload, a label selector, or a config file with the key sensitive (as-of --propose writes a draft)',
    );
  }
  return sensitiveTarget(past.sensitive);
}

function reportOf(
  timeline: Timeline,
  past: Past,
  target: Target,
  { from, to }: PastRange,
  { namespaces }: CommandContext,
): AsOfReport {
  const { witnesses } = past.evidence;
  const answer = (time: number, until: number): Answer =>
    answerAt(pastView(timeline, time, namespaces), target, witnesses, until);
  const envelope = { past, target: target.text, timeline };
  if (from === to)
    return { ...envelope, ...periodOf([{ from, to: null, answer: answer(from, from) }]), from, to: null };
  const times = [from, ...timeline.changesBetween(from, to)];
  if (times.length > MOST_INSTANTS) {
    throw new UsageError(
      `${countText(times.length)} changes in this period: choose a shorter one (at most ${countText(MOST_INSTANTS)})`,
    );
  }
  const steps = times.map((time, index) => {
    const end = times[index + 1] ?? to;
    return { from: time, to: end, answer: answer(time, end - 1) };
  });
  return { ...envelope, ...periodOf(steps), from, to };
}

function isAnswered({ unknown, principals }: AsOfReport): boolean {
  const isKnown = ({ grade, connection }: Principal): boolean =>
    grade !== 'unknown' && connection?.status !== 'unknown';
  return unknown.length === 0 && principals.every(isKnown);
}
