/** The signs beyond ASCII that the screen uses, and what stands for them where the terminal has none. */
export interface Glyphs {
  readonly cursor: string;
  readonly mark: string;
  readonly dot: string;
  readonly rule: string;
  readonly separator: string;
  readonly into: string;
  readonly up: string;
  readonly down: string;
  readonly left: string;
  readonly right: string;
  readonly times: string;
  readonly bullet: string;
  readonly ellipsis: string;
  readonly caret: string;
  readonly barFull: string;
  readonly barEmpty: string;
  /** From nothing to most. */
  readonly spark: readonly string[];
  readonly tree: TreeGlyphs;
  /** What joins the sides of a cell: the sum of 1 (up), 2 (down), 4 (left) and 8 (right) is the index. */
  readonly joints: string;
  /** What stands for each sign of texts that are made elsewhere, such as an answer; of the same width. */
  readonly signs: ReadonlyMap<string, string>;
}

/** What stands before a part of a tree and before its own parts; all of the same width. */
export interface TreeGlyphs {
  readonly fork: string;
  readonly last: string;
  readonly along: string;
  readonly blank: string;
}

export const UNICODE_GLYPHS: Glyphs = {
  cursor: '▸',
  mark: '●',
  dot: '●',
  rule: '─',
  separator: '·',
  into: '▸',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  times: '×',
  bullet: '•',
  ellipsis: '…',
  caret: '▏',
  barFull: '█',
  barEmpty: '░',
  spark: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  tree: { fork: '├─ ', last: '└─ ', along: '│  ', blank: '   ' },
  joints: ' │││─┘┐┤─└┌├─┴┬┼',
  signs: new Map(),
};

export const ASCII_GLYPHS: Glyphs = {
  cursor: '>',
  mark: '*',
  dot: '*',
  rule: '-',
  separator: '-',
  into: '>',
  up: '^',
  down: 'v',
  left: '<-',
  right: '->',
  times: 'x',
  bullet: '-',
  ellipsis: '~',
  caret: '_',
  barFull: '#',
  barEmpty: '.',
  spark: ['_', '.', ':', '-', '=', '+', '*', '#'],
  tree: { fork: '|- ', last: '`- ', along: '|  ', blank: '   ' },
  joints: ' |||-+++-+++-+++',
  signs: new Map([
    ['→', '>'],
    ['≥', '>'],
    ['×', 'x'],
    ['…', '~'],
    ['·', '-'],
  ]),
};

/** Words and indentation in place of signs, for a screen reader: nothing is drawn. */
export const SPOKEN_GLYPHS: Glyphs = {
  ...ASCII_GLYPHS,
  up: 'above',
  down: 'below',
  left: 'left',
  right: 'to',
  times: 'times ',
  barFull: '',
  barEmpty: '',
  spark: [''],
  tree: { fork: '  ', last: '  ', along: '  ', blank: '  ' },
  joints: '',
};

/** A text with the signs that the terminal has. */
export function inSigns(text: string, { signs }: Glyphs): string {
  if (signs.size === 0) return text;
  let out = text;
  for (const [sign, plain] of signs) out = out.replaceAll(sign, plain);
  return out;
}

/** Whether boxes and arrows can be drawn. */
export function canDraw({ joints }: Glyphs): boolean {
  return joints !== '';
}

const BAR_WIDTH = 16;

/** A bar for a share from 0 to 1. */
export function barText(share: number, glyphs: Glyphs): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * BAR_WIDTH);
  return glyphs.barFull.repeat(full) + glyphs.barEmpty.repeat(BAR_WIDTH - full);
}

/** Counts as a sparkline, scaled to the largest of them; the newest at the right. */
export function sparkText(counts: readonly number[], glyphs: Glyphs, width: number): string {
  const shown = counts.slice(-width);
  const most = Math.max(1, ...shown);
  const top = glyphs.spark.length - 1;
  return shown.map((count) => glyphs.spark[count <= 0 ? 0 : Math.max(1, Math.round((count / most) * top))]).join('');
}
