import type { AuditEvent } from '../model/audit-event.ts';
import { parseObject } from './audit-json.ts';
import { cleanUri, type AuditNormaliser, type AuditOutcome, type AuditRequestParts } from './audit-normalise.ts';
import { createTimeReader } from './audit-time.ts';
import { sanitise } from './sanitise.ts';

/** Paths that are remembered; when there are more, all are forgotten and learned anew. */
const MOST_PATHS = 10_000;
/** Different requests of one path that are remembered: the oldest goes. */
const MOST_OF_PATH = 16;
/** Longer ones hold bodies, and do not come again. */
const LONGEST_REMEMBERED = 2048;

const ID = '"auditID":"';
const LEVELS = (['Metadata', 'Request', 'RequestResponse'] as const).map((value) => ({
  value,
  text: `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${value}",${ID}`,
}));
/** The one that most lines have first. */
const STAGES = (['ResponseComplete', 'ResponseStarted', 'RequestReceived', 'Panic'] as const).map((value) => ({
  value,
  text: `","stage":"${value}","requestURI":"`,
}));
const VERB = '","verb":"';
/** What is remembered of a request begins with its verb. */
const VERB_FROM = '",'.length;
const RECEIVED = ',"requestReceivedTimestamp":"';
const STAGED = '","stageTimestamp":"';
/** Of `requestObject` and `responseObject`: no other event is like one with a body. */
const BODY = 'Object":{';
const ANNOTATIONS = ',"annotations":';
const BACKSLASH = 0x5c;
/** The fields from the verb to the times. */
const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  'verb',
  'user',
  'impersonatedUser',
  'authenticationMetadata',
  'sourceIPs',
  'userAgent',
  'objectRef',
  'responseStatus',
]);

/**
 * Reads lines as kube-apiserver's log backend writes them, without parsing again what was read before: the fields come
 * in the order of the Go type (kubernetes/apiserver pkg/apis/audit/v1/types.go), and from the verb to the status most
 * lines are like an earlier one. What is new is parsed as JSON by itself, so that a cut in the wrong place cannot parse.
 */
export interface AuditLineReader {
  /** @returns the event that parsing and normalising the whole line gives; null where the line has another shape */
  read(line: string): AuditEvent | null;
}

export function createAuditLineReader(normaliser: AuditNormaliser): AuditLineReader {
  return new LineReader(normaliser);
}

/** The requests of one path that were read before. */
interface KnownPath {
  readonly path: string;
  readonly requests: KnownRequest[];
}

/** What was read before, and what the annotations behind it said the last time. */
interface KnownRequest {
  /** From the verb to the beginning of the time. */
  readonly text: string;
  readonly request: AuditRequestParts;
  /** Where it has no query. */
  readonly uri: string;
  annotations: string;
  outcome: AuditOutcome | null;
}

class LineReader implements AuditLineReader {
  readonly #normaliser: AuditNormaliser;
  readonly #timeOf = createTimeReader();
  readonly #byPath = new Map<string, KnownPath>();
  readonly #none: AuditOutcome;

  constructor(normaliser: AuditNormaliser) {
    this.#normaliser = normaliser;
    this.#none = normaliser.outcome(undefined);
  }

  read(line: string): AuditEvent | null {
    const level = wordAt(LEVELS, line, 0);
    if (level === null) return null;
    const idFrom = level.text.length;
    const idTo = line.indexOf('"', idFrom);
    const stage = wordAt(STAGES, line, idTo);
    if (stage === null) return null;
    const uriFrom = idTo + stage.text.length;
    const uriTo = line.indexOf('"', uriFrom);
    if (!isAt(line, uriTo, VERB)) return null;
    const query = line.indexOf('?', uriFrom);
    const hasQuery = query >= 0 && query < uriTo;
    const known = this.#request(line, uriFrom, hasQuery ? query : uriTo, uriTo + VERB_FROM);
    if (known === null) return null;

    const receivedFrom = uriTo + VERB_FROM + known.text.length;
    const receivedTo = line.indexOf('"', receivedFrom);
    if (!isAt(line, receivedTo, STAGED)) return null;
    const stagedFrom = receivedTo + STAGED.length;
    const stagedTo = line.indexOf('"', stagedFrom);
    if (!isItself(line, receivedFrom, receivedTo) || !isItself(line, stagedFrom, stagedTo)) return null;
    const time = this.#timeOf(line.slice(receivedFrom, receivedTo));
    const outcome = this.#outcome(known, line, stagedTo + 1);
    // Parsed, it is a string of its own: a part of a line would keep all of what was read with it.
    const id = stringIn(line, idFrom, idTo);
    if (Number.isNaN(time) || outcome === null || id === null || id === '') return null;
    let { uri } = known;
    if (hasQuery) {
      const whole = stringIn(line, uriFrom, uriTo);
      if (whole === null) return null;
      uri = cleanUri(whole, known.request.object);
    }
    const own = { id: sanitise(id), stage: stage.value, level: level.value, time, uri };
    return this.#normaliser.event(own, known.request, outcome);
  }

  /** The path comes again and again, from the same few callers with the same answers. */
  #request(line: string, pathFrom: number, pathTo: number, from: number): KnownRequest | null {
    const there = this.#byPath.get(line.slice(pathFrom, pathTo));
    const known = there === undefined ? null : wordAt(there.requests, line, from);
    return known ?? this.#newRequest(there, line, pathFrom, pathTo, from);
  }

  #newRequest(
    there: KnownPath | undefined,
    line: string,
    pathFrom: number,
    pathTo: number,
    from: number,
  ): KnownRequest | null {
    const to = line.indexOf(RECEIVED, from);
    const text = line.slice(from, to);
    if (to < 0 || text.length > LONGEST_REMEMBERED || text.includes(BODY)) return null;
    const path = there?.path ?? stringIn(line, pathFrom, pathTo);
    const raw = parseObject(`{${text}}`);
    if (path === null || raw === null || Object.keys(raw).some((key) => !REQUEST_FIELDS.has(key))) return null;
    const request = this.#normaliser.request(raw);
    const made: KnownRequest = {
      text: copyOf(text + RECEIVED),
      request,
      uri: cleanUri(path, request.object),
      annotations: '',
      outcome: null,
    };
    this.#remember(there ?? this.#newPath(line.slice(pathFrom, pathTo), path), made);
    return made;
  }

  #newPath(text: string, path: string): KnownPath {
    if (this.#byPath.size >= MOST_PATHS) this.#byPath.clear();
    const made: KnownPath = { path, requests: [] };
    this.#byPath.set(copyOf(text), made);
    return made;
  }

  #remember({ requests }: KnownPath, made: KnownRequest): void {
    if (requests.length >= MOST_OF_PATH) requests.shift();
    requests.push(made);
  }

  /** @param from behind the last of the times */
  #outcome(known: KnownRequest, line: string, from: number): AuditOutcome | null {
    const text = line.slice(from);
    if (text === known.annotations) return known.outcome;
    if (text === '}') return this.#none;
    if (text.length > LONGEST_REMEMBERED || !text.startsWith(ANNOTATIONS) || !text.endsWith('}')) return null;
    const raw = parseObject(text.slice(ANNOTATIONS.length, -1));
    if (raw === null) return null;
    known.annotations = copyOf(text);
    return (known.outcome = this.#normaliser.outcome(raw));
  }
}

/** The word whose text stands at a place; null where none does. */
function wordAt<T extends { readonly text: string }>(words: readonly T[], line: string, from: number): T | null {
  for (const word of words) if (isAt(line, from, word.text)) return word;
  return null;
}

/** Whether a text stands at a place; a comparison of the part is many times faster than startsWith. */
function isAt(line: string, from: number, text: string): boolean {
  return line.slice(from, from + text.length) === text;
}

/** A part of a line keeps all of what was read with it; its copy does not. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** Whether the inside of a JSON string is what it says: printable, nothing escaped. */
function isItself(line: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = line.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === BACKSLASH) return false;
  }
  return true;
}

/** @returns what stands between two quotes, as a string of its own; null where it is no JSON */
function stringIn(line: string, from: number, to: number): string | null {
  try {
    return String(JSON.parse(`"${line.slice(from, to)}"`));
  } catch {
    return null;
  }
}
