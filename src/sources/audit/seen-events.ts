import type { AuditEvent } from '../../model/audit-event.ts';

/** Entries of one generation: 2^18 of 8 bytes are 2 MiB. */
const FIRST_SLOTS = 1 << 12;
const MOST_SLOTS = 1 << 20;
const MOST_TEXTS = 5_000;
const STAGE_SALT = { RequestReceived: 1, ResponseStarted: 2, ResponseComplete: 3, Panic: 4 } as const;

/** Of this process: nobody can prepare two requests that are taken for one. */
const SEED = Math.floor(Math.random() * 0x1_0000_0000);

/** Remembers which events came already. */
export interface SeenEvents {
  /**
   * Whether this event is new, by its auditID, stage, time and what it says: a client can name its requests itself, all
   * alike (kubernetes/apiserver pkg/endpoints/filters/audit_init.go), and send two at once, so that one of them would hide the
   * other. It is remembered.
   */
  isNew(event: AuditEvent): boolean;
}

/**
 * A set of the last half to one million events in at most 16 MiB: two generations of 53-bit hashes, the older one dropped
 * when the newer one is half full. Two different events are taken for one with a chance of about 10^-10 each.
 */
export function createSeenEvents(): SeenEvents {
  let current = new HashSet(FIRST_SLOTS);
  let previous = new HashSet(FIRST_SLOTS);
  const contents = new ContentHashes();
  return {
    isNew(event) {
      const hash = hashOf(event.auditID, contents.of(event) ^ STAGE_SALT[event.stage], event.time);
      if (previous.has(hash) || !current.add(hash)) return false;
      if (current.isFull) {
        if (current.slots < MOST_SLOTS) current = current.doubled();
        else {
          previous = current;
          current = new HashSet(MOST_SLOTS);
        }
      }
      return true;
    },
  };
}

/** Open addressing over doubles; 0 marks a free slot. */
class HashSet {
  readonly slots: number;
  readonly #table: Float64Array;
  #size = 0;

  constructor(slots: number) {
    this.slots = slots;
    this.#table = new Float64Array(slots);
  }

  get isFull(): boolean {
    return this.#size * 2 >= this.slots;
  }

  has(hash: number): boolean {
    return this.#table[this.#find(hash)] === hash;
  }

  /** @returns false where it was there already */
  add(hash: number): boolean {
    const at = this.#find(hash);
    if (this.#table[at] === hash) return false;
    this.#table[at] = hash;
    this.#size += 1;
    return true;
  }

  doubled(): HashSet {
    const larger = new HashSet(this.slots * 2);
    for (const hash of this.#table) if (hash !== 0) larger.add(hash);
    return larger;
  }

  #find(hash: number): number {
    const mask = this.slots - 1;
    let at = hash & mask;
    for (let there = this.#table[at]; there !== 0 && there !== hash; there = this.#table[at]) at = (at + 1) & mask;
    return at;
  }
}

/** Hashes of what events ask for and got, beside their ids and times. */
class ContentHashes {
  /** Of texts that many events have: to find one again costs less than to go through it. */
  readonly #texts = new Map<string, number>();

  /** From which client and address it came does not count: whoever sends two requests at once can choose. */
  of({ requestURI, verb, code, user, impersonated, object, body }: AuditEvent): number {
    let hash = this.#ofText(requestURI) ^ Math.imul(this.#ofText(user.username), 3) ^ (code ?? 0);
    // No two verbs begin and are as long alike.
    hash = Math.imul(hash ^ (verb.charCodeAt(0) << 8) ^ verb.length, 0x01000193);
    if (impersonated !== null) hash ^= Math.imul(this.#ofText(impersonated.username), 5);
    // Of others the name is in the URI.
    if (verb === 'create' && object !== null) hash ^= textHash(object.name);
    return body === null ? hash : hash ^ Math.imul(textHash(JSON.stringify(body)), 7);
  }

  #ofText(text: string): number {
    let hash = this.#texts.get(text);
    if (hash === undefined) {
      if (this.#texts.size >= MOST_TEXTS) this.#texts.clear();
      hash = textHash(text);
      this.#texts.set(text, hash);
    }
    return hash;
  }
}

/** FNV-1a of 32 bits with a beginning of its own. */
function textHash(text: string): number {
  let hash = SEED;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Two 32-bit FNV-1a hashes with different bases, as one number of 53 bits that is never 0. */
function hashOf(id: string, salt: number, time: number): number {
  let low = Math.imul(0x811c9dc5 ^ salt ^ time, 0x01000193);
  let high = Math.imul(0x9747b28c ^ (salt << 8) ^ Math.floor(time / 0x1_0000_0000) ^ time, 0x85ebca6b);
  // Two at a time, for they are many; a character behind the end is 0.
  const { length } = id;
  for (let at = 0; at < length; at += 2) {
    const codes = id.charCodeAt(at) ^ (at + 1 < length ? id.charCodeAt(at + 1) << 16 : 0);
    low = Math.imul(low ^ codes, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ codes, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0) + 1;
}
