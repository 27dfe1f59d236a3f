/** What the beginning of a log tells about its shape. */
export type Shape = 'lines' | 'document' | 'undecided';

/**
 * Whether a log is one JSON document over several lines rather than a value a line: its first line is no complete value,
 * and the next may go on with it. After a first line that was cut off, the next begins a value where none may stand.
 *
 * @param content without leading blanks; undecided where it ends before that can be told
 */
export function shapeOf(content: string): Shape {
  if (content === '') return 'undecided';
  if (!content.startsWith('{') && !content.startsWith('[')) return 'lines';
  const newline = content.indexOf('\n');
  const line = (newline < 0 ? content : content.slice(0, newline)).trim();
  if (newline < 0) return line.startsWith('[') ? 'document' : 'undecided';
  if (/[}\]]$/.test(line) && line.length > 1) return 'lines';
  if (line.endsWith('[Truncated...]')) return 'lines';
  const next = /\S/.exec(content.slice(newline))?.[0];
  if (next === undefined) return 'undecided';
  return (next !== '{' && next !== '[') || mayTakeValue(line) ? 'document' : 'lines';
}

/** Whether an object or array may stand behind a beginning of JSON. Source: RFC 8259. */
function mayTakeValue(text: string): boolean {
  const open: string[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') open.push(char);
    else if (char === '}' || char === ']') open.pop();
  }
  if (inString) return false;
  const last = text.at(-1);
  return last === ':' || last === '[' || (last === ',' && open.at(-1) === '[');
}
