import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { compliance } from './compliance.ts';
import type { ReportedFinding, Report } from './report.ts';
import type { Write } from './format.ts';
import { holeText } from './holes.ts';
import { itemText } from './item-text.ts';
import { reportSections } from './sections/sections.ts';
import { severityRank } from '../model/finding.ts';
import type { Waiver } from '../config/waivers.ts';
import { TOOL } from '../model/tool.ts';

/** Members of a finding that are written; the rest is counted. */
const MOST_MEMBERS = 50;

/**
 * The report as JSON (interface §5), written as a stream: no list of pods ever becomes one string. Field order is fixed
 * and the output is the same for the same input, but for `generatedAt`.
 */
export function writeJson(report: Report, write: Write): void {
  write('{\n');
  let first = true;
  for (const [name, value] of reportFields(report)) {
    write(`${first ? '' : ',\n'}${JSON.stringify(name)}: `);
    writeValue(value, write, 2);
    first = false;
  }
  write('\n}\n');
}

/** The report's top-level fields in order. Iterables in them stand for lists. */
export function* reportFields(report: Report): Generator<readonly [string, unknown]> {
  const { source, scope } = report;
  yield ['schemaVersion', '1'];
  yield ['tool', TOOL];
  yield ['generatedAt', time(report.generatedAt)];
  yield ['evaluatedAt', time(report.evaluatedAt)];
  yield [
    'source',
    {
      type: source.type,
      context: source.context,
      server: source.server,
      clusterUID: source.clusterUID,
      user: source.user,
      kubernetesVersion: source.kubernetesVersion,
      paths: source.paths,
      ...(source.onto === null ? {} : { onto: source.onto }),
      scope: {
        namespaces: scope.namespaces.length === 0 ? 'all' : scope.namespaces,
        ...(scope.selector === null ? {} : { selector: scope.selector }),
        ...(scope.panes.length === 0 ? {} : { panes: scope.panes }),
        ...(scope.rules.length === 0 ? {} : { rules: scope.rules }),
      },
      ruleSet: source.ruleSet,
      configHash: source.configHash,
    },
  ];
  yield [
    'coverage',
    report.coverage.map(({ kind, apiVersion, status, namespaces, objects, reason, namesOnly }) => ({
      kind,
      apiVersion,
      status,
      namespaces,
      objects,
      reason,
      ...(namesOnly === true ? { namesOnly } : {}),
    })),
  ];
  yield ['notJudged', report.holes.map(holeText)];
  yield [
    'summary',
    {
      findings: report.summary.findings,
      waived: report.summary.waived,
      unknown: report.summary.unknown,
      panes: Object.fromEntries(
        Object.entries(report.summary.panes).map(([name, pane]) => [
          name,
          { subjects: pane.subjects, failing: pane.failing, headline: pane.headline },
        ]),
      ),
    },
  ];
  const remedies = Map.groupBy(report.remedies ?? [], (remedy) => remedy.finding);
  yield ['findings', mapped(shownFindings(report), (one) => findingJson(one, remedies.get(one.finding.id) ?? []))];
  yield ['remedies', mapped(report.remedies ?? [], remedyJson)];
  yield [
    'baseline',
    report.baseline === null
      ? null
      : { resolved: report.baseline.resolved, incomparable: report.baseline.incomparable },
  ];
  const { connections } = report;
  if (connections !== null) {
    yield ['connections', { ...connections, broken: connections.broken.map((one) => one.text) }];
  }
  yield [
    'waivers',
    { unused: report.waiverNotes.unused.map(waiverJson), expired: report.waiverNotes.expired.map(waiverJson) },
  ];
  yield* reportSections(report);
  yield ['compliance', compliance(report)];
}

function waiverJson({ rule, subject, key, until, reason }: Waiver): unknown {
  return { rule, subject, key, until: until === null ? null : time(until), reason };
}

/** One item after the other: a large list is never a second list in memory. */
function* mapped<T>(items: Iterable<T>, write: (item: T) => unknown): Generator {
  for (const item of items) yield write(item);
}

/** Findings that `--severity` does not hide. */
export function shownFindings(report: Report): readonly ReportedFinding[] {
  return report.findings.filter((one) => severityRank(one.finding.severity) <= severityRank(report.scope.severity));
}

function findingJson(
  { finding, waiver, baseline, firstSeen }: ReportedFinding,
  remedies: readonly BuiltRemedy[],
): unknown {
  const more = finding.members.length - MOST_MEMBERS;
  return {
    id: finding.id,
    rule: finding.rule,
    pane: finding.pane,
    severity: finding.severity,
    title: finding.title,
    why: finding.why,
    ...(finding.unknown === true ? { unknown: true } : {}),
    ...(finding.addOn === undefined ? {} : { addOn: finding.addOn }),
    subject: finding.subject,
    members: finding.members.slice(0, MOST_MEMBERS).map((name) => ({ kind: 'Pod', name })),
    ...(more > 0 ? { membersMore: more } : {}),
    evidence: finding.evidence,
    references: finding.references,
    remedies: remedies.map(remedyId),
    basis: finding.basis,
    firstSeen: firstSeen === null ? null : time(firstSeen),
    waiver:
      waiver === null ? null : { reason: waiver.reason, until: waiver.until === null ? null : time(waiver.until) },
    baseline,
  };
}

/** A remedy of a finding, unique in a report. */
function remedyId(remedy: BuiltRemedy): string {
  return `${remedy.id} for ${remedy.finding}`;
}

function remedyJson(remedy: BuiltRemedy): unknown {
  return {
    id: remedyId(remedy),
    safety: remedy.safety,
    title: remedy.title,
    note: remedy.note,
    target: remedy.target,
    source: remedy.source,
    commands: remedy.commands,
    manifests: remedy.manifests,
    proof: {
      closes: remedy.closes.map((finding) => finding.id),
      opens: remedy.opens.map((finding) => finding.id),
      effects: remedy.effects,
    },
  };
}

/** RFC 3339 in UTC, to the second. */
export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Lists and iterables are written an item a line, so that a diff of two reports is readable. */
function writeValue(value: unknown, write: Write, depth: number): void {
  if (isIterable(value)) {
    let first = true;
    const text = itemText();
    for (const item of value) {
      write(`${first ? '[\n' : ',\n'}${' '.repeat(depth)}${text(item)}`);
      first = false;
    }
    write(first ? '[]' : `\n${' '.repeat(depth - 2)}]`);
    return;
  }
  if (value !== null && typeof value === 'object' && Object.values(value).some(isIterable)) {
    let first = true;
    for (const [name, inner] of Object.entries(value)) {
      write(`${first ? '{\n' : ',\n'}${' '.repeat(depth)}${JSON.stringify(name)}: `);
      writeValue(inner, write, depth + 2);
      first = false;
    }
    write(`\n${' '.repeat(depth - 2)}}`);
    return;
  }
  write(JSON.stringify(value));
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
