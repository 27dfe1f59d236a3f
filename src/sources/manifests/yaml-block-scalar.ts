import { isObject } from '../slim/json-reading.ts';
import { parseYaml } from './yaml-document.ts';

/** The text can't be read by the simple reader. */
export const UNUSUAL: unique symbol = Symbol('unusual');

const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/;
/** What begins so and is none of the words below is text in every version of YAML. */
const PLAIN = /^(?:[A-Za-z0-9_/.$(+]|-(?=\S))[^\t]*$/;
const NEEDS_CARE = /^(?:[-+.]?[\d.]|[-+.])|^(?:~|null|true|false|yes|no|on|off|y|n|nan|inf)$/i;
const WORD = /^[A-Za-z_/$(]/;
const SINGLE_QUOTED = /^'((?:[^']|'')*)'(?: +#.*)?$/;
const DOUBLE_QUOTED = /^("(?:[^"\\]|\\[nt"\\])*")(?: +#.*)?$/;

/** Scalars that look like numbers or switches are few and repeat; the real parser decides about each once. */
export type ScalarReader = (text: string) => unknown;

/** Reads what stands on one line behind a key or a dash. */
export function createScalarReader(): ScalarReader {
  const decided = new Map<string, unknown>();
  const decide = (text: string): unknown => {
    const hit = decided.get(text);
    if (hit !== undefined) return hit;
    // Behind a key, as it stands in the document: at the start of a line, `---` would be a marker.
    const parsed = parseYaml({ text: `v: ${text}`, line: 1 });
    const value = parsed.ok && isObject(parsed.document.value) ? parsed.document.value['v'] : UNUSUAL;
    const result = typeof value === 'object' && value !== null ? UNUSUAL : value;
    if (decided.size < 10_000) decided.set(text, result);
    return result;
  };
  return (text) => {
    switch (text[0]) {
      case '"': {
        const quoted = DOUBLE_QUOTED.exec(text)?.[1];
        return quoted === undefined ? UNUSUAL : fromJson(quoted);
      }
      case "'": {
        const quoted = SINGLE_QUOTED.exec(text)?.[1];
        return quoted === undefined ? UNUSUAL : quoted.replaceAll("''", "'");
      }
      case '[':
      case '{':
        return fromJson(text);
      default:
        return plain(text, decide);
    }
  };
}

function plain(withComment: string, decide: ScalarReader): unknown {
  const text = withComment.includes(' #') ? withComment.replace(/ +#.*$/, '') : withComment.trimEnd();
  if (!PLAIN.test(text) || text.includes(': ') || text.endsWith(':')) return UNUSUAL;
  if (INTEGER.test(text)) return Number(text);
  if (NEEDS_CARE.test(text)) return decide(text);
  return WORD.test(text) ? text : UNUSUAL;
}

/** Flow collections and quoted text that are JSON mean the same in both languages. */
function fromJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return UNUSUAL;
  }
}
