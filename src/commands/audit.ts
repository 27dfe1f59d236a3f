import { countText } from '../kube/count-text.ts';
import { nearestName } from '../kube/nearest-name.ts';
import { auditBlindSpots, auditCoverageText } from '../analyses/audit/blind-spots.ts';
import { auditGroups } from '../analyses/audit/audit-groups.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import type { AuditState } from '../model/audit-state.ts';
import { severityRank } from '../model/finding.ts';
import { auditSection, type AuditSection } from '../report/sections/audit.ts';
import { ClusterStore } from '../store/cluster-store.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { StoreView } from '../store/store-view.ts';
import { eventLine, keepsEvent, parseObjectFilter, userOf, type EventFilter } from './audit-record.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';

/** Sorted at once: at about 1 KB an event, 100 MB. */
const MOST_SORTED = 100_000;

/** `k8sec audit`: what the logs of `--audit-log`, or a history, show, or with `--events` what was done, in order of time. */
export const auditCommand: Command = {
  name: 'audit',
  summary: 'detections, or with --events the normalised events, of an audit log; import fills a history',
  usage:
    'audit --audit-log PATH|--history FILE [--events] [--object KIND/NAMESPACE/NAME] [--actor USER] | audit import LOG… --history FILE',
  options: [
    { name: 'events', value: 'none', help: 'the events in order of time instead of the detections' },
    { name: 'object', value: 'one', help: 'only what was done to this object: KIND/NAMESPACE/NAME' },
    { name: 'actor', value: 'one', help: 'only what this user (or sa:NAMESPACE/NAME) did, or was acted as' },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { options } = context;
  if (context.words.length > 0) throw new UsageError(`audit takes no argument ${context.words.join(' ')}`);
  const object = options['object'];
  const actor = options['actor'];
  const filter: EventFilter = {
    object: typeof object === 'string' ? parseObjectFilter(object) : null,
    actor: typeof actor === 'string' ? userOf(actor) : null,
  };
  if (context.loadAudit === undefined) {
    throw new UsageError(
      'audit needs a log: --audit-log PATH (file, folder, or - for standard input), or --history FILE',
    );
  }
  if (options['events'] === true || filter.object !== null) return printEvents(context.loadAudit, filter, context);
  const audit = await context.loadAudit(() => undefined);
  const store = new ClusterStore();
  store.apply([{ type: 'audit', audit }]);
  const view = new StoreView(store, context.now);
  if (context.output === 'json') printJson(filtered(view, filter), context);
  else printText(view, filter, context);
  return hasHoles(audit) ? 3 : 0;
}

function filtered(view: ClusterView, { actor }: EventFilter): ReturnType<typeof auditSection> {
  const section = auditSection(view);
  if (actor === null) return section;
  return { ...section, detections: section.detections.filter((one) => one.actor.username === actor) };
}

/** The record in order of time; logs of more events than are sorted at once are in order within each part. */
async function printEvents(
  loadAudit: NonNullable<CommandContext['loadAudit']>,
  filter: EventFilter,
  context: CommandContext,
): Promise<number> {
  let kept: AuditEvent[] = [];
  let matching = 0;
  const flush = (): void => {
    matching += kept.length;
    for (const event of kept.sort((a, b) => a.time - b.time)) {
      context.print(context.output === 'json' ? `${JSON.stringify(record(event))}\n` : `${eventLine(event)}\n`);
    }
    kept = [];
  };
  let parts = 1;
  const { object, actor } = filter;
  const audit = await loadAudit(
    (events) => {
      for (const event of events) if (keepsEvent(filter, event)) kept.push(event);
      if (kept.length < MOST_SORTED) return;
      parts += 1;
      flush();
    },
    {
      resource: object?.resource,
      namespace: object?.namespace || undefined,
      name: object?.name || undefined,
      actor: actor ?? undefined,
    },
  );
  flush();
  if (matching === 0) context.warn(`${noneText(audit, filter)}\n`);
  if (parts > 1) context.warn(`in order of time within each ${countText(MOST_SORTED)} events only\n`);
  return hasHoles(audit) ? 3 : 0;
}

/** Why nothing was printed; a history gives only what is asked for, and no other user's name. */
function noneText({ total, users }: AuditState, { actor, object }: EventFilter): string {
  const near = actor === null || users.has(actor) ? undefined : nearestName(actor, users.keys());
  const asked = [
    ...(actor === null ? [] : [`by ${actor}`]),
    ...(object === null
      ? []
      : [`about ${[object.resource, object.namespace, object.name].filter((one) => one !== '').join('/')}`]),
  ].join(' ');
  const read = total === 0 ? '' : ` among the ${countText(total)} events that were read`;
  return `no event${asked === '' ? '' : ` ${asked}`}${read}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

function record(event: AuditEvent): unknown {
  return { ...event, time: new Date(event.time).toISOString() };
}

/** A detection at a time: those of a year are tens of megabytes. */
function printJson({ events, detections, coverage }: AuditSection, context: CommandContext): void {
  const indented = (value: unknown, indent: string): string =>
    JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
  context.print(`{\n  "events": ${events},\n  "detections": [`);
  let separator = '\n    ';
  for (const detection of detections) {
    context.print(`${separator}${indented(detection, '    ')}`);
    separator = ',\n    ';
  }
  context.print(`${detections.length === 0 ? '' : '\n  '}],\n  "coverage": ${indented(coverage, '  ')}\n}\n`);
}

function printText(view: ClusterView, filter: EventFilter, context: CommandContext): void {
  const state = view.audit();
  const groups = [...auditGroups(view).values()]
    .filter((group) => filter.actor === null || group.actor.username === filter.actor)
    .sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || b.last - a.last);
  for (const group of groups) {
    context.print(`${group.severity.padEnd(8)}  ${group.detection}  ${group.technique}\n`);
    for (const hour of group.hours) context.print(`          ${hour.text}\n`);
  }
  const { first, last, gaps, contradiction } = state.coverage;
  context.print(`\n${countText(state.total)} events, ${auditCoverageText(state)}`);
  if (first !== null && last !== null)
    context.print(`; ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`);
  context.print('\n');
  if (contradiction !== null) {
    context.print(`the logs are of several clusters: ${contradiction}: read those of each cluster apart\n`);
  }
  for (const { from, to } of gaps)
    context.print(`gap: nothing from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}\n`);
  const { warmingUp, principals } = state.learning;
  if (warmingUp > 0) {
    context.print(
      `not shown yet: what is new or unusual about ${warmingUp} of ${principals} actors, of which the log holds less than a week and --learned no profile\n`,
    );
  }
  const impossible = auditBlindSpots(state).filter((one) => one.isImpossible);
  for (const [reason, spots] of Map.groupBy(impossible, (one) => one.reason)) {
    context.print(`cannot be detected: ${spots.map((one) => one.detection).join(', ')}: ${reason}\n`);
  }
  for (const note of state.notes) {
    const counts = (['broken', 'truncated', 'legacy', 'skipped', 'cut', 'duplicates', 'unordered'] as const)
      .filter((field) => note[field] > 0)
      .map((field) => `${note[field]} ${field}`);
    if (counts.length > 0) context.print(`${note.source}: ${counts.join(', ')} of ${note.lines} lines\n`);
  }
}

/** Lines that could not be used may have held anything, and of several clusters nothing can be said as of one. */
function hasHoles({ notes, coverage }: AuditState): boolean {
  return coverage.contradiction !== null || notes.some((note) => note.broken + note.truncated + note.legacy > 0);
}
