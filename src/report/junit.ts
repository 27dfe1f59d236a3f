import { PANES } from '../model/finding.ts';
import { connectionCounts, connectionLines, type ConnectionChange } from './connection-change.ts';
import { findingLine, marksOf, subjectText } from './finding-text.ts';
import { isCounted } from './exit-code.ts';
import type { FormatContext, Write } from './format.ts';
import { holeText, type Hole } from './holes.ts';
import { time } from './json.ts';
import { reportLines } from './report-lines.ts';
import type { Report, ReportedFinding } from './report.ts';

type Outcome = 'failure' | 'error' | 'skipped';

interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly outcome: Outcome | null;
  readonly message: string;
  readonly text: string;
}

/**
 * JUnit XML: a suite per pane, a case per finding or add-on, and a passing case per rule that found nothing. Failures are exactly
 * what exit code 2 counts; other findings are skipped cases, and what could not be judged is an error. Valid by the
 * schema of Jenkins (junit-4.xsd), in which the whole has no count of skipped cases, and a skipped case a text alone.
 */
export function writeJunit(report: Report, write: Write, context: FormatContext): void {
  const suites = [...suitesOf(report, context)];
  const cases = suites.flatMap((suite) => suite.cases);
  write('<?xml version="1.0" encoding="UTF-8"?>\n');
  write(`<testsuites name="k8sec" ${counts(cases)}>\n`);
  for (const { name, cases: own } of suites) {
    write(
      `  <testsuite name="${escaped(name)}" ${counts(own)} skipped="${count(own, 'skipped')}" timestamp="${time(report.evaluatedAt).slice(0, -1)}">\n`,
    );
    for (const one of own) write(caseText(one));
    write('  </testsuite>\n');
  }
  write('</testsuites>\n');
}

function* suitesOf(
  report: Report,
  context: FormatContext,
): Generator<{ readonly name: string; readonly cases: readonly TestCase[] }> {
  const shown = reportLines(report);
  const failed = new Set(report.findings.map((one) => one.finding.rule));
  const { panes, rules } = report.scope;
  for (const pane of PANES) {
    if (panes.length > 0 && !panes.includes(pane)) continue;
    const passed = new Set(
      report.rules
        .map((rule) => rule.id as string)
        .filter((id) => id.startsWith(`${pane}/`) && !failed.has(id) && (rules.length === 0 || rules.includes(id))),
    );
    const findings = shown.filter((one) => one.finding.pane === pane).map((one) => findingCase(one, context));
    yield { name: pane, cases: [...findings, ...[...passed].sort().map(passedCase)] };
  }
  if (report.connections !== null) {
    yield { name: 'connections', cases: connectionCases(report.connections, context) };
  }
  yield { name: 'coverage', cases: report.holes.map(holeCase) };
}

function passedCase(rule: string): TestCase {
  return { classname: rule, name: 'no finding', outcome: null, message: '', text: '' };
}

function findingCase(one: ReportedFinding, { failOn }: FormatContext): TestCase {
  const { finding } = one;
  const marks = marksOf(one);
  const fails = isCounted(one, failOn);
  return {
    classname: finding.rule,
    name: [subjectText(finding), ...(finding.key === undefined || finding.key === '' ? [] : [finding.key])].join(' '),
    outcome: fails ? 'failure' : finding.unknown === true && one.waiver === null ? 'error' : 'skipped',
    message: `${finding.severity}: ${findingLine(finding)}${marks.length === 0 ? '' : ` [${marks.join(', ')}]`}`,
    text: [finding.why, ...finding.evidence.map((evidence) => `- ${evidence.text}`)].join('\n'),
  };
}

/** Declared connections that close are failures like findings, those that can't be decided are errors. */
function connectionCases(connections: ConnectionChange, { failOn }: FormatContext): readonly TestCase[] {
  const outcomes = {
    error: failOn === 'never' ? 'skipped' : 'failure',
    unknown: 'error',
    closes: 'skipped',
    opens: 'skipped',
  } as const;
  const cases = connectionLines(connections).map(({ change, text }): TestCase => {
    const name = change === 'closes' || change === 'opens' ? `${change} ${text}` : text;
    return { classname: 'connections', name, outcome: outcomes[change], message: name, text: '' };
  });
  const none = { classname: 'connections', name: connectionCounts(connections), outcome: null, message: '', text: '' };
  return cases.length > 0 ? cases : [none];
}

function holeCase(hole: Hole): TestCase {
  return {
    classname: 'coverage',
    name: hole.text,
    outcome: hole.accepted ? 'skipped' : 'error',
    message: holeText(hole),
    text: '',
  };
}

function counts(cases: readonly TestCase[]): string {
  return `tests="${cases.length}" failures="${count(cases, 'failure')}" errors="${count(cases, 'error')}"`;
}

function count(cases: readonly TestCase[], outcome: Outcome): number {
  return cases.filter((one) => one.outcome === outcome).length;
}

function caseText({ classname, name, outcome, message, text }: TestCase): string {
  const head = `    <testcase classname="${escaped(classname)}" name="${escaped(name)}"`;
  if (outcome === null) return `${head}/>\n`;
  const inner =
    outcome === 'skipped'
      ? `<skipped>${escaped(message)}</skipped>`
      : `<${outcome} message="${escaped(message)}">${escaped(text)}</${outcome}>`;
  return `${head}>\n      ${inner}\n    </testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no way to write most control characters and lone surrogates: they become U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
