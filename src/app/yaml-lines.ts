import { line, span, type Line } from './span.ts';
import { safe } from './text-width.ts';

const COMMENT_LINE = /^\s*#/;
const PARTS = /^(?<key>\s*(?:- )*(?:"[^"]*"|'[^']*'|[\w./~-]+):)(?<value>(?: .*?)?)(?<comment>\s+#.*)?$/u;

/** YAML as lines: keys, values and comments told apart. */
export function yamlLines(yaml: string): readonly Line[] {
  const text = yaml.endsWith('\n') ? yaml.slice(0, -1) : yaml;
  return text.split('\n').map((raw) => yamlLine(safe(raw)));
}

function yamlLine(text: string): Line {
  if (COMMENT_LINE.test(text)) return line(span(` ${text}`, 'comment'));
  if (text === '---') return line(span(' ---', 'rule'));
  const groups = PARTS.exec(text)?.groups;
  if (groups === undefined) return line(span(` ${text}`, 'code'));
  const { key = '', value = '', comment } = groups;
  const spans = [span(` ${key}`, 'key'), span(value, 'code')];
  return line(...spans, ...(comment === undefined ? [] : [span(comment, 'comment')]));
}
