import type { Glyphs } from './glyphs.ts';
import { keyText, type KeyBinding, type KeyGroup } from './key-binding.ts';
import { workingBindings } from './keymap.ts';
import { bodyHeight } from './layout.ts';
import { BLANK, line, span, type Line } from './span.ts';
import type { SessionState } from './state.ts';

const GROUPS: readonly (readonly [group: KeyGroup, title: string])[] = [
  ['rows', 'what is under the cursor'],
  ['remedy', 'this remedy'],
  ['moving', 'moving'],
  ['order', 'filter, sort, columns'],
  ['places', 'places'],
  ['session', 'session'],
];

/** Titles of the groups, which stand in the column of the texts. */
export const HELP_TITLES: ReadonlySet<string> = new Set(GROUPS.map(([, title]) => title));

/** Columns of screen from which help stands in two columns. */
const TWO_COLUMNS = 110;

/** One line of the help: keys and what they do, a group's title, or nothing. */
export interface HelpRow {
  readonly keys: string;
  readonly help: string;
}

const EMPTY: HelpRow = { keys: '', help: '' };

/** Lines above the table, which do not scroll. */
export const HELP_HEAD: readonly Line[] = [
  line(span(' keys that work here', 'title'), span('   esc closes', 'muted')),
  BLANK,
];

/** Lines of the table that are on the screen. */
export function helpHeight(state: SessionState): number {
  return Math.max(1, bodyHeight(state) - HELP_HEAD.length);
}

/** Only keys that work here, made from the key table, one below the other. */
export function helpRows(state: SessionState): readonly HelpRow[] {
  return helpBlocks(state).flatMap((block, at) => (at === 0 ? block : [EMPTY, ...block]));
}

/** The help as it stands on the screen: one or two columns of rows side by side. */
export function helpColumns(state: SessionState): readonly (readonly HelpRow[])[] {
  if (state.columns < TWO_COLUMNS) return [helpRows(state)];
  const blocks = helpBlocks(state);
  const total = blocks.reduce((sum, one) => sum + one.length + 1, 0);
  const left: HelpRow[] = [];
  const right: HelpRow[] = [];
  for (const block of blocks) {
    const side = left.length + block.length / 2 <= total / 2 ? left : right;
    side.push(...(side.length === 0 ? block : [EMPTY, ...block]));
  }
  const height = Math.max(left.length, right.length);
  return [left, right].map((side) => [...side, ...Array.from({ length: height - side.length }, () => EMPTY)]);
}

/** How far the help can be scrolled. */
export function helpEnd(state: SessionState): number {
  return Math.max(0, (helpColumns(state)[0]?.length ?? 0) - helpHeight(state));
}

function helpBlocks(state: SessionState): readonly (readonly HelpRow[])[] {
  const working = workingBindings(state);
  return GROUPS.flatMap(([group, title]) => {
    const bindings = working.filter((one) => one.group === group);
    if (bindings.length === 0) return [];
    const rows = bindings.map((one) => ({ keys: keysText(one, state.glyphs), help: one.help }));
    return [[{ keys: '', help: title }, ...rows]];
  });
}

/** The keys of a binding as help and README write them. */
function keysText(binding: KeyBinding, glyphs: Glyphs): string {
  const texts = binding.keys.map((key) => keyText(key, glyphs));
  const [first = '', ...rest] = texts;
  return rest.length > 3 ? `${first} .. ${rest.at(-1) ?? ''}` : texts.join(' ');
}
