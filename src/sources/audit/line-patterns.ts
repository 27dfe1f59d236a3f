/**
 * Reads lines as kube-apiserver's log backend writes them without parsing again what was read before: most are like an
 * earlier one but for the id, the query, the times and a resourceVersion. `src/assembly/audit-lines.ts` finds those, at
 * about a gigabyte a second where JSON.parse has a quarter of it (test/bench/README.md).
 */

import auditLinesCode from 'assembled:audit-lines';
import { parseObject, type JsonObject } from '../../kube/audit-json.ts';
import { cleanUri, createAuditNormaliser } from '../../kube/audit-normalise.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import { MOST_AT_ONCE } from './line-splitter.ts';

const MEMORY_PAGE = 65536;
/** Where lines are put; before them are words, records and a table, behind them the patterns. */
const INPUT = 65536;
/** So many bytes behind the lines may be looked at. */
const MARGIN = 128;
/** At 1 KB a pattern, some four thousand; when there are more, all are forgotten and learned anew. */
const MEMORY_BYTES = 4 << 20;
const WORD_BYTES = 128;
const RECORDS = 24576;
const RECORD_BYTES = 40;
/** Longer lines hold bodies, which are cut first, or are otherwise rare. */
const LONGEST_PATTERN = 2048;
/** Behind the URI so much is hashed; a hole in it would hide the pattern. */
const HASHED = 96;
const ONCE_SLOTS = 1 << 14;

const ID = '","auditID":"';
const LEVELS = (['Metadata', 'Request', 'RequestResponse'] as const).map(
  (level) => `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${level}${ID}`,
);
/** The one that most lines have first. */
const STAGES = (['ResponseComplete', 'ResponseStarted', 'RequestReceived', 'Panic'] as const).map(
  (stage) => `","stage":"${stage}","requestURI":"`,
);
const RECEIVED = ',"requestReceivedTimestamp":"';
const STAGED = '","stageTimestamp":"';
/** In the order in which the code knows them. */
const WORDS = [...LEVELS, ...STAGES, '","verb":"', STAGED];
const BODY = 'Object":';
const RESOURCE_VERSION = '"resourceVersion":"';

/** As the code reads it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** Stands for itself in a JSON string. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

const NOTHING = { id: '', query: '', version: '', time: '' };
const PROBE: typeof NOTHING = { id: 'probe', query: '?probe', version: 'probe', time: '2001-02-03T04:05:06Z' };

/** Why a scan stopped, as the code numbers it. */
const END = 0;
const UNKNOWN_LINE = 1;
const OTHER_MINUTE = 2;

/** What the code exports; places are of its memory. */
interface Code {
  scan(start: number, stop: number): number;
  recordCount(): number;
  stoppedAt(): number;
  stoppedTo(): number;
  uriEnd(): number;
  otherMinute(): number;
  setMinute(start: number): void;
  learn(number: number, holeFrom: number, holeTo: number, timeFrom: number, restFrom: number, most: number): number;
  forget(): void;
}

/** Gets what was read of some lines, in their order. */
export interface LineSink {
  /** @param raw parses the line; to be called at once or never */
  event(event: AuditEvent, raw: () => JsonObject): void;
  /** A line that nothing is known of. */
  line(text: string): void;
  /** Takes out of a long line what nobody reads, in place. @returns the end of the same memory */
  cut(line: Buffer): Buffer;
}

/** The event of the line that a pattern was made of, and its URI. */
interface Pattern {
  readonly event: AuditEvent;
  /** As it stands in lines. */
  readonly path: string;
  /** That of the last line; null where it is no JSON. */
  uri: string | null;
}

let shared: LinePatterns | null | undefined;

/**
 * Those of all logs.
 *
 * @returns null where this Node or machine runs no such code (old processors, limits of the address space)
 */
export function linePatterns(): LinePatterns | null {
  if (shared === undefined) {
    try {
      shared = new LinePatterns();
    } catch {
      shared = null;
    }
  }
  return shared;
}

/** What was read before of the lines of logs. Takes up to 4 MB. */
export class LinePatterns {
  readonly #code: Code;
  readonly #bytes: Buffer;
  readonly #numbers: Int32Array;
  readonly #times: Float64Array;
  readonly #normaliser = createAuditNormaliser();
  /** The hashes of lines that were met once: patterns are made of what comes again. */
  readonly #once = new Int32Array(ONCE_SLOTS);
  #patterns: Pattern[] = [];

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(auditLinesCode, 'base64'));
    const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES / MEMORY_PAGE });
    this.#code = new WebAssembly.Instance(module, { env: { memory } }).exports as Code;
    this.#bytes = Buffer.from(memory.buffer);
    this.#numbers = new Int32Array(memory.buffer, RECORDS);
    this.#times = new Float64Array(memory.buffer, RECORDS);
    WORDS.forEach((word, index) => {
      this.#bytes[index * WORD_BYTES] = word.length;
      this.#bytes.write(word, index * WORD_BYTES + 1, 'latin1');
    });
  }

  /** @param lines whole ones, the last without its newline; only one where it is longer than some are together */
  read(lines: Buffer, sink: LineSink): void {
    if (lines.length > MOST_AT_ONCE) {
      const rest = sink.cut(Buffer.from(lines));
      if (rest.length > MOST_AT_ONCE) sink.line(rest.toString('utf8'));
      else this.read(rest, sink);
      return;
    }
    const code = this.#code;
    const stop = INPUT + lines.length + 1;
    this.#bytes.set(lines, INPUT);
    this.#bytes[stop - 1] = 0x0a;
    this.#bytes.fill(0, stop, stop + MARGIN);
    let at = INPUT;
    let learned = 0;
    let cut = 0;
    for (let why = code.scan(at, stop); ; why = code.scan(at, stop)) {
      this.#tell(code.recordCount(), sink);
      if (why === END) return;
      at = code.stoppedAt();
      if (why === UNKNOWN_LINE || (why === OTHER_MINUTE && !this.#readMinute())) {
        const to = why === UNKNOWN_LINE ? code.stoppedTo() : this.#bytes.indexOf(0x0a, at);
        if (to - at > LONGEST_PATTERN && at !== cut) {
          at = to - sink.cut(this.#bytes.subarray(at, to)).length;
          cut = at;
          continue;
        }
        if (why === UNKNOWN_LINE && at !== learned && this.#learn(at, to)) {
          learned = at;
          continue;
        }
        sink.line(this.#bytes.toString('utf8', at, to));
        at = to + 1;
      }
    }
  }

  #tell(count: number, sink: LineSink): void {
    for (let record = 0; record < count; record += 1) {
      const at = record * (RECORD_BYTES / 4);
      const from = this.#number(at + 1);
      const to = this.#number(at + 2);
      const pattern = this.#patterns[this.#number(at)];
      const uri = pattern === undefined ? null : this.#uri(pattern, this.#number(at + 5), this.#number(at + 6));
      if (pattern === undefined || uri === null) {
        sink.line(this.#bytes.toString('utf8', from, to));
        continue;
      }
      const id = this.#bytes.toString('latin1', this.#number(at + 3), this.#number(at + 4));
      const event = likeIt(pattern.event, id, this.#times[record * (RECORD_BYTES / 8) + 4] ?? Number.NaN, uri);
      sink.event(event, () => JSON.parse(this.#bytes.toString('utf8', from, to)) as JsonObject);
    }
  }

  #number(at: number): number {
    return this.#numbers[at] ?? 0;
  }

  /** The URI of a line; where it has a query that its predecessor had not, a new one. */
  #uri(pattern: Pattern, queryFrom: number, queryTo: number): string | null {
    if (queryFrom === 0) return pattern.uri;
    const text = `"${pattern.path}${this.#bytes.toString('utf8', queryFrom, queryTo)}"`;
    try {
      pattern.uri = cleanUri(String(JSON.parse(text)), pattern.event.object);
    } catch {
      pattern.uri = null;
    }
    return pattern.uri;
  }

  /** @returns whether the minute that a scan stopped at is one */
  #readMinute(): boolean {
    const at = this.#code.otherMinute();
    const start = Date.parse(`${this.#bytes.toString('latin1', at, at + 16)}:00Z`);
    if (Number.isNaN(start)) return false;
    this.#code.setMinute(start);
    return true;
  }

  /**
   * Makes a pattern of the unknown line at which a scan stopped, where it came before. What may differ in other lines
   * is put to the proof: with other texts in its place the line must give the same event but for these.
   */
  #learn(from: number, to: number): boolean {
    const uriTo = this.#code.uriEnd() - from;
    if (uriTo < 0 || to - from > LONGEST_PATTERN) return false;
    const line = this.#bytes.toString('latin1', from, to);
    const places = placesIn(line, uriTo);
    if (places === null || !this.#isAgain(filled(line, places, NOTHING))) return false;
    const event = this.#eventOf(line);
    const probe = this.#eventOf(filled(line, places, PROBE));
    if (event === null || probe === null) return false;
    const path = line.slice(places.uriFrom, places.queryFrom);
    const hasQuery = places.queryFrom < uriTo;
    const own = {
      auditID: PROBE.id,
      time: Date.parse(PROBE.time),
      requestURI: hasQuery ? path + PROBE.query : event.requestURI,
    };
    // A field that stands twice is what its last place says: a line that says what the probe does proves nothing.
    const hasProbe =
      event.auditID === own.auditID || event.time === own.time || (hasQuery && event.requestURI === own.requestURI);
    if (hasProbe || JSON.stringify(probe) !== JSON.stringify({ ...event, ...own })) return false;
    this.#make({ event, path, uri: hasQuery ? null : event.requestURI }, from, places);
    return true;
  }

  #make(pattern: Pattern, from: number, { holeFrom, holeTo, timeFrom, restFrom }: Places): void {
    const [start, stop] = holeFrom === 0 ? [0, 0] : [from + holeFrom, from + holeTo];
    const number = this.#patterns.length;
    if (this.#code.learn(number, start, stop, from + timeFrom, from + restFrom, MEMORY_BYTES - MARGIN) !== 0) {
      this.#patterns.push(pattern);
      return;
    }
    this.#code.forget();
    this.#patterns = [];
  }

  /** Whether such a line came before, or one with the same hash: then a pattern is made too early, which is no harm. */
  #isAgain(text: string): boolean {
    let hash = 0x811c9dc5;
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (ONCE_SLOTS - 1);
    if (this.#once[slot] === hash) return true;
    this.#once[slot] = hash;
    return false;
  }

  /** @param latin1 a line of which each character is a byte */
  #eventOf(latin1: string): AuditEvent | null {
    const raw = parseObject(Buffer.from(latin1, 'latin1').toString('utf8'));
    return raw === null ? null : this.#normaliser.normalise(raw);
  }
}

/** Where in a line stands what may be another in lines of the same pattern. */
interface Places {
  readonly idFrom: number;
  readonly idTo: number;
  readonly uriFrom: number;
  /** The end of the URI where it has none. */
  readonly queryFrom: number;
  readonly uriTo: number;
  /** Of the object's resourceVersion; 0 where it has none. */
  readonly holeFrom: number;
  readonly holeTo: number;
  readonly timeFrom: number;
  readonly timeTo: number;
  readonly stagedFrom: number;
  readonly restFrom: number;
}

/** @returns null where the line has another shape, or a body: none is like it */
function placesIn(line: string, uriTo: number): Places | null {
  const level = LEVELS.find((word) => line.startsWith(word));
  if (level === undefined) return null;
  const idFrom = level.length;
  const idTo = line.indexOf('"', idFrom);
  const stage = STAGES.find((word) => line.startsWith(word, idTo));
  const received = line.indexOf(RECEIVED, uriTo + HASHED);
  if (stage === undefined || received < 0) return null;
  const uriFrom = idTo + stage.length;
  const query = line.indexOf('?', uriFrom);
  const timeFrom = received + RECEIVED.length;
  const timeTo = line.indexOf('"', timeFrom);
  if (!TIME.test(line.slice(timeFrom, timeTo)) || !line.startsWith(STAGED, timeTo)) return null;
  const stagedFrom = timeTo + STAGED.length;
  const restFrom = line.indexOf('"', stagedFrom);
  const middle = line.slice(uriTo, received);
  if (!PLAIN.test(line.slice(stagedFrom, restFrom)) || middle.includes(BODY)) return null;
  const version = line.indexOf(RESOURCE_VERSION, uriTo);
  const holeFrom = version < 0 || version > received ? 0 : version + RESOURCE_VERSION.length;
  const holeTo = holeFrom === 0 ? 0 : line.indexOf('"', holeFrom);
  if (holeFrom > 0 && (holeFrom < uriTo + HASHED || !PLAIN.test(line.slice(holeFrom, holeTo)))) return null;
  const queryFrom = query < 0 || query > uriTo ? uriTo : query;
  return { idFrom, idTo, uriFrom, queryFrom, uriTo, holeFrom, holeTo, timeFrom, timeTo, stagedFrom, restFrom };
}

/** A line with other texts where it may have others. */
function filled(line: string, places: Places, { id, query, version, time }: typeof NOTHING): string {
  const { idFrom, idTo, queryFrom, uriTo, holeFrom, holeTo, timeFrom, timeTo, stagedFrom, restFrom } = places;
  const uri = queryFrom === uriTo ? '' : query;
  const middle =
    holeFrom === 0 ? line.slice(uriTo, timeFrom) : line.slice(uriTo, holeFrom) + version + line.slice(holeTo, timeFrom);
  const times = time + line.slice(timeTo, stagedFrom) + time;
  return line.slice(0, idFrom) + id + line.slice(idTo, queryFrom) + uri + middle + times + line.slice(restFrom);
}

/** The event with an id, a time and a URI of its own. */
function likeIt(event: AuditEvent, auditID: string, time: number, requestURI: string): AuditEvent {
  return {
    auditID,
    stage: event.stage,
    level: event.level,
    time,
    verb: event.verb,
    requestURI,
    user: event.user,
    impersonated: event.impersonated,
    sourceIPs: event.sourceIPs,
    userAgent: event.userAgent,
    object: event.object,
    code: event.code,
    statusReason: event.statusReason,
    statusMessage: event.statusMessage,
    impersonationConstraint: event.impersonationConstraint,
    decision: event.decision,
    reason: event.reason,
    annotations: event.annotations,
    body: event.body,
  };
}
