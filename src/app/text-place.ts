import { graphLines } from './graph-lines.ts';
import type { Graph } from './graph.ts';
import { changeHere } from './navigation.ts';
import type { TextPlace } from './place.ts';
import type { Line, Span } from './span.ts';
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
  return changeDrawing(state, (drawing) => ({ ...drawing, shown: !drawing.shown }));
}

/** Looks further right, or left for -1. */
export function lookSideways(state: SessionState, by: 1 | -1): SessionState {
  const width = graphWidth(state);
  return changeDrawing(state, (drawing) => {
    const most = Math.max(0, width - state.columns + 1);
    return { ...drawing, across: Math.max(0, Math.min(Math.min(drawing.across, most) + by * STEP, most)) };
  });
}

/** Columns of the graph that is looked at; 0 where there is none. */
export function graphWidth(state: SessionState): number {
  const { place } = here(state);
  const graph = place.type === 'text' ? shownGraph(place) : null;
  return graph === null ? 0 : widthOf(graphLines(graph, state.columns - 1, state.glyphs));
}

/** The lines without what is out of sight at the left, and how many columns are out of sight at both sides. */
export function sideways(
  lines: readonly Line[],
  { drawing }: TextPlace,
  { columns }: SessionState,
): { readonly left: number; readonly right: number; readonly lines: readonly Line[] } {
  const most = Math.max(0, widthOf(lines) - columns + 1);
  const left = Math.min(drawing?.across ?? 0, most);
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

function changeDrawing(
  state: SessionState,
  change: (drawing: NonNullable<TextPlace['drawing']>) => NonNullable<TextPlace['drawing']>,
): SessionState {
  const { place } = here(state);
  if (place.type !== 'text' || place.drawing === undefined) return state;
  return changeHere(state, { place: { ...place, drawing: change(place.drawing) }, scroll: 0 });
}
