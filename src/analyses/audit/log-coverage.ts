import { hasBodyFacts } from '../../kube/audit-body.ts';
import type { AuditEvent, AuditObjectRef } from '../../model/audit-event.ts';
import type { AuditCoverage } from '../../model/audit-state.ts';
import { AccountUids } from './account-uids.ts';
import { topicOf } from './request.ts';

const MINUTE = 60_000;
const MOST_NAMES = 500;
/** A year of minutes. */
const MOST_MINUTES = 366 * 24 * 60;
/** A silence this long is a gap where this many events would have been expected in it: chance is then e^-20. */
const LEAST_GAP_MINUTES = 5;
const LEAST_EXPECTED = 20;
const MOST_GAPS = 100;

/** Counts what a log holds: levels, stages, verbs, resources and minutes without any event; and whether it is one log. */
export class LogCoverage {
  readonly #levels = new Map<string, number>();
  readonly #stages = new Map<string, number>();
  readonly #verbs = new Map<string, number>();
  readonly #resources = new Map<string, number>();
  readonly #bodies = new Map<string, { with: number; without: number }>();
  readonly #minutes = new Map<number, number>();
  readonly #accounts = new AccountUids();
  readonly #names = new WeakMap<AuditObjectRef, string>();
  #total = 0;
  #first: number | null = null;
  #last: number | null = null;
  /** The minute of the last event, counted apart until it changes. */
  #minute = Number.NaN;
  #inMinute = 0;

  get total(): number {
    return this.#total;
  }

  add(events: readonly AuditEvent[]): void {
    this.#accounts.add(events);
    for (const event of events) {
      this.#total += 1;
      count(this.#levels, event.level);
      count(this.#stages, event.stage);
      count(this.#verbs, event.verb);
      const { time, object } = event;
      if (object !== null) count(this.#resources, this.#nameOf(object));
      this.#countBody(event);
      if (this.#first === null || time < this.#first) this.#first = time;
      if (this.#last === null || time > this.#last) this.#last = time;
      const minute = Math.floor(time / MINUTE);
      if (minute !== this.#minute) {
        this.#flushMinute();
        this.#minute = minute;
      }
      this.#inMinute += 1;
    }
  }

  coverage(): AuditCoverage {
    this.#flushMinute();
    return {
      levels: record(this.#levels),
      stages: record(this.#stages),
      verbs: record(this.#verbs),
      resources: record(this.#resources),
      bodies: Object.fromEntries([...this.#bodies].map(([resource, counts]) => [resource, { ...counts }])),
      first: this.#first,
      last: this.#last,
      gaps: this.#gaps(),
      contradiction: this.#accounts.contradiction(),
      activity: this.#activity(),
    };
  }

  /** `pods/exec`, `roles.rbac.authorization.k8s.io`: once for each object, which equal requests share. */
  #nameOf(object: AuditObjectRef): string {
    let name = this.#names.get(object);
    if (name === undefined) {
      name = object.apiGroup === '' ? topicOf(object) : `${topicOf(object)}.${object.apiGroup}`;
      this.#names.set(object, name);
    }
    return name;
  }

  /** Writes that succeeded: a refused one may have no body at any level. */
  #countBody({ object, verb, code, level }: AuditEvent): void {
    if (object === null || object.subresource !== '' || (code !== null && code >= 400)) return;
    if ((verb !== 'create' && verb !== 'update' && verb !== 'patch') || !hasBodyFacts(object.resource)) return;
    let counts = this.#bodies.get(object.resource);
    if (counts === undefined) this.#bodies.set(object.resource, (counts = { with: 0, without: 0 }));
    if (level === 'Metadata') counts.without += 1;
    else counts.with += 1;
  }

  #flushMinute(): void {
    if (this.#inMinute === 0) return;
    if (this.#minutes.has(this.#minute) || this.#minutes.size < MOST_MINUTES) {
      this.#minutes.set(this.#minute, (this.#minutes.get(this.#minute) ?? 0) + this.#inMinute);
    }
    this.#inMinute = 0;
  }

  #gaps(): AuditCoverage['gaps'] {
    const minutes = [...this.#minutes.keys()].sort((a, b) => a - b);
    if (minutes.length < 2) return [];
    // The rate of the minutes that have events: those without are what is asked about.
    const rate = this.#total / minutes.length;
    const least = Math.max(LEAST_GAP_MINUTES, LEAST_EXPECTED / rate);
    const gaps: { from: number; to: number }[] = [];
    for (let at = 1; at < minutes.length && gaps.length < MOST_GAPS; at += 1) {
      const before = minutes[at - 1] ?? 0;
      const after = minutes[at] ?? 0;
      if (after - before - 1 >= least) gaps.push({ from: (before + 1) * MINUTE, to: after * MINUTE });
    }
    return gaps;
  }

  #activity(): readonly number[] {
    if (this.#last === null) return [];
    const last = Math.floor(this.#last / MINUTE);
    return Array.from({ length: 60 }, (_, at) => this.#minutes.get(last - 59 + at) ?? 0);
  }
}

function count(counts: Map<string, number>, name: string): void {
  const there = counts.get(name);
  if (there !== undefined) counts.set(name, there + 1);
  else if (counts.size < MOST_NAMES) counts.set(name, 1);
  else counts.set('other', (counts.get('other') ?? 0) + 1);
}

function record(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
