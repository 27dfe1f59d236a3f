import type { Filtered, RowFilter } from './filter.ts';
import type { ContextsPlace, RelatedPlace, TextPlace } from './place.ts';
import { relatedKey, type RelatedGroup, type RelatedThing } from './related.ts';
import { subjectText } from './subject-text.ts';
import { BLANK, line, span, type Line } from './span.ts';
import type { SessionState } from './state.ts';
import { shownGraph, sideways, unbrokenLines } from './text-place.ts';
import { countText } from '../kube/count-text.ts';
import { unitText } from './number-text.ts';
import { fit, textWidth, wrap } from './text-width.ts';
import { yamlLines } from './yaml-lines.ts';

/** A fetched text: YAML told apart, answers as they came (to be looked at sideways where they are too wide). */
export function textLines(place: TextPlace, state: SessionState): readonly Line[] {
  const live = place.question === undefined ? [] : [span('  live', 'muted')];
  const title = line(span(` ${place.title}`, 'title'), ...live);
  if (place.text === null) return [title, BLANK, line(span('   Waiting for the answer.', 'muted'))];
  if (place.failed) {
    const reason = wrap(place.text, Math.max(20, state.columns - 4)).map((part) => line(span(`   ${part}`, 'bad')));
    return [title, BLANK, ...reason];
  }
  const unbroken = unbrokenLines(place, state);
  return unbroken === null
    ? [title, BLANK, ...yamlLines(place.text, state.columns)]
    : sideView(place, title, unbroken, state);
}

/** The part of wide lines that is looked at, and what is out of sight at its sides. */
function sideView(place: TextPlace, title: Line, wide: readonly Line[], state: SessionState): readonly Line[] {
  const { left, right, lines } = sideways(wide, place, state);
  const { glyphs } = state;
  const beside = [
    left > 0 ? `${glyphs.left} ${unitText(left, 'columns')}` : '',
    right > 0 ? `${unitText(right, 'columns')} ${glyphs.right}` : '',
  ].filter((text) => text !== '');
  return [
    { spans: title.spans, right: beside.length === 0 ? [] : [span(`${beside.join('   ')} `, 'muted')] },
    BLANK,
    ...lines.map(({ spans }) => line(' ', ...spans)),
    ...(shownGraph(place)?.notes ?? []).flatMap((note) =>
      wrap(note, Math.max(20, state.columns - 2)).map((part) => line(span(` ${part}`, 'muted'))),
    ),
  ];
}

/** Namespaces to choose from, with what was found in them. */
export function namespaceLines(state: SessionState): readonly Line[] {
  const counts = new Map<string, number>();
  for (const finding of state.snapshot.findings.values()) {
    const { namespace } = finding.subject;
    if (namespace !== null) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  const all: Line = {
    spans: [span(`  ${state.snapshot.scope || 'all namespaces'}`, 'title'), ...here(state.namespace === null)],
    item: 'namespace:',
  };
  const lines = state.snapshot.namespaces.map((name): Line => {
    const count = counts.get(name) ?? 0;
    const found = count === 0 ? span('  no findings', 'muted') : span(`  ${countText(count)} findings`, 'warning');
    return { spans: [span(`  ${name}`), found, ...here(state.namespace === name)], item: `namespace:${name}` };
  });
  const none =
    lines.length === 0
      ? [line(span('  No namespace was read yet, or they may not be listed: :ns NAME.', 'muted'))]
      : [];
  return [line(span(' namespaces', 'heading')), all, ...lines, ...none];
}

/** What an object has to do with, each in a line to go on from. */
export function relatedLines({ object, groups: all, filter }: RelatedPlace, state: SessionState): readonly Line[] {
  const about = object.kind === 'Question' ? '  live' : '  related, live';
  const title = line(span(` ${subjectText(object)}`, 'title'), span(about, 'muted'));
  if (all === null) return [title, BLANK, line(span('   Looking.', 'muted'))];
  if (all.length === 0) {
    const why = 'Nothing that was read names it: no policy, account, binding or user.  esc goes back.';
    return [title, BLANK, line(span(`   ${why}`, 'muted'))];
  }
  const groups = filteredGroups(all, filter);
  const width = Math.max(0, ...groups.flatMap(({ things }) => things.map((one) => textWidth(subjectText(one.object)))));
  return [
    title,
    ...groups.flatMap((group) => [
      BLANK,
      ...wrap(group.title, Math.max(20, state.columns - 2)).map((part) => line(span(` ${part}`, 'heading'))),
      ...group.things.map((one): Line => {
        const name = fit(
          subjectText(one.object),
          Math.min(width, Math.floor(state.columns * 0.6)),
          'left',
          state.glyphs.ellipsis,
        );
        return { spans: [span(`  ${name}`), span(`  ${one.note}`, 'muted')], item: relatedKey(group.title, one) };
      }),
      ...reasonLines(group.reason ?? '', state),
    ]),
    ...hiddenLines(all, groups, filter),
  ];
}

/** Without the things that the filter hides; what is only said stays. */
function filteredGroups(groups: readonly RelatedGroup[], filter: RowFilter): readonly RelatedGroup[] {
  if (filter.text === '') return groups;
  return groups.flatMap((group) => {
    const things = group.things.filter((one) => filter.test(filteredThing(group.title, one)));
    return things.length === 0 && group.things.length > 0 ? [] : [{ ...group, things }];
  });
}

/** A thing as a filter sees it: by what its line shows, under the title of its group. */
function filteredThing(title: string, { object, note }: RelatedThing): Filtered {
  const { kind, namespace, name } = object;
  const cells = { title: { text: title }, subject: { text: subjectText(object) }, note: { text: note } };
  return { severity: null, namespace: namespace ?? '', kind, name, labels: {}, cells };
}

/** How many things the filter hides. */
function hiddenLines(all: readonly RelatedGroup[], shown: readonly RelatedGroup[], filter: RowFilter): readonly Line[] {
  const count = (groups: readonly RelatedGroup[]): number => groups.reduce((sum, one) => sum + one.things.length, 0);
  const hidden = count(all) - count(shown);
  if (hidden === 0) return [];
  return [BLANK, line(span(`  the filter "${filter.text}" hides ${countText(hidden)} more; esc clears it`, 'muted'))];
}

function reasonLines(reason: string, state: SessionState): readonly Line[] {
  if (reason === '') return [];
  return wrap(reason, Math.max(20, state.columns - 4)).map((part) => line(span(`  ${part}`, 'unknown')));
}

/** Contexts of the kubeconfig to choose from. */
export function contextLines(place: ContextsPlace, _state: SessionState): readonly Line[] {
  const head = line(span(' contexts', 'heading'));
  if (place.contexts === null) return [head, line(span('  Reading the kubeconfig.', 'muted'))];
  if (place.contexts.length === 0)
    return [head, line(span('  There is no context here: start k8sec with --kubeconfig FILE to choose one.', 'muted'))];
  return [
    head,
    ...place.contexts.map((one): Line => ({
      spans: [span(`  ${one.name}`, 'plain'), span(`  ${one.cluster}  ${one.user}`, 'muted'), ...here(one.current)],
      item: `context:${one.name}`,
    })),
  ];
}

function here(current: boolean): readonly ReturnType<typeof span>[] {
  return current ? [span('  (here)', 'good')] : [];
}
