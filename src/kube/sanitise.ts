/**
 * Makes text from outside safe to show. Whoever can name a Kubernetes object or send an audit event can write terminal
 * control sequences into it (CVE-2021-25743), reorder what a person reads (bidirectional controls), or hide characters
 * (zero-width). Every string is cleaned once, where it enters; nothing behind that point needs to care.
 */

/** Longer than any Kubernetes name, label or image reference, short enough that one string can't fill a screen. */
const MAX_TEXT_LENGTH = 1024;

const ELLIPSIS = '…';
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * Control (C0, DEL, C1), format (bidi, zero-width, BOM, soft hyphen, tags), surrogates that are alone, line and
 * paragraph separators, variation selectors, and letters that are drawn as nothing (Hangul fillers, Braille blank).
 */
const UNSAFE_CLASS =
  '\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2800\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}';
const UNSAFE = new RegExp(`[${UNSAFE_CLASS}]`, 'u');
const ALL_UNSAFE = new RegExp(`[${UNSAFE_CLASS}]`, 'gu');
const UNSAFE_BUT_NEWLINE = new RegExp(`(?!\\n)[${UNSAFE_CLASS}]`, 'gu');

/** Whether `sanitise` would change the characters of the text (its length is not looked at). */
export function isClean(text: string): boolean {
  return PRINTABLE_ASCII.test(text) || !UNSAFE.test(text);
}

/** Every character of a YAML stream that is not safe to show, as an escape of a double-quoted scalar; lines stay. */
export function escapeYaml(text: string): string {
  return text.replace(UNSAFE_BUT_NEWLINE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/**
 * One line of text that is safe in a terminal, a report and a YAML comment.
 *
 * @param text anything from a cluster, a file or a log
 * @param maxLength in UTF-16 units, the ellipsis included
 * @returns the same string when it is clean and short; else with every unsafe character written out (`\u001b`, `\u202e`)
 *   and the rest cut with `…`. Sanitising twice changes nothing.
 */
export function sanitise(text: string, maxLength = MAX_TEXT_LENGTH): string {
  if (text.length <= maxLength && PRINTABLE_ASCII.test(text)) return text;
  // What lies behind the cut is not worth replacing; two more units keep the cut visible, even before a pair.
  const head = text.length > maxLength ? cut(text, maxLength + 2) : text;
  return shorten(UNSAFE.test(head) ? head.replace(ALL_UNSAFE, visible) : head, maxLength);
}

/**
 * Like `sanitise`, for text that is shown over several lines (YAML): newlines stay, `\r\n` becomes `\n`, tabs become
 * two spaces, everything else unsafe is written out. No length cap unless one is given.
 */
export function sanitiseBlock(text: string, maxLength = Number.MAX_SAFE_INTEGER): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\t', '  ').replace(UNSAFE_BUT_NEWLINE, visible);
  return shorten(lines, maxLength);
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return maxLength <= 0 ? '' : cut(text, maxLength - 1) + ELLIPSIS;
}

/** The first `length` units, one fewer where the cut would halve a surrogate pair. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const next = text.charCodeAt(length);
  const halves = last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
  return text.slice(0, halves ? length - 1 : length);
}
