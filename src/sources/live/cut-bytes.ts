/**
 * Cuts what no rule reads from the bytes of a list or watch event, before JSON.parse has to build it. About 43 % of a
 * page of pods is managedFields, and parsing is most of what a scan costs.
 */

import { CUT_MARK, COPY_ENDINGS } from '../slim/annotations.ts';

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * In valid JSON these bytes can only be the key itself: inside of a string its quotes would be escaped, and a closing
 * quote is never followed by a letter. It begins with a comma, so that what is left stays a valid list of members.
 */
const MANAGED_FIELDS = Buffer.from(',"managedFields":[');

/**
 * Cuts every `,"managedFields":[…]` in place.
 *
 * @param bytes valid JSON, which is overwritten; invalid JSON gives some invalid or shorter JSON
 * @returns a view of the same memory; JSON.parse gives what it gave before, without those members
 */
export function cutManagedFields(bytes: Buffer): Buffer {
  let from = bytes.indexOf(MANAGED_FIELDS);
  if (from < 0) return bytes;
  let kept = from;
  while (from >= 0) {
    const open = from + MANAGED_FIELDS.length - 1;
    const close = closingBracket(bytes, open);
    if (close < 0) break;
    const next = bytes.indexOf(MANAGED_FIELDS, close);
    const end = next < 0 ? bytes.length : next;
    bytes.copyWithin(kept, close + 1, end);
    kept += end - close - 1;
    from = next;
  }
  if (from >= 0) {
    // The list has no end: these bytes are broken, and JSON.parse shall say so.
    bytes.copyWithin(kept, from, bytes.length);
    kept += bytes.length - from;
  }
  return bytes.subarray(0, kept);
}

/**
 * The bracket that closes a list. Real managedFields hold no bracket at all, in no string either, so the next one is
 * the closing one; where that is not certain, the bytes are walked one by one.
 */
function closingBracket(bytes: Buffer, open: number): number {
  const close = bytes.indexOf(CLOSE_LIST, open + 1);
  if (close < 0) return -1;
  const nested = bytes.subarray(open + 1, close).indexOf(OPEN_LIST);
  return nested < 0 && isOutsideStrings(bytes, close) ? close : matchingBracket(bytes, open);
}

/**
 * Whether a closing bracket is syntax: then only syntax follows until the next string opens, whose first byte is a
 * letter. Were it inside a string, that quote would close the string, and a letter could not follow.
 */
function isOutsideStrings(bytes: Buffer, bracket: number): boolean {
  for (let at = bracket + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return isLetter(bytes[at + 1]);
    if (byte !== CLOSE_LIST && byte !== CLOSE_OBJECT && byte !== COMMA && byte !== OPEN_OBJECT && !isSpace(byte)) {
      return false;
    }
  }
  return true;
}

/** The bracket that closes the one at `open`, by walking over strings and nested lists; -1 where there is none. */
function matchingBracket(bytes: Buffer, open: number): number {
  let depth = 0;
  for (let at = open; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
    else if (byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** The quote that ends the string whose first byte is at `start`; the length of the bytes where none does. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) return at;
  }
  return bytes.length;
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a));
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** What a copy holds, as bytes of the string in which it stands, if it has data; `\\u` may spell anything. */
const SIGNS_OF_DATA = ['\\"data\\"', '\\"stringData\\"', '\\u'].map((text) => Buffer.from(text));

/**
 * Replaces the values of all such annotations by `cut`, in place, so that no value of a Secret ever becomes a string; by
 * nothing, where the copy is plain JSON that has no data.
 *
 * @param bytes JSON, which is overwritten; the memory behind the result is cleared
 * @returns a view of the same memory
 */
export function cutAnnotatedCopies(bytes: Buffer): Buffer {
  const values = valuesOfCopies(bytes);
  if (values.length === 0) return bytes;
  const mark = Buffer.from(CUT_MARK);
  const nothing = Buffer.alloc(0);
  let kept = values[0]?.start ?? 0;
  values.forEach(({ start, end }, index) => {
    const until = values[index + 1]?.start ?? bytes.length;
    const left = isWithoutData(bytes.subarray(start, end)) ? nothing : mark;
    // A value shorter than the mark is blanked instead: everything moves to the front only.
    const written = Math.min(left.length, end - kept);
    left.copy(bytes, kept, 0, written);
    kept += written;
    bytes.copyWithin(kept, end, until);
    kept += until - end;
  });
  bytes.fill(0, kept);
  return bytes.subarray(0, kept);
}

function isWithoutData(copy: Buffer): boolean {
  return copy[0] === OPEN_OBJECT && SIGNS_OF_DATA.every((sign) => !copy.includes(sign));
}

/** Where those values begin and end, between their quotes, in order. */
function valuesOfCopies(bytes: Buffer): { readonly start: number; readonly end: number }[] {
  const values = new Map<number, number>();
  for (const ending of COPY_ENDINGS) {
    const needle = Buffer.from(`${ending}"`);
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
      const start = valueStart(bytes, at + needle.length);
      if (start >= 0) values.set(start, endOfString(bytes, start));
    }
  }
  return [...values].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
}

/** The first byte of a member's value behind its key, if the value is a string; else -1. */
function valueStart(bytes: Buffer, behindKey: number): number {
  const colon = skipSpace(bytes, behindKey);
  if (bytes[colon] !== COLON) return -1;
  const quote = skipSpace(bytes, colon + 1);
  return bytes[quote] === QUOTE ? quote + 1 : -1;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}
