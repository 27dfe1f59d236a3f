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
  return text.split('\n').flatMap((raw) => commentLines(safe(raw), columns) ?? [yamlLine(safe(raw))]);
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
