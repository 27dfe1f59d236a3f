import { rawText } from './exact-text.ts';
import { sanitise } from './sanitise.ts';

/** Names and namespaces as almost all of them are: they stand for themselves. */
const PLAIN = /^[\w\-.:/@ ]*$/;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};
const SHORT_ESCAPED = new Map(Object.entries(SHORT_ESCAPES).map(([character, escape]) => [escape, character]));
const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|.)/g;

/**
 * What an exact text stands for as Go's `%q` writes it (strconv.Quote), safe to show: Go leaves some characters as they
 * are that nobody sees.
 */
export function goQuote(exact: string): string {
  if (PLAIN.test(exact)) return `"${exact}"`;
  const quoted = Array.from(rawText(exact) ?? exact, quoteCharacter).join('');
  return `"${sanitise(quoted, Number.MAX_SAFE_INTEGER)}"`;
}

/** What stands between the quotes of Go's `%q`, as the raw text that it was. */
export function goUnquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted;
  return quoted.replaceAll(ESCAPE, (escape: string, ...codes: (string | undefined)[]) => {
    const code = codes.slice(0, 3).find((one) => one !== undefined);
    return code === undefined ? (SHORT_ESCAPED.get(escape) ?? escape) : character(Number.parseInt(code, 16));
  });
}

function quoteCharacter(one: string): string {
  const short = SHORT_ESCAPES[one];
  if (short !== undefined) return short;
  if (PRINTABLE.test(one)) return one;
  const code = one.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  // A lone surrogate is no text: Go replaces it before anything is quoted.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}
