import { refText } from '../kube/object-ref.ts';
import { someOf } from '../kube/some-of.ts';
import { severityRank, type Evidence, type Finding, type PaneName } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import { REMEDIES } from '../remedy/index.ts';
import { pendingText } from './coverage-text.ts';
import { ruleHelp } from './finding-help.ts';
import { isNarrow } from './layout.ts';
import type { DetailPlace } from './place.ts';
import type { RelatedGroup } from './related.ts';
import { subjectText } from './subject-text.ts';
import { ageText, clockText, unitText } from './number-text.ts';
import { BLANK, line, span, type Line, type Span, type Style } from './span.ts';
import { presentRow, type SessionState } from './state.ts';
import { wrap } from './text-width.ts';

const LABEL_WIDTH = 11;
const MARGIN = ' ';
/** From this many columns on a finding's rule is named beside its title. */
const ROOMY = 100;
/** A longer cell repeats what the findings below say in full. */
const MAX_FACT = 48;
/** Users, readers and nodes of a Secret that are listed each; the rest is counted. */
const MAX_THINGS = 20;
/** Names of pods that are listed; the rest is counted. */
const MAX_MEMBERS = 50;

/** Everything known about a row: its facts, and each finding with why, evidence, references and remedy. */
export function detailLines(
  state: SessionState,
  { pane, row: opened, groups, refusals }: DetailPlace,
): readonly Line[] {
  const current = presentRow(state, pane, opened.key);
  const row = current ?? opened;
  const findings = findingsOf(row, state);
  const lines: Line[] = [titleLine(row, pane, state), ...factLines(row, state)];
  if (current === undefined) {
    lines.push(
      BLANK,
      line(span(`${MARGIN}This is gone from the cluster, or no longer judged: remedied or deleted.`, 'good')),
    );
  } else if (findings.length === 0) {
    const pending = pendingText(
      state.snapshot,
      state.snapshot.panes.find((one) => one.name === pane),
      state.glyphs,
    );
    if (pending !== '') lines.push(BLANK, line(span(`${MARGIN}Not judged yet: ${pending}`, 'muted')));
    else lines.push(BLANK, line(span(`${MARGIN}${passedText(row)}`, row.severity === 'unknown' ? 'unknown' : 'good')));
  }
  for (const finding of findings) lines.push(BLANK, ...findingLines(finding, state, refusals?.get(finding)));
  for (const group of groups ?? []) lines.push(BLANK, ...groupLines(group, state));
  return lines;
}

/** The findings of a row that are still open, the worst first. */
function findingsOf(row: Row, state: SessionState): readonly Finding[] {
  return row.findings
    .flatMap((id) => state.snapshot.findings.get(id) ?? [])
    .sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || (a.id < b.id ? -1 : 1));
}

function passedText(row: Row): string {
  if (row.severity === 'unknown') return 'Could not be judged: see what may not be read, in the line below.';
  return 'Nothing to report: every rule of this pane passed.';
}

function titleLine(row: Row, pane: PaneName, state: SessionState): Line {
  // An actor of the audit log is in no namespace; its row has the one of what it did.
  const isNamespaced = row.namespace !== '' && row.kind !== 'Actor';
  const name = isNamespaced ? `${row.namespace}/${row.name}` : row.name;
  const tone: Style = row.severity ?? 'good';
  return {
    spans: [span(`${MARGIN}${row.kind} ${name}`, 'title')],
    right: [span(row.severity ?? 'passed', tone), span(isNarrow(state) ? ' ' : `  ${pane} `, 'muted')],
  };
}

/** The row's cells once more, all of them, also those that the table had no room for. */
function factLines(row: Row, state: SessionState): readonly Line[] {
  const facts = Object.entries(row.cells).filter(
    ([name, cell]) =>
      !['SEVERITY', 'NAMESPACE'].includes(name) &&
      cell.text !== '' &&
      cell.text !== '-' &&
      cell.text.length <= MAX_FACT &&
      !cell.text.endsWith(row.name),
  );
  const lines: Line[] = [];
  let spans: Span[] = [];
  let used = MARGIN.length;
  for (const [name, cell] of facts) {
    const width = name.length + cell.text.length + 4;
    if (used + width > state.columns - 1 && spans.length > 0) {
      lines.push(line(span(MARGIN), ...spans));
      spans = [];
      used = MARGIN.length;
    }
    spans.push(span(`${name.toLowerCase()} `, 'muted'), span(cell.text, cell.tone), span('   '));
    used += width;
  }
  return spans.length === 0 ? lines : [...lines, line(span(MARGIN), ...spans)];
}

const NONE_REFUSED: ReadonlyMap<string, string> = new Map();

/** @param refused why remedies that it names cannot be had, by their id */
function findingLines(
  finding: Finding,
  state: SessionState,
  refused: ReadonlyMap<string, string> = NONE_REFUSED,
): readonly Line[] {
  const width = state.columns - MARGIN.length - LABEL_WIDTH - 1;
  const tone: Style = finding.unknown === true ? 'unknown' : finding.severity;
  const verdict = finding.unknown === true ? 'unknown' : finding.severity;
  const rule = state.columns < ROOMY ? '' : ` ${finding.rule} `;
  const lines: Line[] = [
    ...wrap(finding.title, Math.max(20, width - rule.length)).map((part, at) => ({
      spans: [span(MARGIN + (at === 0 ? verdict : '').padEnd(LABEL_WIDTH), tone), span(part, 'title')],
      ...(at === 0 && rule !== '' ? { right: [span(rule, 'muted')] } : {}),
    })),
    ...labelled('why', finding.why, 'plain', width),
    ...finding.evidence.flatMap((one, at) => labelled(at === 0 ? 'evidence' : '', evidenceText(one), 'plain', width)),
  ];
  if (finding.members.length > 0) lines.push(...labelled('pods', membersText(finding.members), 'muted', width));
  const opened = state.snapshot.opened.get(finding.id);
  if (opened !== undefined) {
    const age = ageText(state.snapshot.now - opened);
    lines.push(...labelled('since', `${clockText(opened)} UTC, ${age} ago, in this session`, 'muted', width));
  }
  if (finding.basis === 'files-only') {
    lines.push(
      ...labelled(
        'basis',
        'only the files that were given: what is absent there may be in the cluster',
        'warning',
        width,
      ),
    );
  }
  const see = finding.references
    .map((one) => `${one.benchmark} ${one.version} ${one.id}`.replace(/ {2,}/g, ' '))
    .join('   ');
  if (see !== '') lines.push(...labelled('see', see, 'muted', width));
  const remedies = finding.remedies ?? [];
  const offered = remedies.filter((id) => !refused.has(id));
  if (offered.length === 0) {
    lines.push(...labelled('to do', ruleHelp(finding.rule), 'plain', width));
    for (const [id, reason] of refused) {
      lines.push(...labelled('no remedy', `${remedyTitle(id)}: ${reason}`, 'muted', width));
    }
  } else {
    lines.push(
      line(
        span(MARGIN + 'remedy'.padEnd(LABEL_WIDTH), 'muted'),
        span('f', 'key'),
        span(` ${offered.map(remedyTitle).join(', or ')}`),
      ),
    );
  }
  return lines;
}

/** What a Secret has to do with, a line each; `u` leads on from them. */
function groupLines({ title, things, reason }: RelatedGroup, state: SessionState): readonly Line[] {
  const width = state.columns - MARGIN.length - 3;
  const shown = things.slice(0, MAX_THINGS);
  const more = things.length - shown.length;
  return [
    line(span(`${MARGIN}${title}`, 'heading')),
    ...shown.flatMap(({ object, note }) =>
      wrap(`${subjectText(object)}${note === '' ? '' : `  ${note}`}`, Math.max(20, width)).map((part, at) =>
        line(span(`${MARGIN}${at === 0 ? '  ' : '    '}${part}`)),
      ),
    ),
    ...(more > 0 ? [line(span(`${MARGIN}  and ${more} more (u)`, 'muted'))] : []),
    ...(reason === undefined ? [] : [line(span(`${MARGIN}  ${reason}`, 'unknown'))]),
  ];
}

function remedyTitle(id: string): string {
  return REMEDIES.find((remedy) => remedy.id === id)?.title ?? id;
}

function labelled(label: string, text: string, style: Style, width: number): readonly Line[] {
  return wrap(text, Math.max(20, width)).map((part, at) =>
    line(span(MARGIN + (at === 0 ? label : '').padEnd(LABEL_WIDTH), 'muted'), span(part, style)),
  );
}

function evidenceText(evidence: Evidence): string {
  const where = [evidence.object === undefined ? '' : refText(evidence.object), evidence.path ?? ''].filter(
    (one) => one !== '',
  );
  return where.length === 0 ? evidence.text : `${evidence.text} (${where.join(' ')})`;
}

function membersText(members: readonly string[]): string {
  return `${unitText(members.length, 'pods')}: ${someOf(members, MAX_MEMBERS)}`;
}
