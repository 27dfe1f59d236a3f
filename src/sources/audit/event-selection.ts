import type { AuditEvent } from '../../model/audit-event.ts';
import type { SeenEvents } from './seen-events.ts';

/** Events of API servers arrive a little out of order; a minute is not worth a note. */
const UNORDERED_AFTER = 60_000;

export interface SelectionOptions {
  readonly seen: SeenEvents;
  /** Only events at or after, and before, in milliseconds since the epoch. */
  readonly since?: number | null;
  readonly until?: number | null;
}

/** Which events of one source are handed on: new ones, of the time that is asked for. Counts what it came upon. */
export class EventSelection {
  readonly #seen: SeenEvents;
  readonly #since: number | null;
  readonly #until: number | null;
  #duplicates = 0;
  #unordered = 0;
  #first: number | null = null;
  #last: number | null = null;

  constructor({ seen, since = null, until = null }: SelectionOptions) {
    this.#seen = seen;
    this.#since = since;
    this.#until = until;
  }

  /** Whether the next event of the source is handed on. */
  takes(event: AuditEvent): boolean {
    if (!this.#seen.isNew(event)) {
      this.#duplicates += 1;
      return false;
    }
    const { time } = event;
    if (this.#first === null || time < this.#first) this.#first = time;
    if (this.#last === null || time > this.#last) this.#last = time;
    else if (time < this.#last - UNORDERED_AFTER && !mayEndLate(event)) this.#unordered += 1;
    return (this.#since === null || time >= this.#since) && (this.#until === null || time < this.#until);
  }

  /** Of the events so far; times of new ones, whether handed on or not. */
  get counts(): {
    readonly duplicates: number;
    readonly unordered: number;
    readonly first: number | null;
    readonly last: number | null;
  } {
    return { duplicates: this.#duplicates, unordered: this.#unordered, first: this.#first, last: this.#last };
  }
}

/** Watches, exec and their like are logged again when they end, hours after they came. */
function mayEndLate({ stage, verb, object }: AuditEvent): boolean {
  return stage === 'ResponseComplete' && (verb === 'watch' || (object !== null && object.subresource !== ''));
}
