import type { AuditEvent } from '../model/audit-event.ts';
import { isObject, type JsonObject } from './audit-json.ts';
import type { AuditNormaliser, AuditOutcome, AuditRequestParts } from './audit-normalise.ts';
import { createTimeReader } from './audit-time.ts';
import { isClean, sanitise } from './sanitise.ts';

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
const STAGES = (['ResponseComplete', 'ResponseStarted', 'RequestReceived', 'Panic'] as const).map((value) => ({
  value,
  text: `","stage":"${value}","requestURI":"`,
}));
const VERB = '","verb":"';
const RECEIVED = ',"requestReceivedTimestamp":"';
const STAGED = '","stageTimestamp":"';
/** Of `requestObject` and `responseObject`: no other event is like one with a body. */
const BODY = 'Object":{';
const ANNOTATIONS = ',"annotations":';
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

/** What was read before of a path, and what the annotations behind it said the last time. */
interface Known {
  readonly text: string;
  readonly request: AuditRequestParts;
  annotations: string;
  outcome: AuditOutcome | null;
}

class LineReader implements AuditLineReader {
  readonly #normaliser: AuditNormaliser;
  readonly #timeOf = createTimeReader();
  readonly #byPath = new Map<string, Known[]>();
  readonly #none: AuditOutcome;

  constructor(normaliser: AuditNormaliser) {
    this.#normaliser = normaliser;
    this.#none = normaliser.outcome(undefined);
  }

  read(line: string): AuditEvent | null {
    const level = LEVELS.find((one) => isAt(line, 0, one.text));
    if (level === undefined) return null;
    const idTo = line.indexOf('"', level.text.length);
    const stage = STAGES.find((one) => isAt(line, idTo, one.text));
    if (stage === undefined) return null;
    const uriFrom = idTo + stage.text.length;
    const uriTo = line.indexOf(VERB, uriFrom);
    const requestTo = line.indexOf(RECEIVED, uriTo);
    if (uriTo < 0 || requestTo < 0) return null;
    const receivedFrom = requestTo + RECEIVED.length;
    const receivedTo = line.indexOf('"', receivedFrom);
    if (!isAt(line, receivedTo, STAGED)) return null;
    const stagedTo = line.indexOf('"', receivedTo + STAGED.length);

    const time = this.#timeOf(line.slice(receivedFrom, receivedTo));
    if (Number.isNaN(time) || !isItself(line.slice(receivedFrom, stagedTo))) return null;
    // Parsed, they are strings of their own: a part of a line would keep all of what was read with it.
    const head = parsed(`{${line.slice(level.text.length - ID.length, uriTo + 1)}}`);
    const known = head === null ? null : this.#request(line, uriFrom, uriTo, requestTo);
    if (head === null || known === null) return null;
    const { auditID: id, requestURI: uri } = head;
    if (typeof id !== 'string' || id === '') return null;
    const outcome = this.#outcome(known, line, stagedTo + 1);
    if (outcome === null) return null;
    const own = { id: sanitise(id), stage: stage.value, level: level.value, time, uri };
    return this.#normaliser.event(own, known.request, outcome);
  }

  /** The path comes again and again, from the same few callers with the same answers. */
  #request(line: string, uriFrom: number, uriTo: number, requestTo: number): Known | null {
    const query = line.indexOf('?', uriFrom);
    const path = line.slice(uriFrom, query < 0 || query > uriTo ? uriTo : query);
    const text = line.slice(uriTo + 2, requestTo);
    let all = this.#byPath.get(path);
    const there = all?.find((one) => one.text === text);
    if (there !== undefined) return there;
    if (text.length > LONGEST_REMEMBERED || text.includes(BODY)) return null;
    const raw = parsed(`{${text}}`);
    if (raw === null || Object.keys(raw).some((key) => !REQUEST_FIELDS.has(key))) return null;
    if (all === undefined) {
      if (this.#byPath.size >= MOST_PATHS) this.#byPath.clear();
      this.#byPath.set(copyOf(path), (all = []));
    } else if (all.length >= MOST_OF_PATH) all.shift();
    const made: Known = {
      text: copyOf(text),
      request: this.#normaliser.request(raw),
      annotations: '',
      outcome: null,
    };
    all.push(made);
    return made;
  }

  /** @param from behind the last of the times */
  #outcome(known: Known, line: string, from: number): AuditOutcome | null {
    const text = line.slice(from);
    if (text === known.annotations) return known.outcome;
    if (text === '}') return this.#none;
    if (text.length > LONGEST_REMEMBERED || !text.startsWith(ANNOTATIONS) || !text.endsWith('}')) return null;
    const raw = parsed(text.slice(ANNOTATIONS.length, -1));
    if (raw === null) return null;
    known.annotations = copyOf(text);
    return (known.outcome = this.#normaliser.outcome(raw));
  }
}

/** Whether a text stands at a place; a comparison of the part is many times faster than startsWith. */
function isAt(line: string, from: number, text: string): boolean {
  return line.slice(from, from + text.length) === text;
}

/** A part of a line keeps all of what was read with it; its copy does not. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** Whether the inside of a JSON string is what it says: nothing escaped, nothing that has to be. */
function isItself(text: string): boolean {
  return isClean(text) && !text.includes('\\');
}

function parsed(text: string): JsonObject | null {
  try {
    const raw: unknown = JSON.parse(text);
    return isObject(raw) ? raw : null;
  } catch {
    return null;
  }
}
