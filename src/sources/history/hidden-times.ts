import type { AuditNotes } from '../../model/change.ts';

/**
 * Servers log requests within this time of each other's end, in milliseconds: a request takes a minute at most
 * (kube-apiserver --request-timeout), and an event later than that counts as out of order.
 */
const NEAR = 60_000;
/** Where this many events would have been expected, none by chance is e^-20. */
const LEAST_EXPECTED = 20;
/** More times than these are kept as one. */
const MOST_TIMES = 1_000;

/** Milliseconds since the epoch; null where it is not known how far it goes. */
export interface HiddenTime {
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Finds the times in which the lines of one log that could not be used may have told of changes: between the events
 * before and after each, as a log is in order of its requests' ends.
 */
export class HiddenTimes {
  readonly #times: HiddenTime[];
  /** Time of the newest event. */
  #latest: number | null;
  #isOpen: boolean;

  /**
   * @param before what was found in the log's part that was read before
   * @param latest time of the newest event of that part; null where there is none
   */
  constructor(before: readonly HiddenTime[] = [], latest: number | null = null) {
    this.#times = [...before];
    this.#latest = latest;
    this.#isOpen = before.at(-1)?.to === null;
  }

  /** The next event of the log, by the time of its request in milliseconds since the epoch. */
  event(time: number): void {
    if (this.#isOpen) this.#closeAt(time);
    if (this.#latest === null || time > this.#latest) this.#latest = time;
  }

  /** The next line cannot be used. */
  unusable(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#times.push({ from: this.#latest === null ? null : this.#latest - NEAR, to: null });
  }

  /** As far as the log was read: a line that no event has followed yet hides all that comes. */
  get soFar(): readonly HiddenTime[] {
    return this.#times;
  }

  /**
   * Of a log that was read to its end.
   *
   * @param notes what was counted of it; the neighbours of a line tell nothing where events are not in order
   * @param isCutShort whether its end is missing
   */
  ofWhole(
    { first, last, unordered, lines }: Pick<AuditNotes, 'first' | 'last' | 'unordered' | 'lines'>,
    isCutShort: boolean,
  ): readonly HiddenTime[] {
    if (first === null || last === null) return [];
    // Beyond the first and the last event only the pace of the log tells how near its next neighbour would be.
    const reach = Math.max(NEAR, (LEAST_EXPECTED * (last - first)) / Math.max(1, lines));
    const begin = first - reach;
    const end = isCutShort ? null : last + reach;
    if (unordered > 0 && this.#times.length > 0) return [{ from: begin, to: end }];
    const times = this.#times.map(({ from, to }) => ({ from: from ?? begin, to: to ?? end }));
    return isCutShort && times.at(-1)?.to !== null ? [...times, { from: last - NEAR, to: null }] : times;
  }

  #closeAt(time: number): void {
    const open = this.#times.at(-1);
    if (open === undefined) return;
    // The end of a watch is logged under the time at which it began.
    if (open.from !== null && time < open.from) return;
    this.#isOpen = false;
    this.#times.pop();
    const before = this.#times.at(-1);
    const isJoined = before?.to != null && (this.#times.length >= MOST_TIMES || (open.from ?? -Infinity) <= before.to);
    if (isJoined) this.#times.pop();
    this.#times.push({ from: isJoined ? before.from : open.from, to: time + NEAR });
  }
}
