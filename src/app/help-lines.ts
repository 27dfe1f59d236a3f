import type { Glyphs } from './glyphs.ts';
import type { KeyBinding, KeyGroup } from './key-binding.ts';
import { keyText } from './key-binding.ts';
import { workingBindings } from './keymap.ts';
import { BLANK, line, span, type Line, type Span } from './span.ts';
import type { SessionState } from './state.ts';
import { fit } from './text-width.ts';

const GROUPS: readonly (readonly [group: KeyGroup, title: string])[] = [
  ['rows', 'what is under the cursor'],
  ['remedy', 'this remedy'],
  ['moving', 'moving'],
  ['order', 'filter, sort, columns'],
  ['places', 'places'],
  ['session', 'session'],
];

/** Columns of screen from which help stands in two columns. */
const TWO_COLUMNS = 110;
const KEYS_WIDTH = 16;

/** The help: only keys that work here, made from the key table. */
export function helpLines(state: SessionState): readonly Line[] {
  const working = workingBindings(state);
  const blocks = GROUPS.flatMap(([group, title]) => {
    const bindings = working.filter((one) => one.group === group);
    return bindings.length === 0 ? [] : [block(title, bindings, state.glyphs)];
  });
  const head = line(span(' keys that work here', 'title'), span('   esc closes', 'muted'));
  if (state.columns < TWO_COLUMNS)
    return [head, ...blocks.flatMap((one) => [BLANK, ...one.map((spans) => line(...spans))])];
  return [head, BLANK, ...sideBySide(blocks, Math.floor((state.columns - 1) / 2))];
}

function block(title: string, bindings: readonly KeyBinding[], glyphs: Glyphs): readonly (readonly Span[])[] {
  return [[span(` ${title}`, 'heading')], ...bindings.map((one) => helpSpans(one, glyphs))];
}

function helpSpans(binding: KeyBinding, glyphs: Glyphs): readonly Span[] {
  return [span(`  ${fit(keysText(binding, glyphs), KEYS_WIDTH)} `, 'key'), span(binding.help)];
}

/** The keys of a binding as help and README write them. */
function keysText(binding: KeyBinding, glyphs: Glyphs): string {
  const texts = binding.keys.map((key) => keyText(key, glyphs));
  const [first = '', ...rest] = texts;
  return rest.length > 3 ? `${first} .. ${rest.at(-1) ?? ''}` : texts.join(' ');
}

function sideBySide(blocks: readonly (readonly (readonly Span[])[])[], width: number): readonly Line[] {
  const total = blocks.reduce((sum, one) => sum + one.length + 1, 0);
  const left: (readonly Span[])[] = [];
  const right: (readonly Span[])[] = [];
  for (const one of blocks) {
    const side = left.length + one.length / 2 <= total / 2 ? left : right;
    side.push(...one, []);
  }
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const start = left[at] ?? [];
    const used = start.map((one) => one.text).join('');
    const gap = fit(used, width).slice(used.length);
    return { spans: [...start, span(gap), ...(right[at] ?? [])] };
  });
}
