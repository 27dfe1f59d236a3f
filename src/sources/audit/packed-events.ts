import type { AuditEvent, AuditUser } from '../../model/audit-event.ts';

/** Patterns that are remembered; when there are more, all are forgotten and learned anew. */
const MOST_PATTERNS = 8_000;

/** Some events in a form that is copied from thread to thread at little cost: most are like an earlier one. */
export interface PackedEvents {
  /** Whether what was packed before is forgotten first. */
  readonly isAnew: boolean;
  /** What came up for the first time, in order. */
  readonly users: readonly AuditUser[];
  readonly patterns: readonly Pattern[];
  /** Of each event: the number of its pattern, and what is its own. */
  readonly like: readonly number[];
  readonly ids: readonly string[];
  readonly times: readonly number[];
  /** null: that of the pattern. */
  readonly uris: readonly (string | null)[];
}

/** The first of many events that are alike but for id, time and URI. */
interface Pattern {
  readonly event: AuditEvent;
  /** The number of its user, who stands apart. */
  readonly user: number;
}

interface Known {
  readonly event: AuditEvent;
  readonly number: number;
}

const NOBODY: AuditUser = { username: '', uid: '', groups: [], extra: {} };

type Growing = { -readonly [K in keyof PackedEvents]: PackedEvents[K] extends readonly (infer T)[] ? T[] : boolean };

/** Packs the events of a reader that shares the parts of those that are alike. */
export class EventPacker {
  /** By the object of the request, or the user where it names none. */
  readonly #known = new Map<object, Known>();
  readonly #users = new Map<AuditUser, number>();
  #patterns = 0;
  #packed = nothing(false);

  add(events: readonly AuditEvent[]): void {
    for (const event of events) {
      const { number, event: pattern } = this.#like(event);
      this.#packed.like.push(number);
      this.#packed.ids.push(event.auditID);
      this.#packed.times.push(event.time);
      this.#packed.uris.push(event.requestURI === pattern.requestURI ? null : event.requestURI);
    }
  }

  /** All that was added since the last call. */
  take(): PackedEvents {
    const packed = this.#packed;
    const isAnew = this.#patterns >= MOST_PATTERNS;
    if (isAnew) {
      this.#known.clear();
      this.#users.clear();
      this.#patterns = 0;
    }
    this.#packed = nothing(isAnew);
    return packed;
  }

  #like(event: AuditEvent): Known {
    const key = event.object ?? event.user;
    const known = this.#known.get(key);
    if (known !== undefined && isAlike(known.event, event)) return known;
    const made = { event, number: this.#patterns };
    this.#patterns += 1;
    this.#known.set(key, made);
    this.#packed.patterns.push({ event: { ...event, user: NOBODY }, user: this.#userOf(event.user) });
    return made;
  }

  #userOf(user: AuditUser): number {
    const known = this.#users.get(user);
    if (known !== undefined) return known;
    const number = this.#users.size;
    this.#users.set(user, number);
    this.#packed.users.push(user);
    return number;
  }
}

/** Makes the events again that a packer packed; what they shared is shared again. */
export class EventUnpacker {
  #users: AuditUser[] = [];
  #patterns: Pattern[] = [];

  /** @param packed all that was taken of the packer, in that order */
  unpack(packed: PackedEvents): readonly AuditEvent[] {
    if (packed.isAnew) {
      this.#users = [];
      this.#patterns = [];
    }
    for (const user of packed.users) this.#users.push(user);
    for (const pattern of packed.patterns) this.#patterns.push(pattern);
    return packed.like.map((number, at) => {
      const { event, user } = itemOf(this.#patterns, number);
      const requestURI = itemOf(packed.uris, at) ?? event.requestURI;
      const own = { auditID: itemOf(packed.ids, at), time: itemOf(packed.times, at), requestURI };
      return { ...event, ...own, user: itemOf(this.#users, user) };
    });
  }
}

/** Whether two events differ in id, time and URI only, where their parts are shared. */
function isAlike(one: AuditEvent, other: AuditEvent): boolean {
  return (
    one.stage === other.stage &&
    one.level === other.level &&
    one.verb === other.verb &&
    one.user === other.user &&
    one.impersonated === other.impersonated &&
    one.sourceIPs === other.sourceIPs &&
    one.userAgent === other.userAgent &&
    one.object === other.object &&
    one.code === other.code &&
    one.statusReason === other.statusReason &&
    one.statusMessage === other.statusMessage &&
    one.impersonationConstraint === other.impersonationConstraint &&
    one.decision === other.decision &&
    one.reason === other.reason &&
    one.annotations === other.annotations &&
    one.body === other.body
  );
}

function nothing(isAnew: boolean): Growing {
  return { isAnew, users: [], patterns: [], like: [], ids: [], times: [], uris: [] };
}

function itemOf<T>(list: readonly T[], at: number): T {
  if (at >= list.length) throw new Error(`a packed event names item ${at} of ${list.length}`);
  return list[at] as T;
}
