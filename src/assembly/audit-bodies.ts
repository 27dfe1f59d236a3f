/**
 * Finds the bodies in a long line of an audit log, and cuts out what nobody reads of them, in AssemblyScript, which becomes
 * WebAssembly. The build compiles it (`bin/assembled-code.ts`).
 *
 * All of the line is held against the grammar of JSON (RFC 8259), as JSON.parse does it: a line that is broken anywhere is
 * left as it is, so that whoever parses it finds it broken. What is cut are whole members, which leaves the rest as it was.
 */

// Where the caller puts things, and finds them.
/** The names of `Key`: for each its length, then its bytes. */
const NAMES = 0;
const NAME_BYTES = 32;
/** Members that may be cut: where each begins, with the comma before or behind it, and ends. */
const BODIES = 1024;
const PARTS = 2048;
const MOST_BODIES = 32;
const MOST_PARTS = 64;

/** In the order of the names that the caller writes. */
enum Key {
  none = -1,
  verb,
  objectRef,
  requestObject,
  responseObject,
  metadata,
  managedFields,
  status,
  count,
}

/** What an object is, as far as its members count. */
enum Place {
  event,
  body,
  metadata,
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Deeper lines are left as they are. */
const MOST_DEPTH = 60;

let verbFrom: i32 = 0;
let verbTo: i32 = 0;
let refFrom: i32 = 0;
let refTo: i32 = 0;
let bodies: i32 = 0;
let parts: i32 = 0;
let lineFrom: i32 = 0;
let lineTo: i32 = 0;

/** Where the value of `verb` begins; 0 where there is none. */
export function verbStart(): i32 {
  return verbFrom;
}

export function verbStop(): i32 {
  return verbTo;
}

/** Where the value of `objectRef` begins; 0 where there is none. */
export function refStart(): i32 {
  return refFrom;
}

export function refStop(): i32 {
  return refTo;
}

/**
 * Reads an event.
 *
 * @param stop behind its line; the caller keeps 16 bytes of zero there
 * @returns how many bodies it has; 0 also where the line is no JSON object, or an unusual one
 */
export function read(start: i32, stop: i32): i32 {
  verbFrom = 0;
  refFrom = 0;
  bodies = 0;
  parts = 0;
  lineFrom = start;
  lineTo = stop;
  if (load<u8>(start) !== OPEN_OBJECT) return 0;
  const behind = members(Place.event, start);
  return behind > 0 && blank(behind) === stop ? bodies : 0;
}

/** Cuts the bodies out of the event that was read. @returns behind its line */
export function cutBodies(): i32 {
  return cut(BODIES, bodies);
}

/** Cuts those parts of the bodies out that are the server's own: who wrote which field, and the status. */
export function cutParts(): i32 {
  return cut(PARTS, parts);
}

/** They are in order, and none is in another. */
function cut(list: i32, count: i32): i32 {
  if (count === 0) return lineTo;
  let to = load<i32>(list);
  for (let index = 0; index < count; index += 1) {
    const from = load<i32>(list + index * 8, 4);
    const next = index + 1 < count ? load<i32>(list + (index + 1) * 8) : lineTo;
    memory.copy(to, from, next - from);
    to += next - from;
  }
  return to;
}

/**
 * Goes over the members of an object.
 *
 * @returns behind it; -1 where it is none, or unusual
 */
function members(place: Place, start: i32): i32 {
  let at = blank(start + 1);
  if (load<u8>(at) === CLOSE_OBJECT) return at + 1;
  /** The comma before the member; 0 for the first. */
  let comma = 0;
  while (load<u8>(at) === QUOTE) {
    const keyFrom = at + 1;
    at = endOfString(keyFrom);
    if (at < 0) return -1;
    const key = keyOf(keyFrom, at - 1 - keyFrom);
    // It may be spelled in another way.
    if (place === Place.event && key === Key.none && hasBackslash(keyFrom, at - 1)) return -1;
    at = blank(at);
    if (load<u8>(at) !== COLON) return -1;
    const from = blank(at + 1);
    at = member(place, key, from);
    if (at < 0) return -1;
    const to = at;
    at = blank(at);
    const next = load<u8>(at);
    if (next !== COMMA && next !== CLOSE_OBJECT) return -1;
    const isFirst = comma === 0;
    const cutFrom = isFirst ? keyFrom - 1 : comma;
    const cutTo = isFirst && next === COMMA ? at + 1 : to;
    if (!note(place, key, from, to, cutFrom, cutTo)) return -1;
    if (next === CLOSE_OBJECT) return at + 1;
    // Of several that are cut in front, each takes the comma behind it.
    comma = isFirst && isCut(place, key) ? 0 : at;
    at = blank(at + 1);
  }
  return -1;
}

function isCut(place: Place, key: Key): bool {
  if (place === Place.event) return key === Key.requestObject || key === Key.responseObject;
  if (place === Place.body) return key === Key.status;
  return key === Key.managedFields;
}

/** Keeps where a member stands. @returns false where the event is unusual */
function note(place: Place, key: Key, from: i32, to: i32, cutFrom: i32, cutTo: i32): bool {
  if (isCut(place, key)) {
    if (place === Place.event) {
      if (bodies === MOST_BODIES) return false;
      store<i32>(BODIES + bodies * 8, cutFrom);
      store<i32>(BODIES + bodies * 8, cutTo, 4);
      bodies += 1;
    } else {
      if (parts === MOST_PARTS) return false;
      store<i32>(PARTS + parts * 8, cutFrom);
      store<i32>(PARTS + parts * 8, cutTo, 4);
      parts += 1;
    }
    return true;
  }
  if (place !== Place.event) return true;
  if (key === Key.verb) {
    if (verbFrom !== 0) return false;
    verbFrom = from;
    verbTo = to;
  } else if (key === Key.objectRef) {
    if (refFrom !== 0) return false;
    refFrom = from;
    refTo = to;
  }
  return true;
}

/** @returns behind the value of a member */
function member(place: Place, key: Key, at: i32): i32 {
  if (load<u8>(at) === OPEN_OBJECT) {
    if (place === Place.event && (key === Key.requestObject || key === Key.responseObject))
      return members(Place.body, at);
    if (place === Place.body && key === Key.metadata) return members(Place.metadata, at);
  }
  return endOfValue(at);
}

function keyOf(at: i32, length: i32): Key {
  for (let key = 0; key < Key.count; key += 1) {
    const name = NAMES + key * NAME_BYTES;
    if (load<u8>(name) === length && same(name + 1, at, length)) return key;
  }
  return Key.none;
}

function same(one: i32, other: i32, length: i32): bool {
  for (let at = 0; at < length; at += 1) if (load<u8>(one + at) !== load<u8>(other + at)) return false;
  return true;
}

function hasBackslash(start: i32, stop: i32): bool {
  for (let at = start; at < stop; at += 1) if (load<u8>(at) === BACKSLASH) return true;
  return false;
}

/** The first byte that is no blank. */
function blank(start: i32): i32 {
  let at = start;
  while (load<u8>(at) <= 0x20 && isBlank(load<u8>(at))) at += 1;
  return at;
}

function isBlank(byte: i32): bool {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

/** The first byte behind a value; -1 where it is not as the grammar wants it. */
function endOfValue(start: i32): i32 {
  let at = start;
  let depth = 0;
  /** One bit for each open bracket, the innermost last: whether it is that of an object. */
  let open: u64 = 0;
  while (at >= 0) {
    const first = load<u8>(at);
    if (first === QUOTE) {
      at = endOfString(at + 1);
      if (at < 0) return -1;
    } else if (first === OPEN_OBJECT) {
      at = blank(at + 1);
      if (load<u8>(at) === CLOSE_OBJECT) at += 1;
      else {
        if (depth === MOST_DEPTH) return -1;
        depth += 1;
        open = (open << 1) | 1;
        at = beyondKey(at);
        continue;
      }
    } else if (first === OPEN_LIST) {
      at = blank(at + 1);
      if (load<u8>(at) === CLOSE_LIST) at += 1;
      else {
        if (depth === MOST_DEPTH) return -1;
        depth += 1;
        open <<= 1;
        continue;
      }
    } else {
      at = endOfWord(at);
      if (at < 0) return -1;
    }
    for (;;) {
      if (depth === 0) return at;
      at = blank(at);
      const next = load<u8>(at);
      if (next === COMMA) {
        at = blank(at + 1);
        if ((open & 1) === 1) at = beyondKey(at);
        break;
      }
      if (next !== ((open & 1) === 1 ? CLOSE_OBJECT : CLOSE_LIST)) return -1;
      depth -= 1;
      open >>= 1;
      at += 1;
    }
  }
  return -1;
}

/** The value behind a key and its colon. */
function beyondKey(start: i32): i32 {
  if (load<u8>(start) !== QUOTE) return -1;
  let at = endOfString(start + 1);
  if (at < 0) return -1;
  at = blank(at);
  return load<u8>(at) === COLON ? blank(at + 1) : -1;
}

/** The first byte behind the quote that ends a string; -1 where it has bytes that no string has. */
function endOfString(start: i32): i32 {
  let at = start;
  while (at >= 0) {
    const bytes = v128.load(at);
    const found = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))),
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
      ),
    );
    if (found === 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    const byte = load<u8>(at);
    if (byte === QUOTE) return at + 1;
    at = byte === BACKSLASH ? beyondEscape(at + 1) : -1;
  }
  return -1;
}

/** @param at behind the backslash */
function beyondEscape(at: i32): i32 {
  switch (<i32>load<u8>(at)) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 1;
    case 0x75:
      for (let digit = at + 1; digit < at + 5; digit += 1) if (!isHex(load<u8>(digit))) return -1;
      return at + 5;
    default:
      return -1;
  }
}

function isHex(byte: i32): bool {
  return isDigit(byte) || <u32>((byte | 0x20) - 0x61) < 6;
}

function isDigit(byte: i32): bool {
  return <u32>(byte - ZERO) < 10;
}

/** Behind a number, true, false or null. */
function endOfWord(start: i32): i32 {
  const first = load<u8>(start);
  // In the order of their bytes.
  if (first === 0x74) return load<u32>(start) === 0x65757274 ? start + 4 : -1;
  if (first === 0x66) return load<u32>(start + 1) === 0x65736c61 ? start + 5 : -1;
  if (first === 0x6e) return load<u32>(start) === 0x6c6c756e ? start + 4 : -1;
  let at = first === MINUS ? start + 1 : start;
  if (load<u8>(at) === ZERO) at += 1;
  else {
    at = beyondDigits(at);
    if (at < 0) return -1;
  }
  if (load<u8>(at) === POINT) {
    at = beyondDigits(at + 1);
    if (at < 0) return -1;
  }
  if ((load<u8>(at) | 0x20) === 0x65) {
    at += 1;
    if (load<u8>(at) === PLUS || load<u8>(at) === MINUS) at += 1;
    at = beyondDigits(at);
  }
  return at;
}

/** -1 where there is none. */
function beyondDigits(start: i32): i32 {
  let at = start;
  while (isDigit(load<u8>(at))) at += 1;
  return at === start ? -1 : at;
}
