import type { Tone } from '../panes/pane.ts';

/** What a piece of text means; the theme decides how that looks. */
export type Style =
  Tone | 'title' | 'heading' | 'key' | 'rule' | 'code' | 'comment' | 'added' | 'removed' | 'tab' | 'bar' | 'brand';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of the screen. Never wider than the screen: what does not fit is cut when it is painted. */
export interface Line {
  readonly spans: readonly Span[];
  /** Drawn at the right edge; it keeps its room, the left part is cut. */
  readonly right?: readonly Span[];
  /** Identity of what a cursor can stand on; undefined where it can't. */
  readonly item?: string;
}

/** A span. */
export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** A line of spans; a string is plain text. */
export function line(...spans: readonly (Span | string)[]): Line {
  return { spans: spans.map((one) => (typeof one === 'string' ? span(one) : one)) };
}

/** The text of a line, without style; what stands at its right edge comes after two spaces. */
export function lineText({ spans, right = [] }: Line): string {
  const texts = [spans, right].map((part) => part.map((one) => one.text).join(''));
  return texts.filter((text) => text !== '').join('  ');
}

/** An empty line. */
export const BLANK: Line = { spans: [] };
