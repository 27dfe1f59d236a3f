import { SEVERITIES } from '../model/finding.ts';
import { compliance } from './compliance.ts';
import { statusText, totalsText } from './compliance-text.ts';
import { connectionCounts, connectionLines, type ConnectionLine } from './connection-change.ts';
import { writeMarkdownDueNext } from './due-next.ts';
import { marksOf, subjectText } from './finding-text.ts';
import { fixText } from './fix-text.ts';
import type { FormatContext, Write } from './format.ts';
import { holeText } from './holes.ts';
import { time } from './json.ts';
import { reportLines } from './report-lines.ts';
import type { Report } from './report.ts';
import { closingLine } from './text.ts';
import { escaped } from './markdown-escape.ts';

/** Tables in GitHub's Markdown: the panes, every finding by severity, and what was not judged. */
export function writeMarkdown(report: Report, write: Write, context: FormatContext): void {
  const { source } = report;
  const place = source.type === 'demo' ? 'DEMO cluster' : (source.context ?? source.paths.join(', '));
  write(`# k8sec: ${escaped(place === '' ? source.type : place)}\n\n`);
  write(`${escaped(closingLine(report, { ...context, took: null }))}, evaluated at ${time(report.evaluatedAt)}.\n\n`);
  write('| pane | | failing | judged |\n| --- | --- | ---: | ---: |\n');
  for (const [name, pane] of Object.entries(report.summary.panes)) {
    const text = pane.aside === '' ? pane.headline : `${pane.headline}; ${pane.aside}`;
    write(row([name, text, String(pane.failing), String(pane.subjects)]));
  }
  const remedies = Map.groupBy(report.remedies ?? [], (remedy) => remedy.finding);
  const shown = reportLines(report);
  for (const severity of SEVERITIES) {
    const own = shown.filter((one) => one.finding.severity === severity && one.waiver === null);
    if (own.length === 0) continue;
    write(`\n## ${severity} (${own.length})\n\n| rule | subject | finding | fix |\n| --- | --- | --- | --- |\n`);
    for (const one of own) {
      const { finding } = one;
      const marks = marksOf(one);
      const title = marks.length === 0 ? finding.title : `${finding.title} [${marks.join(', ')}]`;
      const fix = fixText(finding, remedies.get(finding.id) ?? [], context) ?? '';
      write(row([finding.rule, subjectText(finding), title, fix]));
    }
  }
  writeConnections(report, write);
  const waived = shown.filter((one) => one.waiver !== null);
  if (waived.length > 0) {
    write(`\n## waived (${waived.length})\n\n| rule | subject | reason | until |\n| --- | --- | --- | --- |\n`);
    for (const { finding, waiver } of waived) {
      const until = waiver?.until ?? null;
      write(row([finding.rule, subjectText(finding), waiver?.reason ?? '', until === null ? '' : time(until)]));
    }
  }
  writeMarkdownDueNext(report, write);
  writeCompliance(report, write);
  if (report.holes.length === 0) return;
  write(`\n## not judged (${report.holes.length})\n\n`);
  for (const hole of report.holes) write(`- ${escaped(holeText(hole))}\n`);
}

const CHANGES: Readonly<Record<ConnectionLine['change'], string>> = {
  error: '**ERROR** ',
  closes: 'closes ',
  opens: 'opens ',
  unknown: '',
};

function writeConnections({ connections }: Report, write: Write): void {
  if (connections === null) return;
  write(`\n## connections (${connectionCounts(connections)})\n\n`);
  for (const { change, text } of connectionLines(connections)) write(`- ${CHANGES[change]}${escaped(text)}\n`);
}

/** What each benchmark comes to, then every item that is not passed. */
function writeCompliance(report: Report, write: Write): void {
  write('\n## compliance\n\n| benchmark | item | status | | reason |\n| --- | --- | --- | --- | --- |\n');
  for (const benchmark of compliance(report)) {
    write(row([benchmark.title, '', totalsText(benchmark), '', '']));
    for (const { id, title, status, failing, reason } of benchmark.items) {
      if (status === 'pass') continue;
      const counted = failing > 0 ? `${failing} failing` : '';
      write(row([benchmark.title, `${id} ${title}`, statusText(status), counted, reason]));
    }
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |\n`;
}
