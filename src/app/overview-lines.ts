import { isAboutActor, shortTitle, subjectText } from './subject-text.ts';
import { PANES, type PaneName } from '../model/finding.ts';
import type { PaneSummary } from '../panes/pane.ts';
import { pendingText } from './coverage-text.ts';
import { hasRemedies } from './finding-help.ts';
import { barText, sparkText } from './glyphs.ts';
import { isNarrow } from './layout.ts';
import { countText } from '../kube/count-text.ts';
import { ageText, clockText } from './number-text.ts';
import { overviewGroups, type FindingGroup } from './overview-items.ts';
import { BLANK, line, span, type Line, type Span } from './span.ts';
import type { FeedEntry, SessionSnapshot } from './session-model.ts';
import type { SessionState } from './state.ts';
import { fit, wrap } from './text-width.ts';

const FEED_LINES = 8;
/** Groups under "happening now": what stands must not be pushed off the screen. */
const MAX_NOW = 8;
const PANE_WIDTH = 11;
const SEVERITY_WIDTH = 10;

/** The overview: each pane in a line, what happens now, standing risk, and what changed. */
export function overviewLines(state: SessionState): readonly Line[] {
  const { snapshot } = state;
  const groups = overviewGroups(snapshot, state.namespace);
  const lines: Line[] = [...paneLines(state), BLANK];
  if (groups.now.length > 0) {
    lines.push(heading('happening now'), ...groups.now.slice(0, MAX_NOW).map((one) => groupLine(one, state)), BLANK);
  }
  lines.push(heading('standing risk'));
  if (snapshot.connection.status === 'failed') lines.push(...unreachableLines(snapshot.connection.reason, state));
  else if (groups.standing.length === 0 || isBeginning(snapshot.connection)) {
    const text = wrap(calmText(state), Math.max(20, state.columns - 4));
    lines.push(...text.map((part) => line(span(`   ${part}`, 'muted'))));
  }
  lines.push(...groups.standing.map((one) => groupLine(one, state)));
  if (snapshot.feed.length > 0)
    lines.push(BLANK, heading('changes in this session, times in UTC'), ...feedLines(state));
  const earlier = earlierLines(state);
  if (earlier.length > 0) lines.push(BLANK, heading('changes before this session'), ...earlier);
  for (const failure of snapshot.failures.slice(0, 3)) lines.push(line(span(`   not judged: ${failure}`, 'warning')));
  return lines;
}

/** The first thing worth standing on: a finding, else a pane. */
export function firstOverviewItem(lines: readonly Line[]): string | null {
  const items = lines.flatMap((one) => (one.item === undefined ? [] : [one.item]));
  return items.find((item) => item.startsWith('finding:')) ?? items[0] ?? null;
}

function unreachableLines(reason: string, state: SessionState): readonly Line[] {
  const why = wrap(reason, Math.max(20, state.columns - 4));
  return [
    line(span('   No cluster could be reached:', 'bad')),
    ...why.map((text) => line(span(`   ${text}`))),
    line(span('   :ctx chooses another context, ctrl-r tries again.', 'muted')),
  ];
}

function isBeginning({ status }: SessionSnapshot['connection']): boolean {
  return status === 'connecting' || status === 'syncing';
}

function calmText({ snapshot: { connection, judging } }: SessionState): string {
  switch (connection.status) {
    case 'connecting':
      return 'connecting: findings appear as soon as the first objects are read; :ctx chooses another context';
    case 'syncing':
      return 'reading the cluster: findings appear as they are judged';
    case 'failed':
    case 'live':
    case 'stale':
    case 'static':
      return judging ? 'judging' : 'nothing found in what could be read';
  }
}

function heading(text: string): Line {
  return line(span(` ${text}`, 'heading'));
}

function paneLines(state: SessionState): readonly Line[] {
  return PANES.map((name) => {
    const pane = state.snapshot.panes.find((one) => one.name === name);
    const label = span(`  ${fit(name, PANE_WIDTH)} `, 'title');
    const item = `pane:${name}`;
    const pending = pendingText(state.snapshot, pane, state.glyphs);
    if (pane === undefined || pending !== '') return { spans: [label, span(pending, 'muted')], item };
    return { ...summaryLine(label, pane.summary, state), item };
  });
}

function summaryLine(label: Span, summary: PaneSummary, state: SessionState): Line {
  const { glyphs } = state;
  const figure =
    summary.share !== null
      ? [span(`${barText(summary.share, glyphs)} `, 'bar'), span(`${Math.floor(summary.share * 100)} %`.padStart(5))]
      : summary.activity !== null
        ? [span(sparkText(summary.activity, glyphs, 22), 'bar')]
        : [];
  const aside = summary.aside === '' ? [] : [span(`   ${summary.aside}`, 'muted')];
  const style = summary.failing > 0 ? 'plain' : 'muted';
  const right = state.columns >= 100 && figure.length > 0 ? { right: [span('  '), ...figure, span(' ')] } : {};
  return { spans: [label, span(summary.headline, style), ...aside], ...right };
}

function groupLine(group: FindingGroup, state: SessionState): Line {
  const { first, more } = group;
  const remedy = hasRemedies(first);
  const others = more > 0 ? span(`  and ${countText(more)} more`, 'muted') : span('');
  const when = span(whenText(group, state), 'muted');
  if (isNarrow(state)) {
    return {
      spans: [span(`  ${fit(first.severity, SEVERITY_WIDTH)}`, first.severity), span(shortTitle(first), 'plain')],
      right: more > 0 ? [span(` +${countText(more)}`, 'muted')] : [],
      item: `finding:${first.id}`,
    };
  }
  const room = state.columns - 3 - SEVERITY_WIDTH - PANE_WIDTH - 3;
  return {
    spans: [
      span(`  ${fit(first.severity, SEVERITY_WIDTH)}`, first.severity),
      span(fit(first.pane, PANE_WIDTH), 'muted'),
      ...titleSpans(shortTitle(first), isAboutActor(first) ? undefined : subjectText(first.subject), room, state),
    ],
    right: [others, when, remedy ? span(' f ', 'key') : span('   ')],
    item: `finding:${first.id}`,
  };
}

/** A title and what it is about, in columns: a title gets three fifths of the room where both do not fit. */
function titleSpans(title: string, about: string | undefined, room: number, { glyphs }: SessionState): readonly Span[] {
  if (about === undefined) return [span(title, 'plain')];
  const width = Math.max(20, Math.floor(room * 0.58));
  return [span(fit(title, width, 'left', glyphs.ellipsis), 'plain'), span(`  ${about}`, 'muted')];
}

/** When a finding opened; of a detection when it was last seen and how often; of others since when they are known. */
function whenText({ first, opened, seen }: FindingGroup, { snapshot, glyphs }: SessionState): string {
  if (isAboutActor(first)) {
    const row = snapshot.panes
      .find((pane) => pane.name === first.pane)
      ?.rows.find(({ findings }) => findings.includes(first.id));
    const count = row?.cells['COUNT']?.text ?? '';
    const often = count === '' || count === '1' ? '' : ` ${glyphs.times}${count}`;
    return row?.created == null ? '' : `  ${clockText(row.created)}${often}`;
  }
  if (opened !== null) return `  ${clockText(opened)}`;
  return seen === null ? '' : `  since ${ageText(snapshot.now - seen)}`;
}

function feedLines(state: SessionState): readonly Line[] {
  return state.snapshot.feed.slice(0, FEED_LINES).map((entry) => feedLine(entry, state));
}

function feedLine(entry: FeedEntry, state: SessionState): Line {
  const style = entry.type === 'closed' ? 'good' : entry.type === 'opened' ? (entry.severity ?? 'plain') : 'muted';
  const item = entry.type === 'opened' ? { item: `feed:${entry.finding}` } : {};
  // What can't be opened has no column for the cursor.
  const indent = entry.type === 'opened' ? '  ' : '   ';
  return {
    spans: [
      span(`${indent}${clockText(entry.time)}  `, 'muted'),
      span(`${fit(entry.type, 7)} `, style),
      ...titleSpans(entry.text, entry.about, state.columns - 20, state),
    ],
    ...item,
  };
}

/** Objects by the times that they carry, those of the chosen namespace. */
function earlierLines({ snapshot, namespace }: SessionState): readonly Line[] {
  return [...snapshot.earlier.entries()]
    .filter(([, { object }]) => namespace === null || object.namespace === namespace)
    .slice(0, FEED_LINES)
    .map(([at, { time, text }]) => ({
      spans: [span(`  ${`${ageText(snapshot.now - time)} ago`.padEnd(SEVERITY_WIDTH)}`, 'muted'), span(text)],
      item: `earlier:${at}`,
    }));
}

/** The pane of an overview item, where it is one. */
export function paneOfItem(item: string): PaneName | undefined {
  return PANES.find((pane) => item === `pane:${pane}`);
}
