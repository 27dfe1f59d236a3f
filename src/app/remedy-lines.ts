import type { Finding } from '../model/finding.ts';
import { isBreakingEffect } from '../remedy/breaking-effect.ts';
import type { BuiltRemedy, DiffLine, RemedyTarget } from '../remedy/built-remedy.ts';
import { ruleHelp } from './finding-help.ts';
import { unitText } from './number-text.ts';
import { REMEDY_TABS, type RemedyPlace, type RemedyTab } from './place.ts';
import { BLANK, line, span, type Line, type Span, type Style } from './span.ts';
import type { SessionState } from './state.ts';
import { subjectText } from './subject-text.ts';
import { wrap } from './text-width.ts';
import { yamlLines } from './yaml-lines.ts';

const TAB_TITLES: Readonly<Record<RemedyTab, string>> = { yaml: 'YAML', diff: 'diff', effect: 'what changes' };
const LABEL_WIDTH = 11;
const MAX_LISTED = 200;

/** Lines that stay on the screen above the remedy's text. */
export function remedyHead(place: RemedyPlace, state: SessionState): readonly Line[] {
  const { remedies } = place;
  const remedy = remedies?.[place.index];
  if (remedies === null || remedy === undefined) return [];
  const count = remedies.length > 1 ? ` ${place.index + 1} of ${remedies.length}` : '';
  const tabs = REMEDY_TABS.flatMap((tab): Span[] => [
    span(tab === place.tab ? `[${TAB_TITLES[tab]}]` : ` ${TAB_TITLES[tab]} `, tab === place.tab ? 'tab' : 'muted'),
    span(' '),
  ]);
  const head: Line = {
    spans: [span(` remedy${count}: `, 'muted'), span(remedy.title, 'title')],
    right: [
      span(remedy.safety, remedy.safety === 'safe' ? 'good' : 'warning'),
      span('  '),
      ...proof(remedy, state),
      span(' '),
    ],
  };
  if (remedy.refused !== null) return [{ spans: head.spans }];
  const rule = line(span(state.glyphs.rule.repeat(state.columns), 'rule'));
  return [head, line(' ', ...tabs), rule];
}

/** The text of the remedy: YAML, its diff, or what it changes. */
export function remedyLines(place: RemedyPlace, state: SessionState): readonly Line[] {
  const { remedies } = place;
  if (remedies === null)
    return [BLANK, line(span('   Building the remedy and proving it on a copy of what was read.', 'muted'))];
  const remedy = remedies[place.index];
  if (remedy === undefined) return noRemedy(place, state);
  if (remedy.refused !== null) {
    return [
      BLANK,
      line(span('   No remedy can be written here:', 'warning')),
      ...labelled('', remedy.refused, 'plain', state),
    ];
  }
  switch (place.tab) {
    case 'yaml':
      return [
        ...validationLines(place, state),
        ...yamlLines(remedy.yaml, state.columns),
        BLANK,
        ...summaryLines(remedy, state),
      ];
    case 'diff':
      return remedy.diff.length === 0 ? [line(span(' Nothing differs.', 'muted'))] : remedy.diff.map(diffLine);
    case 'effect':
      return effectLines(remedy, state);
  }
}

/** How far the proof carries, in a few words. */
function proof(remedy: BuiltRemedy, state: SessionState): readonly Span[] {
  const wanted = remedy.joint ?? [remedy.finding];
  const left = wanted.filter((id) => !remedy.closes.some((finding) => finding.id === id));
  const fresh = `${remedy.opens.length} new`;
  // What the audit log tells has happened: a remedy can only keep it from happening again.
  const isPast = left.length > 0 && left.every((id) => state.snapshot.findings.get(id)?.pane === 'audit');
  if (isPast) return [span(`the logged past stays, ${fresh}`, remedy.opens.length === 0 ? 'muted' : 'warning')];
  if (left.length > 0) {
    const stays = wanted.length === 1 ? 'the finding stays' : `${left.length} of ${wanted.length} findings stay`;
    return [span(`not proven: ${stays}, ${fresh}`, 'bad')];
  }
  const these = wanted.length === 1 ? 'this finding' : `these ${wanted.length} findings`;
  const others = remedy.closes.length - wanted.length;
  const gone = others > 0 ? `${these} and ${others} more go` : `${these} ${wanted.length === 1 ? 'goes' : 'go'}`;
  return [span(`proven: ${gone}, ${fresh}`, remedy.opens.length === 0 ? 'good' : 'warning')];
}

/** Why there is nothing to apply, and what to do instead. */
function noRemedy({ findings }: RemedyPlace, state: SessionState): readonly Line[] {
  const open = findings.flatMap((id) => state.snapshot.findings.get(id) ?? []);
  if (open.length === 0)
    return [BLANK, line(span('   Nothing is wrong here any more: there is nothing to remedy.', 'good'))];
  return [
    BLANK,
    ...labelled('no remedy', 'Nothing that k8sec could write and prove closes this. By hand:', 'plain', state),
    ...open.flatMap((finding) => [
      BLANK,
      ...labelled(finding.severity, `${finding.title}  ${subjectText(finding.subject)}`, 'title', state),
      ...labelled('to do', ruleHelp(finding.rule), 'plain', state),
    ]),
    BLANK,
    ...labelled(
      'or',
      ':waive previews the entry of the config that accepts it until a day, with a reason',
      'muted',
      state,
    ),
  ];
}

function validationLines(place: RemedyPlace, state: SessionState): readonly Line[] {
  const { validation } = place;
  if (validation === 'none') return [];
  if (validation === 'told') {
    const text =
      'Validating sends this to the API server as a dry run. That needs the right to write, calls admission webhooks, and is logged. v sends it, esc leaves it.';
    return [...labelled('validate', text, 'warning', state), BLANK];
  }
  if (validation === 'running') return [...labelled('validate', 'asking the server', 'muted', state), BLANK];
  return [...labelled('validate', validation.text, validation.ok ? 'good' : 'bad', state), BLANK];
}

function summaryLines(remedy: BuiltRemedy, state: SessionState): readonly Line[] {
  return [
    ...labelled('note', remedy.note, 'plain', state),
    ...remedy.effects.flatMap((effect, at) =>
      labelled(at === 0 ? 'effect' : '', `by evaluation: ${effect}`, isBreakingEffect(effect) ? 'bad' : 'plain', state),
    ),
    ...(remedy.source === null
      ? targetLines(remedy.target, state)
      : labelled('source', remedy.source, 'warning', state)),
    ...remedy.commands.flatMap((command, at) => labelled(at === 0 ? 'apply' : '', command, 'code', state)),
  ];
}

function effectLines(remedy: BuiltRemedy, state: SessionState): readonly Line[] {
  return [
    ...summaryLines(remedy, state),
    BLANK,
    ...findingList('goes', remedy.closes, 'good', state),
    ...findingList('comes', remedy.opens, 'bad', state),
    ...(remedy.opens.length === 0 ? labelled('comes', 'no new finding', 'good', state) : []),
  ];
}

function findingList(label: string, findings: readonly Finding[], style: Style, state: SessionState): readonly Line[] {
  const lines = findings
    .slice(0, MAX_LISTED)
    .flatMap((one, at) =>
      labelled(at === 0 ? label : '', `${one.severity}  ${one.title}  ${subjectText(one.subject)}`, style, state),
    );
  const more = findings.length - MAX_LISTED;
  return more > 0 ? [...lines, ...labelled('', `and ${unitText(more, 'findings')} more`, 'muted', state)] : lines;
}

function targetLines(target: RemedyTarget, state: SessionState): readonly Line[] {
  if (target.manager === 'none') return [];
  const name = { helm: 'Helm', argocd: 'Argo CD', flux: 'Flux', operator: 'An operator' }[target.manager];
  const app = target.app === null ? '' : ` (${target.app})`;
  const place = [target.repoURL, target.path].filter((one) => one !== null).join(' ');
  const next = place === '' ? 'change it where its manifests come from' : `change it in ${place}`;
  return labelled('owner', `${name}${app} reverts what kubectl changes: ${next}`, 'warning', state);
}

function diffLine(one: DiffLine): Line {
  switch (one.type) {
    case 'head':
      return line(span(` ${one.text}`, 'heading'));
    case 'add':
      return line(span(` + ${one.text}`, 'added'));
    case 'remove':
      return line(span(` - ${one.text}`, 'removed'));
    case 'same':
      return line(span(`   ${one.text}`, 'muted'));
  }
}

function labelled(label: string, text: string, style: Style, state: SessionState): readonly Line[] {
  return wrap(text, Math.max(20, state.columns - LABEL_WIDTH - 3)).map((part, at) =>
    line(span(` ${(at === 0 ? label : '').padEnd(LABEL_WIDTH)}`, 'muted'), span(part, style)),
  );
}
