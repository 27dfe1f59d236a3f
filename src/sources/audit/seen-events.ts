import type { AuditEvent } from '../../model/audit-event.ts';

/** Entries of one generation: 2^18 of 8 bytes are 2 MiB. */
const FIRST_SLOTS = 1 << 12;
const MOST_SLOTS = 1 << 20;
const STAGE_SALT = { RequestReceived: 1, ResponseStarted: 2, ResponseComplete: 3, Panic: 4 } as const;

/** Remembers which events came already. */
export interface SeenEvents {
  /**
   * Whether this event is new, by its auditID, stage and time: a client can name its requests itself, all alike
   * (kubernetes/apiserver pkg/endpoints/filters/audit_init.go). It is remembered.
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
  return {
    isNew(event) {
      const hash = hashOf(event.auditID, STAGE_SALT[event.stage], event.time);
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

/** Two 32-bit FNV-1a hashes with different bases, as one number of 53 bits that is never 0. */
function hashOf(id: string, salt: number, time: number): number {
  let low = Math.imul(0x811c9dc5 ^ salt ^ time, 0x01000193);
  let high = Math.imul(0x9747b28c ^ (salt << 8) ^ Math.floor(time / 0x1_0000_0000) ^ time, 0x85ebca6b);
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
  }
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0) + 1;
}
