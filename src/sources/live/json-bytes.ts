/**
 * Steps over JSON as the API server writes it (without space between tokens), byte by byte and without parsing: for
 * readers that need only parts of a large answer. Where the bytes are anything else, the answer is -1, and the caller
 * parses the usual way.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The quote that ends the string whose first byte is at `start`; the length of the bytes where none does. */
export function endOfString(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) return at;
  }
  return bytes.length;
}

/**
 * The first byte behind the value at `at`. What is inside is not looked at, but for strings and brackets.
 *
 * @returns -1 where it has no end
 */
export function endOfValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) {
    const end = endOfString(bytes, at + 1);
    return end < bytes.length ? end + 1 : -1;
  }
  if (first === OPEN_OBJECT || first === OPEN_LIST) return endOfBrackets(bytes, at);
  for (let end = at; end < bytes.length; end += 1) {
    const byte = bytes[end];
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST) return end === at ? -1 : end;
  }
  return -1;
}

function endOfBrackets(bytes: Buffer, open: number): number {
  let depth = 0;
  for (let at = open; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** Walks over the members of one object. Reused for many objects, so that none is made per member. */
export class MemberWalk {
  readonly #bytes: Buffer;
  /** The first byte of the member's key, its quote. */
  start = 0;
  /** The quote behind the key. */
  keyEnd = 0;
  /** The first byte of the value. */
  value = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Whether there is an object at `at`, and the walk stands before its first member. */
  enter(at: number): boolean {
    this.start = at + 1;
    return this.#bytes[at] === OPEN_OBJECT;
  }

  /**
   * Steps to the member that begins at `start`.
   *
   * @returns whether it has a key and a value
   */
  read(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.start] !== QUOTE) return false;
    this.keyEnd = endOfString(bytes, this.start + 1);
    this.value = this.keyEnd + 2;
    return bytes[this.keyEnd + 1] === COLON;
  }

  /**
   * Steps behind the value, which ends at `end`: to the next member, or out of the object.
   *
   * @returns the first byte behind the object; 0 where another member follows; -1 where neither does
   */
  leave(end: number): number {
    const next = this.#bytes[end];
    this.start = end + 1;
    return next === COMMA ? 0 : next === CLOSE_OBJECT ? end + 1 : -1;
  }

  /** Whether the key is this one, as it stands between its quotes. */
  isKey(key: Buffer): boolean {
    const { start, keyEnd } = this;
    if (keyEnd - start - 1 !== key.length) return false;
    for (let at = 0; at < key.length; at += 1) if (this.#bytes[start + 1 + at] !== key[at]) return false;
    return true;
  }

  /** Whether the key is written with an escape, so that it may be any key. */
  hasEscapedKey(): boolean {
    for (let at = this.start + 1; at < this.keyEnd; at += 1) if (this.#bytes[at] === BACKSLASH) return true;
    return false;
  }
}
