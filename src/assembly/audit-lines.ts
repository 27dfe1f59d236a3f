/**
 * Finds the lines of an audit log that are like an earlier one, in AssemblyScript, which becomes WebAssembly: sixteen
 * bytes at a time. The build compiles it (`bin/assembled-code.ts`).
 *
 * kube-apiserver writes the fields of an event in the order of their Go type, and most lines differ from one before in
 * the id, the query, the times and a resourceVersion only. What stands between these is a pattern, compared byte by byte;
 * a line without one is the caller's, who may say what a pattern is to be (`learn`).
 */

// Where the caller puts things.
/** For each word its length, then its bytes: levels, stages, and what stands before the verb and the second time. */
const WORDS = 0;
const WORD_BYTES = 128;
const LEVELS = 3;
const STAGES = 4;
const VERB = 7;
const STAGED = 8;
/** Of the last time that was read: `2026-11-23T10:00`. */
const MINUTE = 2048;
const MINUTE_LENGTH = 16;

/** What is told of known lines. */
const RECORDS = 24576;
const RECORD_BYTES = 40;
const MOST_RECORDS = 512;
/** The first pattern of those with the same end of their hash; 0 for none. */
const TABLE = 49152;
const TABLE_ENTRIES = 4096;
const PATTERNS = 196608;

/** What is hashed of the text from the query's end on: the verb, and who asks. */
const HASHED = 96;
/** Of patterns with the same hash; those that were not met for the longest time go. */
const MOST_ALIKE = 16;
/** Longer ids are the caller's. */
const LONGEST_ID = 128;

// Of a pattern: numbers of four bytes, then its texts one after the other, then the last query.
const NEXT = 0;
const NUMBER = 4;
const HASH = 8;
const FLAGS = 12;
const PATH_LENGTH = 16;
/** From the end of the URI to the hole, or to the time. */
const HEAD_LENGTH = 20;
/** From the hole to the time; 0 where there is no hole. */
const TAIL_LENGTH = 24;
const REST_LENGTH = 28;
const QUERY_LENGTH = 32;
const QUERY_ROOM = 36;
const TEXTS = 40;

const QUOTE = 0x22;
const COLON = 0x3a;
const POINT = 0x2e;
const ZULU = 0x5a;
const NEWLINE = 0x0a;
const QUESTION_MARK = 0x3f;

/** Why a scan stopped. */
enum Stop {
  end,
  /** A line that is like none before; where it begins and ends is told. */
  unknown,
  /** The minute of a line is another; where it stands is told. The scan can begin there again. */
  minute,
  /** The records are full. */
  full,
}

/** What `line` returns where there is no record. */
const UNKNOWN = -1;
const OTHER_MINUTE = -2;

let limit: i32 = 0;
let free: i32 = PATTERNS;
let records: i32 = 0;
let lineStart: i32 = 0;
let lineStop: i32 = 0;
let minuteAt: i32 = 0;
let minuteStart: f64 = 0;

// Of the last line, as far as it has the usual shape.
let isUsual: bool = false;
let hash: u64 = 0;
let flags: i32 = 0;
let pathFrom: i32 = 0;
let pathTo: i32 = 0;
let uriTo: i32 = 0;
// Of the last time.
let millis: f64 = 0;
let timeStop: i32 = 0;

/** How many records there are. */
export function recordCount(): i32 {
  return records;
}

/** Where the scan stopped: the beginning of a line. */
export function stoppedAt(): i32 {
  return lineStart;
}

/** The newline behind an unknown line. */
export function stoppedTo(): i32 {
  return lineStop;
}

/** The end of the URI in the unknown line; 0 where the line can't become a pattern. */
export function uriEnd(): i32 {
  return isUsual && uriTo + HASHED <= lineStop ? uriTo : 0;
}

/** Where the other minute stands. */
export function otherMinute(): i32 {
  return minuteAt;
}

/**
 * Says when the minute begins that a scan stopped at.
 *
 * @param start in milliseconds since the epoch
 */
export function setMinute(start: f64): void {
  memory.copy(MINUTE, minuteAt, MINUTE_LENGTH);
  minuteStart = start;
}

/** Forgets all patterns. */
export function forget(): void {
  memory.fill(TABLE, 0, TABLE_ENTRIES * 4);
  free = PATTERNS;
}

/**
 * Scans whole lines, and begins the records anew: of each known line the number of its pattern (i32), its beginning and
 * end, those of its id, and those of its query (0 and 0 where it has none or that of the last such line), and its time
 * (f64 in milliseconds since the epoch).
 *
 * @param stop behind the newline of the last line; the caller keeps 128 bytes of zero there
 */
export function scan(start: i32, stop: i32): Stop {
  limit = stop;
  records = 0;
  let at = start;
  while (at < stop) {
    lineStart = at;
    if (records === MOST_RECORDS) return Stop.full;
    const next = line(at);
    if (next === OTHER_MINUTE) return Stop.minute;
    if (next === UNKNOWN) {
      lineStop = newline(at);
      return Stop.unknown;
    }
    at = next;
  }
  lineStart = at;
  return Stop.end;
}

/**
 * Makes a pattern of the unknown line at which a scan stopped. All are places in it.
 *
 * @param holeFrom where a text is that may be another in other lines; 0 for none, so is `holeTo`
 * @param timeFrom the first time
 * @param restFrom the quote behind the second time
 * @returns false where there is no room
 */
export function learn(number: i32, holeFrom: i32, holeTo: i32, timeFrom: i32, restFrom: i32, most: i32): bool {
  const pathLength = pathTo - pathFrom;
  const headLength = (holeFrom === 0 ? timeFrom : holeFrom) - uriTo;
  const tailLength = holeFrom === 0 ? 0 : timeFrom - holeTo;
  const restLength = lineStop - restFrom;
  const queryLength = uriTo - pathTo;
  const queryRoom = queryLength === 0 ? 0 : queryLength + 32;
  const size = (TEXTS + pathLength + headLength + tailLength + restLength + queryRoom + 3) & ~3;
  if (free + size > most) return false;
  const pattern = free;
  free += size;
  const slot = slotOf(hash);
  store<i32>(pattern, load<i32>(slot), NEXT);
  store<i32>(slot, pattern);
  store<i32>(pattern, number, NUMBER);
  store<u32>(pattern, hashWord(hash), HASH);
  store<i32>(pattern, flags, FLAGS);
  store<i32>(pattern, pathLength, PATH_LENGTH);
  store<i32>(pattern, headLength, HEAD_LENGTH);
  store<i32>(pattern, tailLength, TAIL_LENGTH);
  store<i32>(pattern, restLength, REST_LENGTH);
  store<i32>(pattern, -1, QUERY_LENGTH);
  store<i32>(pattern, queryRoom, QUERY_ROOM);
  let to = pattern + TEXTS;
  memory.copy(to, pathFrom, pathLength);
  to += pathLength;
  memory.copy(to, uriTo, headLength);
  to += headLength;
  memory.copy(to, holeTo, tailLength);
  to += tailLength;
  memory.copy(to, restFrom, restLength);
  cutChain(pattern);
  return true;
}

/** Forgets the last of the patterns with the same hash as this one, where they are too many. */
function cutChain(pattern: i32): void {
  const word = load<u32>(pattern, HASH);
  let alike = 1;
  let before = pattern;
  for (let one = load<i32>(before, NEXT); one !== 0; one = load<i32>(before, NEXT)) {
    if (load<u32>(one, HASH) === word) {
      alike += 1;
      if (alike > MOST_ALIKE) {
        store<i32>(before, load<i32>(one, NEXT), NEXT);
        continue;
      }
    }
    before = one;
  }
}

/** @returns behind the newline of the line, of which there is a record then */
function line(start: i32): i32 {
  isUsual = false;
  const level = wordAt(0, LEVELS, start);
  if (level < 0) return UNKNOWN;
  const idFrom = start + load<u8>(WORDS + level * WORD_BYTES);
  const idTo = endOfPlain(idFrom);
  if (idTo <= idFrom || idTo - idFrom > LONGEST_ID) return UNKNOWN;
  const stage = wordAt(LEVELS, STAGES, idTo);
  if (stage < 0) return UNKNOWN;
  pathFrom = idTo + load<u8>(WORDS + stage * WORD_BYTES);
  pathTo = endOfPath(pathFrom);
  if (pathTo < 0) return UNKNOWN;
  uriTo = pathTo;
  if (load<u8>(pathTo) !== QUOTE) uriTo = quoteOrNewline(pathTo);
  if (!isWord(VERB, uriTo)) return UNKNOWN;
  flags = (level << 4) | (stage << 1) | (uriTo === pathTo ? 0 : 1);
  hash = hashOf(pathFrom, pathTo - pathFrom, uriTo, flags);
  isUsual = true;

  const word = hashWord(hash);
  for (let pattern = load<i32>(slotOf(hash)); pattern !== 0; pattern = load<i32>(pattern, NEXT)) {
    if (load<u32>(pattern, HASH) !== word || load<i32>(pattern, FLAGS) !== flags) continue;
    const stop = match(pattern);
    if (stop === OTHER_MINUTE) return stop;
    if (stop === UNKNOWN) continue;
    const record = RECORDS + records * RECORD_BYTES;
    records += 1;
    store<i32>(record, load<i32>(pattern, NUMBER));
    store<i32>(record, start, 4);
    store<i32>(record, stop, 8);
    store<i32>(record, idFrom, 12);
    store<i32>(record, idTo, 16);
    noteQuery(pattern, record);
    store<f64>(record, millis, 32);
    return stop + 1;
  }
  return UNKNOWN;
}

/** @returns the newline of the line, where it has this pattern */
function match(pattern: i32): i32 {
  const pathLength = load<i32>(pattern, PATH_LENGTH);
  if (pathLength !== pathTo - pathFrom) return UNKNOWN;
  let text = pattern + TEXTS;
  if (!same(text, pathFrom, pathLength)) return UNKNOWN;
  text += pathLength;
  const headLength = load<i32>(pattern, HEAD_LENGTH);
  if (!same(text, uriTo, headLength)) return UNKNOWN;
  text += headLength;
  let at = uriTo + headLength;
  const tailLength = load<i32>(pattern, TAIL_LENGTH);
  if (tailLength > 0) {
    at = endOfPlain(at);
    if (at < 0 || !same(text, at, tailLength)) return UNKNOWN;
    text += tailLength;
    at += tailLength;
  }
  const restLength = load<i32>(pattern, REST_LENGTH);
  const timed = time(at);
  if (timed === UNKNOWN || !isWord(STAGED, timeStop)) return UNKNOWN;
  const staged = endOfPlain(timeStop + load<u8>(WORDS + STAGED * WORD_BYTES));
  if (staged < 0 || !same(text, staged, restLength)) return UNKNOWN;
  const stop = staged + restLength;
  if (stop >= limit || load<u8>(stop) !== NEWLINE) return UNKNOWN;
  return timed === OTHER_MINUTE ? OTHER_MINUTE : stop;
}

/** The query of a record, where it is another than that of the last line with the pattern. */
function noteQuery(pattern: i32, record: i32): void {
  const length = uriTo - pathTo;
  const room = load<i32>(pattern, QUERY_ROOM);
  const known =
    pattern +
    TEXTS +
    load<i32>(pattern, PATH_LENGTH) +
    load<i32>(pattern, HEAD_LENGTH) +
    load<i32>(pattern, TAIL_LENGTH) +
    load<i32>(pattern, REST_LENGTH);
  const isKnown = length === 0 || (length === load<i32>(pattern, QUERY_LENGTH) && same(known, pathTo, length));
  store<i32>(record, isKnown ? 0 : pathTo, 20);
  store<i32>(record, isKnown ? 0 : uriTo, 24);
  if (isKnown) return;
  const fits = length <= room;
  store<i32>(pattern, fits ? length : -1, QUERY_LENGTH);
  if (fits) memory.copy(known, pathTo, length);
}

/**
 * Reads `2026-11-23T10:00:00.123456Z`, of which only milliseconds count, with one to nine digits behind the point or none.
 *
 * @returns 0 where `millis` and `timeStop`, its end, are set; OTHER_MINUTE where only the end is
 */
function time(at: i32): i32 {
  timeStop = endOfPlain(at);
  const length = timeStop - at;
  if (length < 20 || length > 30 || length === 21) return UNKNOWN;
  if (load<u8>(at, 16) !== COLON || load<u8>(timeStop - 1) !== ZULU) return UNKNOWN;
  if (length > 20 && load<u8>(at, 19) !== POINT) return UNKNOWN;
  for (let digit = at + 17; digit < timeStop - 1; digit += 1) {
    if (digit !== at + 19 && !isDigit(digit)) return UNKNOWN;
  }
  if (v128.any_true(v128.xor(v128.load(at), v128.load(MINUTE)))) {
    minuteAt = at;
    return OTHER_MINUTE;
  }
  let thousandths = 0;
  if (length > 20) thousandths = digitAt(at + 20) * 100;
  if (length > 22) thousandths += digitAt(at + 21) * 10;
  if (length > 23) thousandths += digitAt(at + 22);
  millis = minuteStart + <f64>((digitAt(at + 17) * 10 + digitAt(at + 18)) * 1000 + thousandths);
  return 0;
}

function isDigit(at: i32): bool {
  return <u32>(load<u8>(at) - 0x30) < 10;
}

function digitAt(at: i32): i32 {
  return load<u8>(at) - 0x30;
}

function slotOf(key: u64): i32 {
  return TABLE + ((<i32>key) & (TABLE_ENTRIES - 1)) * 4;
}

function hashWord(key: u64): u32 {
  return <u32>(key >> 32);
}

/** Of the path, and of what stands behind the URI. */
function hashOf(path: i32, length: i32, behind: i32, seed: i32): u64 {
  let key: u64 = <u64>seed;
  let at = path;
  const stop = path + length;
  for (; at + 8 <= stop; at += 8) key = mixed(key, load<u64>(at));
  const left = stop - at;
  if (left > 0) key = mixed(key, load<u64>(at) & (((<u64>1) << ((<u64>left) << 3)) - 1));
  for (let from = behind; from < behind + HASHED; from += 8) key = mixed(key, load<u64>(from));
  return key;
}

function mixed(key: u64, word: u64): u64 {
  const product = (key ^ word) * 0x9e3779b97f4a7c15;
  return product ^ (product >> 29);
}

/** The first of some words that stands at a place; -1 where none does. */
function wordAt(first: i32, count: i32, at: i32): i32 {
  for (let word = first; word < first + count; word += 1) if (isWord(word, at)) return word;
  return -1;
}

function isWord(word: i32, at: i32): bool {
  const text = WORDS + word * WORD_BYTES;
  return at >= 0 && same(text + 1, at, load<u8>(text));
}

/** Whether so many bytes are the same; those at `other` must lie before the limit. */
function same(one: i32, other: i32, length: i32): bool {
  if (other + length > limit) return false;
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    if (v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)))) return false;
  }
  for (; at + 4 <= length; at += 4) if (load<u32>(one + at) !== load<u32>(other + at)) return false;
  for (; at < length; at += 1) if (load<u8>(one + at) !== load<u8>(other + at)) return false;
  return true;
}

/** One bit for each of sixteen bytes: whether it can't stand for itself in a JSON string, or ends it. */
function unplain(bytes: v128): i32 {
  const quoted = v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c)));
  // Signed: those above 0x7f are less than a space, too.
  const odd = v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f)));
  return i8x16.bitmask(v128.or(quoted, odd));
}

/** The quote behind a text without escapes, of printable ASCII; -1 where there is anything else in it. */
function endOfPlain(start: i32): i32 {
  for (let at = start; at < limit; at += 16) {
    const found = unplain(v128.load(at));
    if (found === 0) continue;
    const stop = at + ctz(found);
    return stop < limit && load<u8>(stop) === QUOTE ? stop : -1;
  }
  return -1;
}

/** The quote, or the question mark, behind such a text. */
function endOfPath(start: i32): i32 {
  for (let at = start; at < limit; at += 16) {
    const bytes = v128.load(at);
    const found = unplain(bytes) | i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x3f)));
    if (found === 0) continue;
    const stop = at + ctz(found);
    if (stop >= limit) return -1;
    const byte = load<u8>(stop);
    return byte === QUOTE || byte === QUESTION_MARK ? stop : -1;
  }
  return -1;
}

/** The next newline. */
function newline(start: i32): i32 {
  for (let at = start; at < limit; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>NEWLINE)));
    if (found !== 0) return at + ctz(found);
  }
  return limit;
}

/** The next quote of a line, or its end: what has none is no text, and must not reach into the next line. */
function quoteOrNewline(start: i32): i32 {
  for (let at = start; at < limit; at += 16) {
    const bytes = v128.load(at);
    const found = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>NEWLINE))),
    );
    if (found !== 0) return at + ctz(found);
  }
  return limit;
}
