import { isClean, sanitise } from '../kube/sanitise.ts';
import { GraphemeSegmenter, PLAIN_TEXT } from './graphemes.ts';

const SEGMENTER = new GraphemeSegmenter();
/**
 * Scripts and blocks whose characters take two columns (East Asian Width W and F, Unicode 16, UAX 11), and characters
 * that terminals draw as emoji by default.
 */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;
/** Halfwidth forms belong to wide scripts but take one column. */
const HALF = /[\uff61-\uffdc\uffe8-\uffee]/u;
const COMBINING = /^\p{M}+$/u;

/** Terminal columns that one line of text takes. */
export function textWidth(text: string): number {
  if (PLAIN_TEXT.test(text)) return text.length;
  let width = 0;
  for (const { segment } of SEGMENTER.segment(text)) width += graphemeWidth(segment);
  return width;
}

/**
 * Text that takes at most `width` columns; what was cut is marked with `ellipsis` (one column).
 * Control characters, newlines and the like are written out first, so that no text can break a line's layout.
 */
export function clip(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  const line = safe(text);
  if (PLAIN_TEXT.test(line)) return line.length <= width ? line : line.slice(0, width - 1) + ellipsis;
  if (textWidth(line) <= width) return line;
  let out = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(line)) {
    const wide = graphemeWidth(segment);
    if (used + wide > width - 1) break;
    out += segment;
    used += wide;
  }
  return out + ellipsis;
}

/** Text without its first columns; what is left of a wide character that is halved is a space. */
export function withoutStart(text: string, columns: number): string {
  if (PLAIN_TEXT.test(text)) return text.slice(columns);
  let out = '';
  let at = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    const end = at + graphemeWidth(segment);
    if (at >= columns) out += segment;
    else if (end > columns) out += ' '.repeat(end - columns);
    at = end;
  }
  return out;
}

/** Text of exactly `width` columns: clipped, or filled with spaces on the right (on the left for `right`). */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  const clipped = clip(text, width, ellipsis);
  const space = ' '.repeat(Math.max(0, width - textWidth(clipped)));
  return align === 'right' ? space + clipped : clipped + space;
}

/** The text with everything written out that a terminal would act on; the same string where there is nothing. */
export function safe(text: string): string {
  return isClean(text) ? text : sanitise(text);
}

/** Breaks text into lines of at most `width` columns, at spaces where it can; newlines begin new lines. */
export function wrap(text: string, width: number): readonly string[] {
  if (width <= 0) return [];
  return text.split('\n').flatMap((line) => wrapLine(safe(line), width));
}

/** Lines that continue an indented one keep its indentation. */
function wrapLine(line: string, width: number): readonly string[] {
  const indent = ' '.repeat(Math.min(line.length - line.trimStart().length, Math.floor(width / 2)));
  const room = width - indent.length;
  const lines: string[] = [];
  let current = '';
  for (const word of line.trim().split(' ')) {
    for (const part of textWidth(word) > room ? chop(word, room) : [word]) {
      if (current === '') current = part;
      else if (textWidth(current) + 1 + textWidth(part) <= room) current += ` ${part}`;
      else {
        lines.push(indent + current);
        current = part;
      }
    }
  }
  lines.push(indent + current);
  return lines;
}

function chop(word: string, width: number): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(word)) {
    const wide = graphemeWidth(segment);
    if (used + wide > width && part !== '') {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += segment;
    used += wide;
  }
  return part === '' ? parts : [...parts, part];
}

function graphemeWidth(segment: string): number {
  if (segment.length === 1 && segment < '\u0300') return 1;
  if (COMBINING.test(segment)) return 0;
  if (HALF.test(segment)) return 1;
  return WIDE.test(segment) ? 2 : 1;
}
