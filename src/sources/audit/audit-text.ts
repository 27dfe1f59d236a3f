import { gunzipSync } from 'node:zlib';
import { createAuditDecoder, type AuditDecoder } from '../../kube/audit-decoder.ts';
import type { JsonObject } from '../../kube/audit-json.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditNotes } from '../../model/change.ts';
import type { BodyReaders } from './body-cutter.ts';
import { bodyCutter } from './cutting-code.ts';
import { EventSelection, type SelectionOptions } from './event-selection.ts';
import { JsonItems } from './json-items.ts';
import { shapeOf } from './first-line.ts';
import { linePatterns, type LineSink } from './line-patterns.ts';
import { eachLine, LineSplitter } from './line-splitter.ts';

/** Longer lines are not parsed: a list of Secrets with bodies can be many megabytes, and only its metadata counts. */
export const MOST_LINE_BYTES = 4 << 20;
const END_BYTES = 128 << 10;
/** A first line that has not ended by then is a document of one line. */
const MOST_UNDECIDED_BYTES = 4 << 20;
/** Unpacked CloudWatch subscription data: far over its own limit of 6 MB. */
const MOST_UNPACKED = 64 << 20;
/** Events handed on at once. */
const BATCH = 100;

export interface AuditTextOptions extends SelectionOptions {
  /** The name of the source in notes. */
  readonly source: string;
  /** Whether it is known to be lines, as the rest of a log is whose beginning was read before. */
  readonly isByLine?: boolean;
  /** Whether what nobody reads was cut out of its lines before. */
  readonly isCut?: boolean;
  /** Never more than 100 events; the array is the receiver's. */
  onEvents(events: readonly AuditEvent[]): void;
  /** Every event that is handed on, with what it was made from, for readers of whole bodies. */
  readonly onRaw?: ((event: AuditEvent, raw: () => JsonObject) => void) | undefined;
  /** @param line (of a document: element) counted from 1 that could not be used, or not whole */
  readonly onUnusable?: ((line: number) => void) | undefined;
}

/**
 * The text of one log, in whatever shape: decides from its beginning whether it is lines or one document, decodes it,
 * and counts what it could not use.
 */
export class AuditText {
  readonly #decoder: AuditDecoder;
  readonly #options: AuditTextOptions;
  readonly #selection: EventSelection;
  #batch: AuditEvent[] = [];
  #events = 0;
  #mode: 'undecided' | 'lines' | 'document' = 'undecided';
  #start: Buffer[] = [];
  #startBytes = 0;
  #hasFirstLine = false;
  readonly #splitter: LineSplitter;
  readonly #items: JsonItems;
  readonly #utf8 = new TextDecoder('utf-8');
  #lines = 0;
  #tooLong = 0;
  #cutShort = 0;

  constructor(options: AuditTextOptions) {
    this.#options = options;
    this.#selection = new EventSelection(options);
    if (options.isByLine === true) this.#mode = 'lines';
    this.#decoder = createAuditDecoder({
      onEvent: (event, raw) => this.#event(event, raw),
      inflate: (base64) =>
        gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: MOST_UNPACKED }).toString('utf8'),
    });
    const onItem = (text: string): void => {
      const before = this.#unusable;
      this.#decoder.decode(text);
      this.#countLine(before);
    };
    const readers: BodyReaders = options.onRaw === undefined ? 'events' : 'events and objects';
    const sink: LineSink = {
      event: (event, raw) => {
        this.#lines += 1;
        this.#event(event, raw);
      },
      line: (text) => {
        if (text !== '' && text !== '\r') onItem(text);
      },
      cut: (line) => (options.isCut === true ? line : bodyCutter().cut(line, readers)),
    };
    this.#splitter = new LineSplitter(
      {
        lines: (bytes) => {
          const patterns = linePatterns();
          if (patterns === null) eachLine(bytes, (line) => sink.line(line));
          else patterns.read(bytes, sink);
        },
        longLine: (head, tail) => {
          const before = this.#unusable;
          this.#decoder.decodeEnds(head, tail);
          this.#countLine(before);
        },
      },
      { mostBytes: MOST_LINE_BYTES, endBytes: END_BYTES },
    );
    this.#items = new JsonItems({
      onItem,
      onTooLong: () => {
        const before = this.#unusable;
        this.#tooLong += 1;
        this.#countLine(before);
      },
      mostLength: MOST_LINE_BYTES,
    });
  }

  /** @param chunk not kept: its bytes may change */
  push(chunk: Buffer): void {
    switch (this.#mode) {
      case 'lines':
        this.#splitter.push(chunk);
        return;
      case 'document':
        this.#items.push(this.#utf8.decode(chunk, { stream: true }));
        return;
      case 'undecided':
        this.#start.push(Buffer.from(chunk));
        this.#startBytes += chunk.length;
        this.#hasFirstLine ||= chunk.includes(0x0a);
        if (this.#hasFirstLine || this.#startBytes >= MOST_UNDECIDED_BYTES) this.#decide(false);
    }
  }

  /** What stands behind the last newline is complete too. */
  end(): void {
    if (this.#mode === 'undecided') this.#decide(true);
    if (this.#mode === 'lines') this.#splitter.end();
    else if (!this.#items.end()) {
      this.#cutShort += 1;
      // The piece that is there counts among the elements.
      this.#lines += 1;
    }
  }

  /** Hands on the events that wait for a full batch. */
  flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#events += batch.length;
    this.#options.onEvents(batch);
  }

  /** Events handed on. */
  get events(): number {
    return this.#events;
  }

  /** Whether every line stands for itself, so that reading can go on behind any newline. */
  get isByLine(): boolean {
    return this.#mode === 'lines';
  }

  /** The log begins anew: what was left of a line belongs to the old one. */
  restart(): void {
    if (this.#mode === 'undecided') this.#decide(true);
    if (this.#mode === 'lines') this.#splitter.end();
    this.#mode = 'undecided';
    this.#startBytes = 0;
    this.#hasFirstLine = false;
  }

  /** The rest cannot be read (a gzip file cut short, a read error). */
  markCutShort(): void {
    this.#cutShort += 1;
  }

  /** Whether the end of a document, or of the source, is missing. */
  get isCutShort(): boolean {
    return this.#cutShort > 0;
  }

  get notes(): AuditNotes {
    const { broken, truncated, legacy, skipped, cut } = this.#decoder.counts;
    const { duplicates, unordered, first, last } = this.#selection.counts;
    return {
      source: this.#options.source,
      lines: this.#lines,
      broken: broken + this.#tooLong + this.#cutShort,
      truncated,
      duplicates,
      legacy,
      skipped,
      cut,
      unordered,
      first,
      last,
    };
  }

  #countLine(unusableBefore: number): void {
    this.#lines += 1;
    if (this.#unusable > unusableBefore) this.#options.onUnusable?.(this.#lines);
  }

  get #unusable(): number {
    const { broken, truncated, legacy } = this.#decoder.counts;
    return broken + truncated + legacy + this.#tooLong;
  }

  /** @param isEnd nothing more comes that could tell */
  #decide(isEnd: boolean): void {
    const start = Buffer.concat(this.#start);
    this.#start = [];
    const from = start.length >= 3 && start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
    const text = start.toString('utf8', from, Math.min(start.length, from + MOST_UNDECIDED_BYTES));
    const content = text.trimStart();
    const isLong = this.#startBytes >= MOST_UNDECIDED_BYTES;
    const shape = shapeOf(content);
    if (shape === 'undecided' && !isEnd && !isLong) {
      this.#start = [start];
      return;
    }
    // A first line that does not end is a document of one line.
    if (shape === 'undecided') this.#mode = isLong && content !== '' ? 'document' : 'lines';
    else this.#mode = shape;
    this.push(start.subarray(from));
  }

  #event(event: AuditEvent, raw: () => JsonObject): void {
    if (!this.#selection.takes(event)) return;
    this.#options.onRaw?.(event, raw);
    this.#batch.push(event);
    if (this.#batch.length >= BATCH) this.flush();
  }
}
