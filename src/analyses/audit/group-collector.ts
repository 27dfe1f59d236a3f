import { certainAddress, type Principal } from '../../kube/audit-principal.ts';
import { parseGrantReason } from '../../kube/audit-reason.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditGroup, AuditHour } from '../../model/audit-group.ts';
import { severityRank, type Severity } from '../../model/finding.ts';
import type { Detection, Hit } from './detections/detection.ts';
import type { AuditRequest } from './request.ts';
import { objectText } from './object-text.ts';

const HOUR = 3_600_000;
const MOST_GROUPS = 5_000;
const MOST_HOURS = 1_000;
const MOST_EVENTS = 20;
/** Events kept of what nobody has to look at. */
const MOST_MINOR_EVENTS = 3;
const MOST_ADDRESSES = 8;
/** All groups together: at about 1 KB an event, 20 MB. */
const MOST_KEPT = 20_000;

interface Hour {
  readonly hour: number;
  severity: Severity;
  what: string;
  worst: AuditEvent;
  outcome: AuditRequest['outcome'];
  first: number;
  last: number;
  count: number;
  readonly also: Set<string>;
  readonly addresses: Set<string>;
  moreAddresses: boolean;
  readonly auditIDs: string[];
  readonly events: AuditEvent[];
}

interface Group {
  readonly key: string;
  readonly detection: Detection;
  readonly principal: Principal;
  readonly hours: Map<number, Hour>;
}

/** Gathers hits per detection, actor and hour, in bounded memory. */
export class GroupCollector {
  readonly #groups = new Map<string, Group>();
  readonly #dirty = new Set<string>();
  readonly #done = new Map<string, AuditGroup>();
  #kept = 0;

  add(detection: Detection, request: AuditRequest, found: Hit, also: readonly Detection[]): void {
    const { principal, event } = request;
    const key = `${detection.name}|${principal.actor.name}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= MOST_GROUPS) this.#dropOne();
      group = { key, detection, principal, hours: new Map() };
      this.#groups.set(key, group);
    }
    const start = Math.floor(event.time / HOUR) * HOUR;
    let hour = group.hours.get(start);
    if (hour === undefined) {
      if (group.hours.size >= MOST_HOURS) this.#dropHour(group);
      hour = newHour(start, request, found);
      group.hours.set(start, hour);
    }
    this.#extend(hour, request, found);
    for (const other of also) hour.also.add(other.name);
    this.#dirty.add(key);
  }

  /** Whether anything came since the last `groups()`. */
  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** All groups; those that did not change are the same objects as before. */
  groups(): ReadonlyMap<string, AuditGroup> {
    for (const key of this.#dirty) {
      const group = this.#groups.get(key);
      if (group === undefined) this.#done.delete(key);
      else this.#done.set(key, finish(group));
    }
    this.#dirty.clear();
    return new Map(this.#done);
  }

  #extend(hour: Hour, request: AuditRequest, found: Hit): void {
    const { event } = request;
    hour.count += found.count ?? 1;
    if (event.time < hour.first) hour.first = event.time;
    if (event.time > hour.last) hour.last = event.time;
    const isWorse = severityRank(found.severity) < severityRank(hour.severity);
    // Of a burst the later sentence has the larger numbers.
    if (isWorse || (found.count !== undefined && found.severity === hour.severity)) {
      hour.severity = found.severity;
      hour.what = found.what;
      hour.worst = event;
      hour.outcome = request.outcome;
    }
    const address = certainAddress(event);
    if (address !== '') {
      if (hour.addresses.size < MOST_ADDRESSES || hour.addresses.has(address)) hour.addresses.add(address);
      else hour.moreAddresses = true;
    }
    const isMinor = severityRank(hour.severity) >= severityRank('low');
    const most = this.#kept >= MOST_KEPT || isMinor ? MOST_MINOR_EVENTS : MOST_EVENTS;
    if (hour.auditIDs.length < MOST_EVENTS) hour.auditIDs.push(event.auditID);
    if (hour.events.length < most) {
      hour.events.push(event);
      this.#kept += 1;
    } else if (isWorse) {
      // The event that the sentence is about is never missing.
      hour.events[hour.events.length - 1] = event;
    }
  }

  /** Makes room: the group that is the least severe, and of those the oldest. */
  #dropOne(): void {
    let least: { key: string; rank: number; last: number } | null = null;
    for (const [key, group] of this.#groups) {
      let rank = severityRank('info');
      let last = 0;
      for (const hour of group.hours.values()) {
        rank = Math.min(rank, severityRank(hour.severity));
        last = Math.max(last, hour.last);
      }
      if (least === null || rank > least.rank || (rank === least.rank && last < least.last))
        least = { key, rank, last };
    }
    if (least === null) return;
    for (const hour of this.#groups.get(least.key)?.hours.values() ?? []) this.#kept -= hour.events.length;
    this.#groups.delete(least.key);
    this.#dirty.add(least.key);
  }

  #dropHour(group: Group): void {
    const oldest = Math.min(...group.hours.keys());
    this.#kept -= group.hours.get(oldest)?.events.length ?? 0;
    group.hours.delete(oldest);
  }
}

function newHour(hour: number, { event, outcome }: AuditRequest, found: Hit): Hour {
  return {
    hour,
    severity: found.severity,
    what: found.what,
    worst: event,
    outcome,
    first: event.time,
    last: event.time,
    count: 0,
    also: new Set(),
    addresses: new Set(),
    moreAddresses: false,
    auditIDs: [],
    events: [],
  };
}

function finish({ key, detection, principal, hours: all }: Group): AuditGroup {
  const hours = [...all.values()].sort((a, b) => a.hour - b.hour).map((hour) => finishHour(hour, principal));
  const worst = Math.min(...hours.map((hour) => severityRank(hour.severity)));
  return {
    key,
    detection: detection.name,
    severity: hours.find((hour) => severityRank(hour.severity) === worst)?.severity ?? 'info',
    actor: principal.actor,
    technique: detection.technique,
    first: Math.min(...hours.map((hour) => hour.first)),
    last: Math.max(...hours.map((hour) => hour.last)),
    count: hours.reduce((sum, hour) => sum + hour.count, 0),
    hours,
  };
}

function finishHour(hour: Hour, principal: Principal): AuditHour {
  return {
    hour: hour.hour,
    severity: hour.severity,
    first: hour.first,
    last: hour.last,
    count: hour.count,
    title: titleOf(hour, principal),
    text: sentence(hour, principal),
    also: [...hour.also].sort(),
    sourceIPs: [...hour.addresses],
    auditIDs: [...hour.auditIDs],
    object: hour.worst.object,
    reason: hour.worst.reason,
    events: [...hour.events],
  };
}

/** Who did what to which object. */
function titleOf(hour: Hour, principal: Principal): string {
  return `${principal.actor.name} ${hour.what} ${objectText(hour.worst)}`;
}

function sentence(hour: Hour, principal: Principal): string {
  const { worst } = hour;
  const grant = parseGrantReason(worst.reason);
  const how =
    hour.outcome === 'denied'
      ? `; refused (${worst.code ?? 'forbidden'})`
      : hour.outcome === 'failed'
        ? `; it failed (${worst.code ?? 'error'})`
        : grant === null
          ? ''
          : `; allowed by ${grant.bindingKind} ${grant.namespace === '' ? '' : `${grant.namespace}/`}${grant.binding}`;
  const from = [...hour.addresses].slice(0, 3).join(', ');
  const more = hour.moreAddresses || hour.addresses.size > 3 ? ' and others' : '';
  const times = hour.count === 1 ? 'once' : `${hour.count} times`;
  const span = hour.last === hour.first ? clock(hour.first) : `${clock(hour.first)}–${clock(hour.last)}`;
  const place = from === '' ? '' : ` from ${from}${more}`;
  return `${titleOf(hour, principal)}${how}; ${times}${place}, ${span} UTC`;
}

function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}
