import { COMMENT_WIDTH } from '../remedy/to-yaml.ts';
import { line, span, type Line } from './span.ts';
import { safe, wrap } from './text-width.ts';

const COMMENT_LINE = /^(?<sign>\s*# ?)(?<text>.*)$/u;
const PARTS = /^(?<key>\s*(?:- )*(?:"[^"]*"|'[^']*'|[\w./~-]+):)(?<value>(?: .*?)?)(?<comment>\s+#.*)?$/u;

/**
 * YAML as lines: keys, values and comments told apart.
 *
 * @param columns of the screen; lines that are comments and longer go on in the next one, for they are sentences
 */
export function yamlLines(yaml: string, columns: number): readonly Line[] {
  const text = yaml.endsWith('\n') ? yaml.slice(0, -1) : yaml;
  const lines = text.split('\n').map(safe);
  return sentences(lines, columns).flatMap((raw) => commentLines(raw, columns) ?? [yamlLine(raw)]);
}

/** The lines with sentences that were broken into several put together again, where the screen breaks them elsewhere. */
function sentences(lines: readonly string[], columns: number): readonly string[] {
  if (columns > COMMENT_WIDTH + 3) return lines;
  const whole: string[] = [];
  let before = '';
  for (const raw of lines) {
    const [first = ''] = raw.slice(2).split(' ');
    // Else its first word had still had its place in the line before.
    const isFull = before.startsWith('# ') && before.length - 1 + first.length > COMMENT_WIDTH;
    const goesOn = isFull && raw.startsWith('# ') && !raw.startsWith('# by evaluation: ');
    if (goesOn) whole.push(`${whole.pop() ?? ''} ${raw.slice(2)}`);
    else whole.push(raw);
    before = raw;
  }
  return whole;
}

function commentLines(raw: string, columns: number): readonly Line[] | undefined {
  const { sign, text } = COMMENT_LINE.exec(raw)?.groups ?? {};
  if (sign === undefined || text === undefined) return undefined;
  return wrap(text, Math.max(20, columns - sign.length - 2)).map((part) => line(span(` ${sign}${part}`, 'comment')));
}

function yamlLine(text: string): Line {
  if (text === '---') return line(span(' ---', 'rule'));
  const groups = PARTS.exec(text)?.groups;
  if (groups === undefined) return line(span(` ${text}`, 'code'));
  const { key = '', value = '', comment } = groups;
  const spans = [span(` ${key}`, 'key'), span(value, 'code')];
  return line(...spans, ...(comment === undefined ? [] : [span(comment, 'comment')]));
}
