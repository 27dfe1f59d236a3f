import { createHash } from 'node:crypto';
import { sanitise } from './sanitise.ts';

/**
 * Text that stands for a thing: names, namespaces, subjects, groups, labels. It is as safe to show as what `sanitise`
 * gives, and two different texts stay different, so that nobody hides an object behind the name of another.
 */

/** The longest exact text; the same length as that of any other text that is shown. */
const MAX_LENGTH = 1024;
const DIGEST_LENGTH = 43;
const ELLIPSIS = '…';

/** What an unsafe character is written as. */
const ESCAPE = /\\u(?:([0-9a-f]{4})|\{([0-9a-f]+)\})/g;
/** A backslash that would be read as the begin of an escape. */
const LOOK_ALIKE = /\\(?=u(?:[0-9a-f]{4}|\{[0-9a-f]+\}))/g;
/** The end of a text that was too long: a digest of the whole stands for what is not shown. */
const DIGESTED = new RegExp(`${ELLIPSIS}[\\w-]{${DIGEST_LENGTH}}$`);
const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;

/**
 * A name from outside as everything here knows and shows it.
 *
 * @returns the same text where it is clean; else with unsafe characters written out (`\u202e`), with `\u005c` for a
 *   backslash that only looks like the begin of such an escape, and with a digest in place of what is too long.
 *   Injective (as far as SHA-256 is), and `sanitise` leaves it as it is. To be applied once.
 */
export function exactText(raw: string): string {
  if (raw.length <= MAX_LENGTH && PLAIN.test(raw)) return raw;
  const text = sanitise(raw.replaceAll(LOOK_ALIKE, '\\u005c'), Number.MAX_SAFE_INTEGER);
  if (text.length <= MAX_LENGTH && !DIGESTED.test(text)) return text;
  const digest = createHash('sha256').update(raw, 'utf16le').digest('base64url');
  const head = sanitise(text, MAX_LENGTH - DIGEST_LENGTH - ELLIPSIS.length);
  return `${head.endsWith(ELLIPSIS) ? head : head + ELLIPSIS}${digest}`;
}

/**
 * The name that an exact text stands for, as the API server knows it. Not to be shown.
 *
 * @returns undefined where the text was too long to be kept
 */
export function rawText(exact: string): string | undefined {
  if (DIGESTED.test(exact)) return undefined;
  return exact.replaceAll(ESCAPE, (_escape, short: string | undefined, long: string | undefined) =>
    String.fromCodePoint(Number.parseInt(short ?? long ?? '', 16)),
  );
}
