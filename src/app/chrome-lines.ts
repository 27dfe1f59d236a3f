import { PANES, type PaneName } from '../model/finding.ts';
import { connectionSpans, coverageLine } from './coverage-text.ts';
import { openFilter } from './open-filter.ts';
import { helpEnd } from './help-table.ts';
import { keyText } from './key-binding.ts';
import { workingBindings } from './keymap.ts';
import { bodyScroll, placeBody, scrollHeight } from './body-lines.ts';
import { footerHeight, headerHeight, isNarrow } from './layout.ts';
import { countText } from '../kube/count-text.ts';
import { clockText, unitText } from './number-text.ts';
import { promptCompletions } from './prompt.ts';
import { line, span, type Line, type Span, type Style } from './span.ts';
import { activePane, here, openPane, openTable, type Prompt, type SessionState } from './state.ts';
import { textWidth } from './text-width.ts';

/** The lines at the top: who and where, the tabs, a rule. */
export function headerLines(state: SessionState): readonly Line[] {
  const lines = [identityLine(state), tabLine(state)];
  if (headerHeight(state) > 2) lines.push(line(span(state.glyphs.rule.repeat(state.columns), 'rule')));
  return lines;
}

/** The lines at the bottom: what is typed or said, and the keys that work here. */
export function footerLines(state: SessionState): readonly Line[] {
  const status = state.prompt === null ? statusLine(state) : promptLine(state, state.prompt);
  if (footerHeight(state) === 1) return [status];
  return [status, state.prompt === null ? keyLine(state) : promptHelp(state, state.prompt)];
}

function identityLine(state: SessionState): Line {
  const { facts, scope } = state.snapshot;
  const demo = facts.source === 'demo' ? [span(' DEMO ', 'tab'), span(' ')] : [];
  const isStatic = facts.source === 'files' || facts.source === 'snapshot';
  const context =
    facts.context ?? (isStatic ? facts.source : (facts.server?.replace(/^https?:\/\//, '') ?? 'no context'));
  const where: Span[] = [
    span(' k8sec ', 'brand'),
    span(' '),
    ...demo,
    span(context, 'title'),
    span(
      ` ${state.glyphs.into} ${state.namespace ?? (scope === '' ? 'all namespaces' : scope)}`,
      state.namespace === null && scope === '' ? 'plain' : 'warning',
    ),
  ];
  const connection = connectionSpans(state.snapshot, state.glyphs.dot);
  if (isNarrow(state)) return { spans: where, right: [...connection.slice(0, 1), span(' ')] };
  const who = [facts.serverVersion, facts.user].filter((one) => one !== null).map((one) => span(`  ${one}`, 'muted'));
  const readOnly = state.columns >= 110 ? [span('  read-only', 'muted')] : [];
  return { spans: [...where, span(' '), ...who, ...readOnly], right: [...connection, span(' ')] };
}

/** How much the tabs say, from everything to the digits alone: the first that fits is taken. */
const TAB_FORMS: readonly TabForm[] = [
  { name: 'all', count: 'all', unit: 'all' },
  { name: 'all', count: 'all', unit: 'active' },
  { name: 'all', count: 'all', unit: 'none' },
  { name: 'all', count: 'active', unit: 'none' },
  { name: 'all', count: 'none', unit: 'none' },
  { name: 'active', count: 'active', unit: 'none' },
  { name: 'active', count: 'none', unit: 'none' },
];

type Which = 'all' | 'active' | 'none';

interface TabForm {
  readonly name: Which;
  readonly count: Which;
  readonly unit: Which;
}

function tabLine(state: SessionState): Line {
  const active = activePane(state);
  for (const form of TAB_FORMS) {
    const spans = tabSpans(state, active, form);
    if (spans.reduce((sum, one) => sum + textWidth(one.text), 0) < state.columns) return line(...spans);
  }
  return line(span(active === null ? '[overview]' : `[${active}]`, 'tab'));
}

function tabSpans(state: SessionState, active: PaneName | null, form: TabForm): readonly Span[] {
  const isOverview = active === null;
  const overview = form.name === 'all' || isOverview ? 'overview' : '';
  const spans: Span[] = overview === '' ? [] : tabSpan([span(overview)], isOverview);
  for (const [at, name] of PANES.entries()) {
    const isActive = name === active;
    const says = (which: Which): boolean => which === 'all' || (which === 'active' && isActive);
    const title = says(form.name) ? [span(` ${name}`)] : [];
    const count = says(form.count) ? countSpans(state, name, says(form.unit)) : [];
    spans.push(...tabSpan([span(`${at + 1}`, 'key'), ...title, ...count], isActive));
  }
  return spans;
}

/** The open tab stands in brackets, so that it is told without colours too. */
function tabSpan(spans: readonly Span[], active: boolean): Span[] {
  if (!active) return [span(' '), ...spans, span(' ')];
  return [span('['), ...spans, span(']')].map((one) => ({ ...one, style: 'tab' }));
}

function countSpans(state: SessionState, name: PaneName, unit: boolean): readonly Span[] {
  const pane = state.snapshot.panes.find((one) => one.name === name);
  if (pane === undefined) return [];
  if (state.snapshot.connection.status === 'failed') return [];
  if (pane.pending.length > 0) return [span(` ${state.glyphs.ellipsis}`, 'muted')];
  const { failing } = pane.summary;
  const count = span(` ${countText(failing)}`, failing > 0 ? 'warning' : 'good');
  return unit ? [count, span(` ${pane.unit}`, 'muted')] : [count];
}

function statusLine(state: SessionState): Line {
  const { message } = state;
  const position = positionSpans(state);
  if (message !== null) return { spans: [span(` ${message.text}`, message.tone)], right: position };
  return { spans: [span(' '), ...stateSpans(state)], right: position };
}

/** What narrows the view; else what could not be read. */
function stateSpans(state: SessionState): readonly Span[] {
  const table = openTable(state);
  const parts: Span[] = [];
  const add = (text: string, style: Style): void => {
    if (parts.length > 0) parts.push(span(` ${state.glyphs.separator} `, 'muted'));
    parts.push(span(text, style));
  };
  const filter = openFilter(state);
  if (filter !== undefined) {
    if (filter.text !== '') add(`${filter.verb} ${filter.text}`.trim(), 'key');
    if (filter.problem !== '') add(filter.problem, 'warning');
  }
  if (table !== undefined) {
    if (state.onlyFailing) add('only failing', 'key');
    if (table.asOf !== null) add(`as of ${clockText(table.asOf)} UTC: what had begun by then`, 'key');
    if (table.marks.size > 0) add(`${countText(table.marks.size)} marked`, 'key');
  }
  const coverage = coverageLine(state.snapshot);
  if (coverage !== '') add(coverage, 'warning');
  const { connection } = state.snapshot;
  if (connection.status === 'stale' || connection.status === 'failed') add(connection.reason, 'bad');
  return parts;
}

function positionSpans(state: SessionState): readonly Span[] {
  if (state.help !== null) return helpEnd(state) === 0 ? [] : moreSpans(helpEnd(state) - state.help, state);
  const table = openTable(state);
  if (openPane(state) === null || table === undefined) return scrollSpans(state);
  const fresh = table.newAbove > 0 ? [span(`${state.glyphs.up} ${countText(table.newAbove)} new   `, 'warning')] : [];
  const hidden = table.source.length - table.shown.length;
  const of = hidden > 0 ? ` of ${countText(table.source.length)}` : '';
  const at = table.shown.length === 0 ? '0' : `${countText(table.cursor + 1)}/${countText(table.shown.length)}`;
  return [...fresh, span(`${at}${of} `, 'muted')];
}

function scrollSpans(state: SessionState): readonly Span[] {
  const body = placeBody(state);
  const height = scrollHeight(state, body);
  if (body.lines.length <= height) return [];
  const below = body.lines.length - height - bodyScroll(state, body);
  return moreSpans(below, state);
}

function moreSpans(below: number, { glyphs }: SessionState): readonly Span[] {
  return [span(below > 0 ? `${glyphs.down} ${unitText(below, 'more lines')} ` : 'end ', 'muted')];
}

function promptLine(state: SessionState, prompt: Prompt): Line {
  const { text, at } = prompt.edit;
  const sign = prompt.type === 'command' ? ':' : '/';
  const under = text.slice(at, at + 1);
  const ghost = ghostText(state, prompt);
  const caret = under !== '' ? under : ghost.slice(0, 1) || ' ';
  return {
    spans: [
      span(` ${sign}`, 'key'),
      span(text.slice(0, at)),
      span(caret, 'tab'),
      span(under === '' ? ghost.slice(1) : text.slice(at + 1), under === '' ? 'muted' : 'plain'),
    ],
    ...(prompt.type === 'filter' ? { right: positionSpans(state) } : {}),
  };
}

/** What tab would add, shown pale behind the cursor. */
function ghostText(state: SessionState, prompt: Prompt): string {
  if (prompt.type !== 'command' || prompt.choice >= 0 || prompt.edit.at < prompt.edit.text.length) return '';
  const first = promptCompletions(state, prompt)[0] ?? '';
  return first.startsWith(prompt.edit.text) ? first.slice(prompt.edit.text.length) : '';
}

function promptHelp(state: SessionState, prompt: Prompt): Line {
  if (prompt.type === 'filter') {
    return line(
      span(' regex   ', 'muted'),
      ...pair('!x', 'inverse'),
      ...pair('-l a=b', 'labels'),
      ...pair('-f abc', 'letters in order'),
      ...pair('enter', 'keep'),
      ...pair('esc', 'clear'),
    );
  }
  const candidates = promptCompletions(state, prompt);
  if (candidates.length === 0) {
    return line(
      span(' '),
      ...pair('enter', 'run'),
      ...pair(keyText('up', state.glyphs), 'history'),
      ...pair('esc', 'close'),
    );
  }
  const words = candidates.slice(0, 12).flatMap((candidate, index) => {
    const word = candidate.slice(candidate.lastIndexOf(' ') + 1);
    return [span(word, index === prompt.choice ? 'tab' : 'muted'), span('  ')];
  });
  return line(span(' '), span('tab ', 'key'), ...words);
}

function keyLine(state: SessionState): Line {
  const bindings = workingBindings(state)
    .filter((one) => one.footer > 0)
    .sort((a, b) => a.footer - b.footer);
  const keys =
    state.help === null
      ? bindings.map((one) => [keyText(one.keys[0] ?? '', state.glyphs), one.label] as const)
      : HELP_KEYS;
  const spans: Span[] = [span(' ')];
  let used = 1;
  // What can be done with a remedy has no other place to be told in.
  const isRemedy = here(state).place.type === 'remedy';
  const tail = keys.filter(([key]) => key === '?' || (key === ':' && !isRemedy));
  const reserve = tail.reduce((sum, [key, label]) => sum + key.length + label.length + 4, 0);
  for (const [key, label] of keys.filter((one) => !tail.includes(one))) {
    const width = textWidth(key) + label.length + 4;
    if (used + width + reserve > state.columns) continue;
    spans.push(...pair(key, label));
    used += width;
  }
  for (const [key, label] of tail) spans.push(...pair(key, label));
  return line(...spans);
}

const HELP_KEYS = [
  ['j k', 'scroll'],
  ['esc', 'close'],
] as const;

function pair(key: string, label: string): readonly Span[] {
  return [span(key, 'key'), span(` ${label}   `, 'muted')];
}
