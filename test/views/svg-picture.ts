import { textWidth } from '../../src/app/text-width.ts';
import { html } from '../../src/report/html-escape.ts';
import type { Run } from './test-terminal.ts';

/** Pixels of a character's cell at 14 px, and around the screen. */
const CELL = { width: 8.4, height: 18 } as const;
const MARGIN = 12;

interface Palette {
  readonly page: string;
  readonly ink: string;
  /** Black, red, green, yellow, blue, magenta, cyan, white, grey. */
  readonly colours: readonly string[];
}

/** Each colour has a contrast of 4.5 to its page at least. */
const LIGHT: Palette = {
  page: 'f6f8fa',
  ink: '1f2328',
  colours: ['1f2328', 'b3261e', '1a7f37', '8a5a00', '0b57d0', '8250df', '0b6b78', '57606a', '626a73'],
};
const DARK: Palette = {
  page: '0d1117',
  ink: 'e6edf3',
  colours: ['0d1117', 'ff7b72', '56d364', 'e3b341', '79c0ff', 'd2a8ff', '39c5cf', 'b1bac4', '8b949e'],
};

/**
 * A screen as an SVG that fetches nothing: text in the reader's own monospaced font, each run as wide as its cells, in
 * colours for a light or a dark page as the reader prefers.
 *
 * @param title what is read out in place of the picture
 */
export function svgPicture(lines: readonly (readonly Run[])[], columns: number, title: string): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(title)}">
<style>
text { font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: var(--ink) }
.b { font-weight: bold }
${colours(LIGHT)}
@media (prefers-color-scheme: dark) { ${colours(DARK)} }
.page { fill: var(--page) }
.i { fill: var(--page) }
.g { fill: var(--ink) }
${LIGHT.colours.map((_, at) => `.c${at} { fill: var(--c${at}) }`).join(' ')}
</style>
<rect class="page" width="${width}" height="${height}" rx="8"/>
${lines.flatMap((runs, row) => runs.flatMap((run) => runShapes(run, row))).join('\n')}
</svg>
`;
}

function colours({ page, ink, colours: own }: Palette): string {
  return `:root { --page: #${page}; --ink: #${ink}; ${own.map((colour, at) => `--c${at}: #${colour}`).join('; ')} }`;
}

function runShapes({ column, text, ink, ground, bold, inverse }: Run, row: number): readonly string[] {
  const x = number(MARGIN + column * CELL.width);
  const y = MARGIN + row * CELL.height;
  const isFilled = inverse || ground !== null;
  const wide = number(textWidth(text) * CELL.width);
  const rect = `<rect class="${ground === null ? 'g' : `c${place(ground)}`}" x="${x}" y="${y}" width="${wide}" height="${CELL.height}"/>`;
  const shapes = isFilled ? [rect] : [];
  if (text.trim() === '') return shapes;
  const start = text.length - text.trimStart().length;
  const shown = text.trim();
  const length = number(textWidth(shown) * CELL.width);
  const names = [isFilled ? 'i' : ink === null ? '' : `c${place(ink)}`, bold ? 'b' : ''].filter((one) => one !== '');
  const look = names.length === 0 ? '' : ` class="${names.join(' ')}"`;
  const at = number(MARGIN + (column + start) * CELL.width);
  return [
    ...shapes,
    `<text x="${at}" y="${y + 13}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${look}>${html(shown)}</text>`,
  ];
}

/** Bright colours are drawn as the plain ones, bright black as grey. */
function place(colour: number): number {
  return colour <= 8 ? colour : colour - 8;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}
