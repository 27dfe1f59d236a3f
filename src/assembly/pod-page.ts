/**
 * Steps over the pods of a list in AssemblyScript, which becomes WebAssembly: sixty-four bytes at a time, and at full
 * speed from the first page on, where JavaScript would first have to be compiled. The build compiles it (`bin/assembled-code.ts`).
 *
 * Each pod has three parts: metadata, spec and status. A part that was read becomes a template, and one that differs from
 * it only in its holes, such as its name, is written as the text of these holes alone.
 */

// Where the caller puts things.
/** The names of `Key`: for each its length, then its bytes. */
const NAMES = 0;
const NAME_BYTES = 32;
/** The templates of the three parts. */
const TEMPLATES = 4096;
const TEMPLATE_BYTES = 4096;
const HOLE_BYTES = 16;
const MOST_HOLES = 200;
/** By slot: where the text begins and ends that filled it; 0 where none did. */
const SLOTS = 24576;
const MOST_SLOTS = 16;

/** In the order of the names that the caller writes. */
enum Key {
  none = -1,
  name,
  uid,
  creationTimestamp,
  resourceVersion,
  managedFields,
  nodeName,
  podIP,
  startTime,
  podIPs,
  phase,
  count,
}

enum Part {
  metadata,
  spec,
  status,
}

/** What may stand in a hole. */
enum Hole {
  /** The inside of a string without escapes, of ASCII only. Its slot is written out. */
  text,
  /** Five characters of `[a-z0-9]`, the same in all such holes of a part. */
  random,
  /** Any value. */
  value,
}

/** The first slot of each part, and the first of the next. */
const FIRST_SLOT_OF_SPEC = 3;
const FIRST_SLOT_OF_STATUS = 4;
const FIRST_SLOT_OF_IPS = 6;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** `{"metadata":` and so on, as they stand before each part. */
const BEFORE_METADATA_LENGTH = 12;
const BEFORE_SPEC_LENGTH = 8;
const BEFORE_STATUS_LENGTH = 10;
const BEFORE_METADATA = 512;
const BEFORE_SPEC = 544;
const BEFORE_STATUS = 576;
/** `{"name":"kube-api-access-`, and what follows the random end where the API server added the volume, or mounted it. */
const TOKEN_VOLUME = 608;
const TOKEN_VOLUME_LENGTH = 25;
const BEFORE_NAME_LENGTH = 8;
const BEHIND_VOLUME = 640;
const BEHIND_VOLUME_LENGTH = 15;
const BEHIND_MOUNT = 672;
const BEHIND_MOUNT_LENGTH = 78;
const RANDOM_LENGTH = 5;

let limit: i32 = 0;
let out: i32 = 0;
let position: i32 = 0;

/** Behind the last item, when `scan` is over. */
export function end(): i32 {
  return position;
}

/**
 * Writes the items of a list as `[[metadata,spec,status],…]`. A part is an object, or a list of the texts of its slots
 * (null where the template has none) for the rest of which the last object in its place stands.
 *
 * @param start behind the bracket that opens the items
 * @param stop behind the last byte; the caller keeps 64 bytes of zero there
 * @param to where to write; as many bytes as there are between start and stop
 * @returns behind what was written; -1 where the bytes are not as the API server writes them
 */
export function scan(start: i32, stop: i32, to: i32): i32 {
  limit = stop;
  out = to;
  for (let part = 0; part < 3; part += 1) store<i32>(TEMPLATES + part * TEMPLATE_BYTES, 0);
  write(OPEN_LIST);
  let at = start;
  if (load<u8>(at) !== CLOSE_LIST) {
    for (;;) {
      at = pod(at);
      if (at < 0) return -1;
      if (load<u8>(at) !== COMMA) break;
      at += 1;
      write(COMMA);
    }
    if (load<u8>(at) !== CLOSE_LIST) return -1;
  }
  write(CLOSE_LIST);
  position = at;
  return out;
}

function pod(start: i32): i32 {
  if (!same(BEFORE_METADATA, start, BEFORE_METADATA_LENGTH)) return -1;
  write(OPEN_LIST);
  let at = part(Part.metadata, start + BEFORE_METADATA_LENGTH);
  if (at < 0 || !same(BEFORE_SPEC, at, BEFORE_SPEC_LENGTH)) return -1;
  write(COMMA);
  at = part(Part.spec, at + BEFORE_SPEC_LENGTH);
  if (at < 0 || !same(BEFORE_STATUS, at, BEFORE_STATUS_LENGTH)) return -1;
  write(COMMA);
  at = part(Part.status, at + BEFORE_STATUS_LENGTH);
  if (at < 0 || load<u8>(at) !== CLOSE_OBJECT) return -1;
  write(CLOSE_LIST);
  return at + 1;
}

function part(which: Part, at: i32): i32 {
  const matched = match(which, at);
  return matched >= 0 ? matched : walk(which, at);
}

/** @returns behind the part, which was written; -1 where it does not fit the template */
function match(which: Part, start: i32): i32 {
  const template = TEMPLATES + which * TEMPLATE_BYTES;
  const count = load<i32>(template) - 1;
  if (count < 0) return -1;
  let literal = load<i32>(template + 4);
  let at = start;
  let random = 0;
  for (let index = 0; index < count; index += 1) {
    const hole = template + HOLE_BYTES * (index + 1);
    const length = load<i32>(hole) - literal;
    if (!same(literal, at, length)) return -1;
    at += length;
    literal = load<i32>(hole, 4);
    const kind = load<i32>(hole, 8);
    let stop = -1;
    if (kind === Hole.value) stop = endOfValue(at);
    else if (kind === Hole.random) stop = endOfRandom(at);
    else stop = endOfPlain(at);
    if (stop < 0) return -1;
    if (kind === Hole.text) fill(load<i32>(hole, 12), at, stop);
    if (kind === Hole.random) {
      if (random === 0) random = at;
      else if (!same(random, at, RANDOM_LENGTH)) return -1;
    }
    at = stop;
  }
  const rest = load<i32>(template, 8) - literal;
  if (!same(literal, at, rest)) return -1;
  writeSlots(which, template);
  return at + rest;
}

function fill(slot: i32, start: i32, stop: i32): void {
  store<i32>(SLOTS + slot * 8, start);
  store<i32>(SLOTS + slot * 8, stop, 4);
}

/** The slots of a part, all of which were filled that its template has. */
function writeSlots(which: Part, template: i32): void {
  const used = load<i32>(template, 12);
  const first = which === Part.metadata ? 0 : which === Part.spec ? FIRST_SLOT_OF_SPEC : FIRST_SLOT_OF_STATUS;
  let next = which === Part.metadata ? FIRST_SLOT_OF_SPEC : which === Part.spec ? FIRST_SLOT_OF_STATUS : MOST_SLOTS;
  if (which === Part.status) while (next > FIRST_SLOT_OF_IPS && (used & (1 << (next - 1))) === 0) next -= 1;
  for (let slot = first; slot < next; slot += 1) {
    write(slot === first ? OPEN_LIST : COMMA);
    if ((used & (1 << slot)) === 0) {
      store<u32>(out, 0x6c6c756e);
      out += 4;
    } else {
      // With the quotes around it.
      const start = load<i32>(SLOTS + slot * 8) - 1;
      copy(start, load<i32>(SLOTS + slot * 8, 4) + 1);
    }
  }
  write(CLOSE_LIST);
}

// The template that `walk` makes.
let template: i32 = 0;
let holes: i32 = 0;
let used: i32 = 0;
let isUsual: bool = false;
/** Where the random end of the token volume's name stands first; 0 where it does not. */
let token: i32 = 0;
let hasTokenVolume: bool = false;

function hole(start: i32, stop: i32, kind: Hole, slot: i32): void {
  if (holes === MOST_HOLES) {
    isUsual = false;
    return;
  }
  holes += 1;
  const at = template + HOLE_BYTES * holes;
  store<i32>(at, start);
  store<i32>(at, stop, 4);
  store<i32>(at, kind, 8);
  store<i32>(at, slot, 12);
}

/** A hole for the text of a string, where its value is one without escapes. */
function textHole(value: i32, stop: i32, slot: i32): void {
  if (load<u8>(value) !== QUOTE || endOfPlain(value + 1) !== stop - 1) return;
  hole(value + 1, stop - 1, Hole.text, slot);
  used |= 1 << slot;
}

/** Writes what is kept of a part, and makes it the template of those after it. */
function walk(which: Part, start: i32): i32 {
  template = TEMPLATES + which * TEMPLATE_BYTES;
  holes = 0;
  used = 0;
  isUsual = true;
  token = 0;
  hasTokenVolume = false;
  store<i32>(template, 0);
  if (load<u8>(start) !== OPEN_OBJECT) return -1;
  let at = start + 1;
  let seen = 0;
  let kept = 0;
  write(OPEN_OBJECT);
  if (load<u8>(at) === CLOSE_OBJECT) {
    write(CLOSE_OBJECT);
    return at + 1;
  }
  for (;;) {
    if (load<u8>(at) !== QUOTE) return -1;
    const keyEnd = endOfPlain(at + 1);
    if (keyEnd < 0 || load<u8>(keyEnd + 1) !== COLON) return -1;
    const value = keyEnd + 2;
    const stop = endOfValue(value);
    if (stop < 0) return -1;
    const key = keyOf(at + 1, keyEnd - at - 1);
    if (key !== Key.none) {
      if ((seen & (1 << key)) !== 0) isUsual = false;
      seen |= 1 << key;
    }
    if (member(which, key, value, stop)) {
      if (kept > 0) write(COMMA);
      kept += 1;
      copy(at, stop);
    }
    const next = load<u8>(stop);
    at = stop + 1;
    if (next === CLOSE_OBJECT) break;
    if (next !== COMMA) return -1;
  }
  write(CLOSE_OBJECT);
  if (isUsual && (token === 0 || hasTokenVolume)) {
    store<i32>(template, holes + 1);
    store<i32>(template, start, 4);
    store<i32>(template, at, 8);
    store<i32>(template, used, 12);
  }
  return at;
}

/** Notes the holes of a member; whether it is kept. */
function member(which: Part, key: Key, value: i32, stop: i32): bool {
  if (which === Part.metadata) {
    if (key === Key.managedFields || key === Key.resourceVersion) {
      hole(value, stop, Hole.value, 0);
      return false;
    }
    if (key === Key.name) textHole(value, stop, 0);
    else if (key === Key.uid) textHole(value, stop, 1);
    else if (key === Key.creationTimestamp) textHole(value, stop, 2);
    return true;
  }
  if (which === Part.spec) {
    if (key === Key.nodeName) textHole(value, stop, FIRST_SLOT_OF_SPEC);
    else tokenVolumes(value, stop);
    return true;
  }
  if (key === Key.podIP) textHole(value, stop, FIRST_SLOT_OF_STATUS);
  else if (key === Key.startTime) textHole(value, stop, FIRST_SLOT_OF_STATUS + 1);
  else if (key === Key.podIPs) addresses(value, stop);
  else if (key !== Key.phase) {
    hole(value, stop, Hole.value, 0);
    return false;
  }
  return true;
}

/**
 * The random ends of the names of volumes for the tokens of service accounts. Where anything else is named so, or
 * begins so, other pods may differ in it: then they have no template.
 */
function tokenVolumes(value: i32, stop: i32): void {
  const name = TOKEN_VOLUME + BEFORE_NAME_LENGTH;
  const nameLength = TOKEN_VOLUME_LENGTH - BEFORE_NAME_LENGTH;
  const head = load<u64>(name);
  for (let at = value; at < stop; at += 1) {
    if (load<u64>(at) !== head || !same(name, at, nameLength)) continue;
    const start = at + nameLength;
    const random = endOfRandom(start);
    const isVolume = random >= 0 && same(BEHIND_VOLUME, random, BEHIND_VOLUME_LENGTH);
    if (
      random < 0 ||
      !same(TOKEN_VOLUME, at - BEFORE_NAME_LENGTH, BEFORE_NAME_LENGTH) ||
      !(isVolume || same(BEHIND_MOUNT, random, BEHIND_MOUNT_LENGTH)) ||
      (token !== 0 && !same(token, start, RANDOM_LENGTH))
    ) {
      isUsual = false;
      return;
    }
    token = start;
    hasTokenVolume = hasTokenVolume || isVolume;
    hole(start, random, Hole.random, 0);
  }
}

/** `[{"ip":"10.0.0.1"},…]`; anything else stays a literal. */
function addresses(value: i32, stop: i32): void {
  let slot = FIRST_SLOT_OF_IPS;
  const before = holes;
  const usedBefore = used;
  let at = value + 1;
  let fits = load<u8>(value) === OPEN_LIST;
  while (fits) {
    // {"ip":"
    if (slot === MOST_SLOTS || (load<u64>(at) & 0x00ffffffffffffff) !== 0x00223a227069227b) {
      fits = false;
      break;
    }
    const quote = endOfPlain(at + 7);
    if (quote < 0 || load<u8>(quote + 1) !== CLOSE_OBJECT) {
      fits = false;
      break;
    }
    hole(at + 7, quote, Hole.text, slot);
    used |= 1 << slot;
    slot += 1;
    at = quote + 2;
    if (load<u8>(at) !== COMMA) break;
    at += 1;
  }
  if (fits && at === stop - 1) return;
  holes = before;
  used = usedBefore;
}

function keyOf(at: i32, length: i32): Key {
  for (let key = 0; key < Key.count; key += 1) {
    const name = NAMES + key * NAME_BYTES;
    if (load<u8>(name) === length && same(name + 1, at, length)) return key;
  }
  return Key.none;
}

/** Whether so many bytes are the same; those at `other` must lie before the limit. */
function same(one: i32, other: i32, length: i32): bool {
  if (other + length > limit) return false;
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    if (v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)))) return false;
  }
  for (; at < length; at += 1) if (load<u8>(one + at) !== load<u8>(other + at)) return false;
  return true;
}

/** The quote behind a text without escapes, of printable ASCII; -1 where there is anything else in it. */
function endOfPlain(start: i32): i32 {
  for (let at = start; at < limit; at += 1) {
    const byte = load<u8>(at);
    if (byte === QUOTE) return at;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

function endOfRandom(start: i32): i32 {
  for (let at = start; at < start + RANDOM_LENGTH; at += 1) {
    const byte = load<u8>(at);
    if (!((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39))) return -1;
  }
  return start + RANDOM_LENGTH;
}

/** The first byte behind a value; -1 where it has no end. */
function endOfValue(start: i32): i32 {
  const first = load<u8>(start);
  if (first === QUOTE) return endOfString(start + 1);
  if (first === OPEN_OBJECT || first === OPEN_LIST) return endOfBrackets(start);
  // A number, true, false or null; what begins with a space is not as the API server writes it.
  if (first <= 0x20) return -1;
  for (let at = start; at < limit; at += 1) {
    const byte = load<u8>(at);
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST) return at === start ? -1 : at;
  }
  return -1;
}

/** The first byte behind the quote that ends a string. */
function endOfString(start: i32): i32 {
  for (let at = start; at < limit; at += 1) {
    const byte = load<u8>(at);
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) return at + 1;
  }
  return -1;
}

/** Sixty-four bytes as one bit each: whether they equal `byte`. */
function bits(at: i32, byte: v128): u64 {
  return (
    (<u64>i8x16.bitmask(i8x16.eq(v128.load(at), byte))) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), byte))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), byte))) << 32) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 48), byte))) << 48)
  );
}

/** The same, for two bytes that differ in bit 5 only, such as `[` and `{`. */
function bitsOfPair(at: i32, bit: v128, byte: v128): u64 {
  return (
    (<u64>i8x16.bitmask(i8x16.eq(v128.or(v128.load(at), bit), byte))) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.or(v128.load(at, 16), bit), byte))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.or(v128.load(at, 32), bit), byte))) << 32) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.or(v128.load(at, 48), bit), byte))) << 48)
  );
}

/**
 * The first byte behind an object or a list; what is inside is not looked at, but for strings and brackets. Bits of
 * sixty-four bytes at a time, as simdjson does it (Langdale and Lemire, Parsing Gigabytes of JSON per Second).
 */
function endOfBrackets(start: i32): i32 {
  const quote = i8x16.splat(<i8>QUOTE);
  const backslash = i8x16.splat(<i8>BACKSLASH);
  const bit = i8x16.splat(0x20);
  const open = i8x16.splat(<i8>OPEN_OBJECT);
  const close = i8x16.splat(<i8>CLOSE_OBJECT);
  let depth = 0;
  /** 1 where the byte before these ends with a backslash that escapes the first. */
  let escaped: u64 = 0;
  /** All ones inside of a string. */
  let inside: u64 = 0;
  for (let at = start; at < limit; at += 64) {
    let quotes = bits(at, quote);
    const slashes = bits(at, backslash);
    if ((slashes | escaped) !== 0) {
      let first = slashes & ~escaped;
      const follows = (first << 1) | escaped;
      const oddStarts = first & 0xaaaaaaaaaaaaaaaa & ~follows;
      const sequences = oddStarts + first;
      // Whether a sequence of odd length goes on beyond these bytes.
      escaped = sequences < oddStarts ? 1 : 0;
      quotes &= ~((0x5555555555555555 ^ (sequences << 1)) & follows);
    }
    let strings = quotes ^ (quotes << 1);
    strings ^= strings << 2;
    strings ^= strings << 4;
    strings ^= strings << 8;
    strings ^= strings << 16;
    strings ^= strings << 32;
    strings ^= inside;
    inside = <u64>((<i64>strings) >> 63);
    const opened = bitsOfPair(at, bit, open) & ~strings;
    let closed = bitsOfPair(at, bit, close) & ~strings;
    const closing = <i32>popcnt(closed);
    if (depth > closing) {
      depth += <i32>popcnt(opened) - closing;
      continue;
    }
    // It may end here: bracket by bracket.
    let before = 0;
    while (closed !== 0) {
      const index = ctz(closed);
      before += 1;
      const openedBefore = <i32>popcnt(opened & (((<u64>1) << index) - 1));
      if (depth + openedBefore - before === 0) {
        const behind = at + <i32>index + 1;
        return behind <= limit ? behind : -1;
      }
      closed &= closed - 1;
    }
    depth += <i32>popcnt(opened) - closing;
  }
  return -1;
}

function write(byte: i32): void {
  store<u8>(out, byte);
  out += 1;
}

function copy(start: i32, stop: i32): void {
  memory.copy(out, start, stop - start);
  out += stop - start;
}
