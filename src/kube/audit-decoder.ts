import type { AuditEvent } from '../model/audit-event.ts';
import { fromAksRow, isAksRow } from './audit-aks.ts';
import { fromGkeEntry, isGkeEntry } from './audit-gke.ts';
import { isObject, objectAt, type JsonObject } from './audit-json.ts';
import { createAuditNormaliser } from './audit-normalise.ts';

/** What decoding came upon; every count is of lines or records. */
interface DecodeCounts {
  broken: number;
  truncated: number;
  legacy: number;
  skipped: number;
  cut: number;
}

export interface AuditDecoder {
  readonly counts: Readonly<DecodeCounts>;
  /** One line of a log, or one JSON value of a document, in any provider's shape. */
  decode(text: string): void;
  /** The two ends of a line that was too long to keep: its metadata is read, its bodies are not. */
  decodeEnds(head: string, tail: string): void;
}

export interface DecoderOptions {
  /** @param raw makes the event as audit.k8s.io has it, whatever it was wrapped in; its bodies are not sanitised */
  readonly onEvent: (event: AuditEvent, raw: () => JsonObject) => void;
  /** Unpacks gzip in base64 (CloudWatch subscriptions); throws where it is none. */
  readonly inflate?: (base64: string) => string;
}

/** Wrappers in wrappers: a record in an export in a container's log is three. */
const MOST_NESTED = 6;
/** What a container runtime or an S3 export writes before the JSON of a line. */
const LINE_PREFIX = /^\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\s+(?:(?:stdout|stderr)\s+[FP]\s+)?(?=[{[])/;
const PRINTABLE = /^[\x20-\x7e]*$/;
/** `--audit-log-format=legacy`: one line of text per event (kubernetes/apiserver pkg/audit/format.go). */
const LEGACY = / AUDIT: id="/;
/** CloudWatch ends an event over its size limit so. */
const TRUNCATION_MARK = '[Truncated...]';
/** Arrays that exports keep their records in. */
const RECORD_LISTS = ['items', 'records', 'logEvents', 'events', 'Records', 'value', 'entries'] as const;

/**
 * How many bytes of a line stand before its JSON, as container runtimes and exports write them.
 *
 * @param start of the line, each character a byte
 * @returns 0 also for what only looks so
 */
export function prefixLength(start: string): number {
  const [prefix = ''] = LINE_PREFIX.exec(start) ?? [];
  return PRINTABLE.test(prefix) ? prefix.length : 0;
}

/**
 * Turns the text of any provider's export into events: bare Events, EventList, CloudWatch (FilterLogEvents,
 * subscription data), Cloud Logging LogEntry, Azure diagnostic records and AKSAudit rows, container logs.
 */
export function createAuditDecoder(options: DecoderOptions): AuditDecoder {
  return new Decoder(options);
}

class Decoder implements AuditDecoder {
  readonly counts: DecodeCounts = { broken: 0, truncated: 0, legacy: 0, skipped: 0, cut: 0 };
  readonly #normaliser = createAuditNormaliser();
  readonly #onEvent: DecoderOptions['onEvent'];
  readonly #inflate: ((base64: string) => string) | undefined;

  constructor(options: DecoderOptions) {
    this.#onEvent = options.onEvent;
    this.#inflate = options.inflate;
  }

  decode(text: string): void {
    this.#text(text, 0);
  }

  decodeEnds(head: string, tail: string): void {
    const raw = withoutBodies(head, tail);
    const event = raw === null ? null : this.#normaliser.normalise(raw);
    if (raw === null || event === null) {
      this.counts.broken += 1;
      return;
    }
    this.counts.cut += 1;
    this.#onEvent({ ...event, level: 'Metadata' }, () => raw);
  }

  #text(text: string, depth: number): void {
    const first = text.charCodeAt(0);
    if (first !== 0x7b && first !== 0x5b) {
      this.#unusualText(text, depth);
      return;
    }
    let raw: unknown;
    try {
      raw = JSON.parse(text);
    } catch {
      this.#unparsable(text);
      return;
    }
    this.#value(raw, depth);
  }

  #unusualText(text: string, depth: number): void {
    const trimmed = text.trim();
    if (trimmed === '') return;
    const rest = trimmed.replace(LINE_PREFIX, '');
    if (rest.length < text.length && /^[{[]/.test(rest)) this.#text(rest, depth);
    else if (LEGACY.test(text)) this.counts.legacy += 1;
    else if (trimmed.endsWith(TRUNCATION_MARK)) this.counts.truncated += 1;
    else this.counts.skipped += 1;
  }

  /** A line that was cut still has its beginning: who asked for what, though not what became of it. */
  #unparsable(text: string): void {
    if (text.trimEnd().endsWith(TRUNCATION_MARK)) this.counts.truncated += 1;
    else this.counts.broken += 1;
  }

  #value(raw: unknown, depth: number): void {
    if (isObject(raw)) this.#object(raw, depth);
    else if (typeof raw === 'string' && depth < MOST_NESTED) this.#text(raw, depth + 1);
    else if (Array.isArray(raw) && depth < MOST_NESTED) for (const one of raw) this.#value(one, depth + 1);
    else this.counts.skipped += 1;
  }

  #object(raw: JsonObject, depth: number): void {
    if (typeof raw['auditID'] === 'string') this.#event(raw);
    else if (isAksRow(raw)) this.#event(fromAksRow(raw));
    else if (isGkeEntry(raw)) this.#event(fromGkeEntry(raw));
    else if (depth >= MOST_NESTED || !this.#wrapper(raw, depth + 1)) this.counts.skipped += 1;
  }

  #event(raw: JsonObject): void {
    const event = this.#normaliser.normalise(raw);
    if (event === null) this.counts.broken += 1;
    else this.#onEvent(event, () => raw);
  }

  /** @returns whether there was anything to unwrap */
  #wrapper(raw: JsonObject, depth: number): boolean {
    for (const field of RECORD_LISTS) {
      const list: unknown = raw[field];
      if (!Array.isArray(list)) continue;
      for (const one of list) this.#value(one, depth);
      return true;
    }
    if (typeof raw['category'] === 'string' && !raw['category'].startsWith('kube-audit')) return false;
    const azure = raw['properties'];
    if (typeof azure === 'string') return this.#inner(azure, depth);
    if (isObject(azure)) return this.#wrapper(azure, depth);
    const packed = objectAt(raw, 'awslogs')?.['data'] ?? objectAt(raw, 'kinesis')?.['data'];
    if (typeof packed === 'string') return this.#packed(packed, depth);
    for (const field of ['message', '@message', 'log', 'textPayload', 'data'] as const) {
      const inner = raw[field];
      if (typeof inner === 'string') return this.#inner(inner, depth);
      if (isObject(inner) && typeof inner['auditID'] === 'string') {
        this.#event(inner);
        return true;
      }
    }
    return false;
  }

  #inner(text: string, depth: number): boolean {
    this.#text(text, depth);
    return true;
  }

  #packed(base64: string, depth: number): boolean {
    try {
      this.#text(this.#inflate?.(base64) ?? '', depth);
    } catch {
      this.counts.broken += 1;
    }
    return true;
  }
}

/**
 * An Event's fields are written in the order of its Go type, bodies between `responseStatus` and
 * `requestReceivedTimestamp`: what stands before and after them is a whole event without bodies.
 *
 * @returns null where the ends do not fit together so
 */
function withoutBodies(head: string, tail: string): JsonObject | null {
  const bodies = ['"requestObject":', '"responseObject":'].map((field) => head.indexOf(`,${field}`));
  const from = Math.min(...bodies.filter((at) => at > 0));
  const to = tail.lastIndexOf(',"requestReceivedTimestamp":');
  if (!Number.isFinite(from) || to < 0) return null;
  try {
    const raw: unknown = JSON.parse(head.slice(0, from) + tail.slice(to).trimEnd());
    return isObject(raw) ? raw : null;
  } catch {
    return null;
  }
}
