import { countText } from '../kube/count-text.ts';
import { SEVERITIES } from '../model/finding.ts';
import { refText } from '../kube/object-ref.ts';
import { kindInfo } from '../model/kind.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { complianceLines } from './compliance-text.ts';
import { connectionCounts, connectionLines, type ConnectionLine } from './connection-change.ts';
import { writeTextDueNext } from './due-next.ts';
import { findingLine, marksOf, referenceText } from './finding-text.ts';
import { fixText } from './fix-text.ts';
import type { FormatContext, Write } from './format.ts';
import { holeText } from './holes.ts';
import { time } from './json.ts';
import { reportLines, type ReportLine } from './report-lines.ts';
import type { ReportedFinding, Report } from './report.ts';

/** Findings of one rule and severity shown in the short form. */
const MOST_OF_A_RULE = 10;

/** Longest line of running text; names are never cut. */
const COLUMNS = 120;

/**
 * The report for a person: the overview's lines, findings by severity, what was not judged, and why it ends so.
 *
 * @param wide every finding, with its reasons, evidence and references
 */
export function writeText(report: Report, write: Write, context: FormatContext, wide: boolean): void {
  writeHead(report, write);
  writeFindings(report, write, context, wide);
  writeConnections(report, write, context, wide);
  writeTextDueNext(report, write, wide ? Infinity : MOST_OF_A_RULE);
  writeRemainder(report, write, wide);
  write(`\n${closingLine(report, context)}\n`);
}

/** Counts, time, and the reason for the exit code. */
export function closingLine(report: Report, { took, verdict }: Pick<FormatContext, 'took' | 'verdict'>): string {
  const { findings, waived, unknown } = report.summary;
  const counts = SEVERITIES.filter((severity) => findings[severity] > 0).map(
    (severity) => `${findings[severity]} ${severity}`,
  );
  const closed = report.baseline?.resolved.length ?? 0;
  const parts = [
    ...(counts.length === 0 ? ['no findings'] : counts),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(closed > 0 ? [`${closed} ${report.source.onto === null ? 'resolved' : 'closed by these files'}`] : []),
  ];
  const seconds = took === null ? '' : ` in ${(took / 1000).toFixed(1)} s`;
  return `${parts.join(', ')}${seconds}; exit code ${verdict.code}: ${verdict.reason}`;
}

function writeHead(report: Report, write: Write): void {
  const { source, scope } = report;
  const where = source.type === 'files' || source.type === 'snapshot' ? source.paths.join(', ') : source.context;
  const place = source.type === 'demo' ? 'DEMO cluster' : (where ?? source.type);
  const onto = source.onto === null ? '' : ` onto ${source.onto}`;
  const facts = [
    `${place}${onto} ▸ ${scope.namespaces.length === 0 ? 'all namespaces' : scope.namespaces.join(', ')}`,
    ...(source.kubernetesVersion === null ? [] : [source.kubernetesVersion]),
    ...(source.user === null ? [] : [source.user]),
    time(report.evaluatedAt),
  ];
  write(`k8sec  ${facts.join('  ')}\n\n`);
  for (const [name, pane] of Object.entries(report.summary.panes)) {
    write(`${name.padEnd(11)}${pane.headline}${pane.aside === '' ? '' : `; ${pane.aside}`}\n`);
  }
}

function writeFindings(report: Report, write: Write, context: FormatContext, wide: boolean): void {
  const remedies = Map.groupBy(report.remedies ?? [], (remedy) => remedy.finding);
  const rules = new Map(report.rules.map((rule) => [rule.id as string, rule]));
  const lines = reportLines(report).filter((one) => one.waiver === null);
  const explained = new Set<string>();
  for (const severity of SEVERITIES) {
    const own = lines.filter((one) => one.finding.severity === severity);
    const below = lines.flatMap((one) => one.together.slice(1)).filter((one) => one.finding.severity === severity);
    const addOns = own.filter((one) => one.finding.addOn !== undefined);
    const count = own.length + below.length;
    if (count === 0) continue;
    write(`\n${context.paint(severity.toUpperCase(), severity)}  ${count}\n`);
    for (const one of addOns) writeAddOn(one, remedies, write, context, wide);
    const above = below.filter((one) => !addOns.some(({ together }) => together.includes(one))).length;
    if (above > 0) write(`  of the add-ons above  ${above}\n`);
    const alone = own.filter((one) => one.finding.addOn === undefined);
    for (const [id, group] of Map.groupBy(alone, (one) => one.finding.rule)) {
      const rule = explained.has(id) ? undefined : rules.get(id);
      const isRepeated = rule !== undefined && group.every((one) => one.finding.title.startsWith(rule.summary));
      write(`  ${id}  ${group.length}${rule === undefined || isRepeated ? '' : `  ${rule.summary}`}\n`);
      writeGroup(group, remedies, write, context, wide);
      if (rule !== undefined) write(wrapped(rule.help, '      '));
      explained.add(id);
    }
  }
}

/** All that is found of one add-on in one line, under its worst. */
function writeAddOn(
  { finding: { addOn = '' }, together }: ReportLine,
  remedies: ReadonlyMap<string, readonly BuiltRemedy[]>,
  write: Write,
  context: FormatContext,
  wide: boolean,
): void {
  write(`  looks like ${addOn}  ${together.length}  what it holds is real, and grouped because its work may take it\n`);
  if (wide) {
    writeGroup(together, remedies, write, context, wide);
    return;
  }
  const more = together.length > 1 ? `  and ${together.length - 1} more (-o wide)` : '';
  for (const one of together.slice(0, 1)) write(`    ${findingLine(one.finding)}${more}${marksText(one)}\n`);
}

function writeGroup(
  group: readonly ReportedFinding[],
  remedies: ReadonlyMap<string, readonly BuiltRemedy[]>,
  write: Write,
  context: FormatContext,
  wide: boolean,
): void {
  const shown = wide ? group : group.slice(0, MOST_OF_A_RULE);
  const fixes = shown.map(({ finding }) => fixText(finding, remedies.get(finding.id) ?? [], context));
  const [first] = fixes;
  const isShared = first !== undefined && fixes.every((fix) => fix === first);
  for (const [index, one] of shown.entries()) {
    write(`    ${findingLine(one.finding)}${marksText(one)}\n`);
    if (wide) writeReasons(one, write);
    const fix = fixes[index];
    if (fix !== undefined && !isShared) write(`      fix: ${fix}\n`);
  }
  if (group.length > shown.length) write(`    and ${group.length - shown.length} more (-o wide)\n`);
  if (isShared) write(`      fix: ${first}\n`);
}

function marksText(one: ReportedFinding): string {
  const marks = marksOf(one);
  return marks.length === 0 ? '' : `  [${marks.join(', ')}]`;
}

function writeReasons({ finding }: ReportedFinding, write: Write): void {
  write(`      why: ${finding.why}\n`);
  for (const evidence of finding.evidence) {
    const place = [evidence.object === undefined ? '' : refText(evidence.object), evidence.path ?? ''];
    const from = place.filter((part) => part !== '').join(' ');
    write(`      - ${evidence.text}${from === '' ? '' : ` (${from})`}\n`);
  }
  if (finding.references.length > 0) write(`      see: ${finding.references.map(referenceText).join(', ')}\n`);
}

const CHANGES: Readonly<Record<ConnectionLine['change'], string>> = {
  error: 'ERROR: ',
  closes: '- ',
  opens: '+ ',
  unknown: '? ',
};

/** What the files open and close; declared connections that close are errors, and all of them are told. */
function writeConnections({ connections }: Report, write: Write, { paint }: FormatContext, wide: boolean): void {
  if (connections === null) return;
  write(`\nCONNECTIONS  ${connectionCounts(connections)}\n`);
  for (const [change, list] of Map.groupBy(connectionLines(connections), (one) => one.change)) {
    const shown = wide || change === 'error' || change === 'unknown' ? list : list.slice(0, MOST_OF_A_RULE);
    for (const { text } of shown) {
      const line = `${CHANGES[change]}${text}`;
      write(`  ${change === 'error' ? paint(line, 'critical') : line}\n`);
    }
    if (list.length > shown.length) write(`    and ${list.length - shown.length} more (-o wide)\n`);
  }
}

/** What is to know beside the findings: gaps, waivers that do nothing, and what was read. */
function writeRemainder(report: Report, write: Write, wide: boolean): void {
  const list = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) return;
    write(`\n${title}  ${lines.length}\n`);
    for (const line of lines) write(`  ${line}\n`);
  };
  list('WAIVED', wide ? report.findings.filter((one) => one.waiver !== null).map(waivedLine) : []);
  list('NOT JUDGED', report.holes.map(holeText));
  const { unused, expired } = report.waiverNotes;
  list('WAIVERS TO LOOK AT', [
    ...expired.map((one) => `${one.rule} ${one.subject}: expired ${one.until === null ? '' : time(one.until)}`),
    ...unused.map((one) => `${one.rule} ${one.subject}: covers nothing`),
  ]);
  list('NOT COMPARABLE WITH THE BASELINE', report.baseline?.incomparable ?? []);
  write('\nCOMPLIANCE\n');
  for (const line of complianceLines(report, wide)) write(`  ${line}\n`);
  write(`\n${readLine(report)}\n`);
  const fixable = report.findings.filter(
    (one) => (one.finding.remedies ?? []).length > 0 && one.waiver === null,
  ).length;
  if (report.remedies === null && fixable > 0) {
    write(
      `remedies for ${fixable} of ${counted(report.findings.length, 'finding')}: --remediate DIR writes and proves them\n`,
    );
  }
}

function waivedLine(one: ReportedFinding): string {
  return `${findingLine(one.finding)}  [${one.waiver?.reason ?? ''}]`;
}

function readLine({ coverage }: Report): string {
  const read = coverage.filter((line) => line.status === 'live' || line.status === 'stale');
  const objects = read.reduce((sum, line) => sum + line.objects, 0);
  const gaps = coverage.filter((line) => !read.includes(line) && line.status !== 'absent');
  const missing = gaps.map((line) => `${kindInfo(line.kind).resource} (${line.status})`);
  return [
    `read ${counted(objects, 'object')} of ${counted(read.length, 'kind')}`,
    ...(missing.length === 0 ? [] : [`not read: ${missing.join(', ')}`]),
  ].join('; ');
}

function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function wrapped(text: string, indent: string): string {
  let line = indent;
  let out = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > COLUMNS && line !== indent) {
      out += `${line}\n`;
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return `${out}${line}\n`;
}
