import type { Line, Span, Style } from '../src/app/span.ts';
import { clip, safe, textWidth } from '../src/app/text-width.ts';
import { inSigns, type Glyphs } from '../src/app/glyphs.ts';
import type { Theme } from './theme.ts';

/** Columns that the left part keeps, however long the right part is. */
const LEFT_ROOM = 12;

/** How a line is painted. */
export interface Paint {
  readonly columns: number;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  /** Whether the cursor is on the line: it is marked by a sign and by the style of the whole line. */
  readonly selected: boolean;
}

/** A line as text with SGR codes, never wider than the screen; an empty line is a space, for Ink gives '' no height. */
export function paintLine(line: Line, paint: Paint): string {
  const { columns, theme, glyphs, selected } = paint;
  const cursor = line.item === undefined ? '' : selected ? glyphs.cursor : ' ';
  const right = fitSpans(line.right ?? [], Math.max(0, columns - LEFT_ROOM), glyphs);
  const room = columns - cursor.length - right.width;
  const whole = fitSpans(line.spans, room, glyphs);
  // What is cut does not touch what stands at the right.
  const touches = whole.isCut && right.width > 0 && !texts(right.spans).startsWith(' ');
  const left = touches ? fitSpans(line.spans, room - 1, glyphs) : whole;
  const gap = columns - cursor.length - left.width - right.width;
  const isFilled = right.width > 0 || selected;
  const filling = isFilled ? ' '.repeat(Math.max(0, gap)) : '';
  if (selected) return sgr(theme.selected, cursor + texts(left.spans) + filling + texts(right.spans));
  const text = cursor + styled(left.spans, theme) + filling + styled(right.spans, theme);
  return text === '' ? ' ' : text;
}

/** A text in a style. */
export function paintText(text: string, style: Style, theme: Theme): string {
  return sgr(theme.styles[style], text);
}

function styled(spans: readonly Span[], theme: Theme): string {
  let out = '';
  for (const { text, style } of spans) out += sgr(theme.styles[style], text);
  return out;
}

function sgr(codes: string, text: string): string {
  return codes === '' || text === '' ? text : `\u001b[${codes}m${text}\u001b[0m`;
}

function texts(spans: readonly Span[]): string {
  return spans.map((one) => one.text).join('');
}

/** The spans that fit, the last of them cut. */
function fitSpans(
  spans: readonly Span[],
  room: number,
  glyphs: Glyphs,
): { readonly spans: readonly Span[]; readonly width: number; readonly isCut: boolean } {
  const out: Span[] = [];
  let width = 0;
  for (const one of spans) {
    const text = inSigns(safe(one.text), glyphs);
    const wide = textWidth(text);
    if (width + wide <= room) {
      out.push(text === one.text ? one : { ...one, text });
      width += wide;
      continue;
    }
    const cut = clip(text, room - width, glyphs.ellipsis);
    out.push({ ...one, text: cut });
    return { spans: out, width: width + textWidth(cut), isCut: true };
  }
  return { spans: out, width, isCut: false };
}
