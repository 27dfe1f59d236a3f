import { graphLines } from './graph-lines.ts';
import type { Graph } from './graph.ts';
import { changeHere } from './navigation.ts';
import type { TextPlace } from './place.ts';
import { line, type Line, type Span } from './span.ts';
import { here, type SessionState } from './state.ts';
import { safe, textWidth, withoutStart } from './text-width.ts';

/** Columns by which one looks further sideways. */
const STEP = 20;

/** The graph that is looked at; null where there is none, or its tree is looked at. */
export function shownGraph({ text, failed, drawing }: TextPlace): Graph | null {
  return text === null || failed || drawing?.shown !== true ? null : drawing.graph;
}

/** The text of a place as it is copied, saved and handed over: a graph in full width. */
export function shownText(place: TextPlace, state: SessionState): string {
  const graph = shownGraph(place);
  if (graph === null) return place.text ?? '';
  const lines = graphLines(graph, state.columns - 1, state.glyphs).map(({ spans }) =>
    spans.map((one) => one.text).join(''),
  );
  return [...lines, ...graph.notes].map((text) => `${safe(text).trimEnd()}\n`).join('');
}

/** From a tree to boxes and arrows, and back. */
export function switchDrawing(state: SessionState): SessionState {
  const { place } = here(state);
  if (place.type !== 'text' || place.drawing === undefined) return state;
  const drawing = { ...place.drawing, shown: !place.drawing.shown };
  return changeHere(state, { place: { ...place, drawing, across: 0 }, scroll: 0 });
}

/** Looks further right, or left for -1. */
export function lookSideways(state: SessionState, by: 1 | -1): SessionState {
  const { place } = here(state);
  if (place.type !== 'text') return state;
  const most = Math.max(0, sidewaysWidth(state) - state.columns + 1);
  const across = Math.max(0, Math.min(Math.min(place.across ?? 0, most) + by * STEP, most));
  return changeHere(state, { place: { ...place, across } });
}

/** Columns of the graph or the columns of text that are looked at; 0 where there are none. */
export function sidewaysWidth(state: SessionState): number {
  const { place } = here(state);
  return place.type === 'text' ? widthOf(unbrokenLines(place, state) ?? []) : 0;
}

const TEXT_LINES = new WeakMap<TextPlace, readonly Line[]>();

/**
 * Lines that are as wide as what they show and not as the screen: a graph, a tree, the columns of an answer. Null for
 * YAML and for what is not there yet.
 */
export function unbrokenLines(place: TextPlace, state: SessionState): readonly Line[] | null {
  const graph = shownGraph(place);
  if (graph !== null) return graphLines(graph, state.columns - 1, state.glyphs);
  const { text, failed, what } = place;
  if (text === null || failed || what === 'yaml' || what === 'waiver') return null;
  let lines = TEXT_LINES.get(place);
  if (lines === undefined) {
    const raw = text.endsWith('\n') ? text.slice(0, -1) : text;
    lines = raw.split('\n').map((one) => line(safe(one.replaceAll('\t', '  '))));
    TEXT_LINES.set(place, lines);
  }
  return lines;
}

/** The lines without what is out of sight at the left, and how many columns are out of sight at both sides. */
export function sideways(
  lines: readonly Line[],
  { across = 0 }: TextPlace,
  { columns }: SessionState,
): { readonly left: number; readonly right: number; readonly lines: readonly Line[] } {
  const most = Math.max(0, widthOf(lines) - columns + 1);
  const left = Math.min(across, most);
  return { left, right: most - left, lines: lines.map((one) => ({ spans: withoutColumns(one.spans, left) })) };
}

function widthOf(lines: readonly Line[]): number {
  return Math.max(0, ...lines.map(({ spans }) => spans.reduce((sum, one) => sum + textWidth(one.text), 0)));
}

/** Spans without their first columns. */
function withoutColumns(spans: readonly Span[], columns: number): readonly Span[] {
  let left = columns;
  return spans.flatMap((one) => {
    const width = textWidth(one.text);
    const hidden = Math.min(left, width);
    left -= hidden;
    if (hidden === 0) return [one];
    if (hidden === width) return [];
    return [{ ...one, text: withoutStart(one.text, hidden) }];
  });
}
