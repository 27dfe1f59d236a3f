import { SERVICE_ACCOUNT_PREFIX } from '../../kube/rbac-user.ts';
import type { AccountUid, AuditEvent, AuditUser } from '../../model/audit-event.ts';

const MOST_ACCOUNTS = 5_000;
const MOST_UIDS = 20;
/** A server takes a token that it has seen for so long again, though its account is gone (10 s), and clocks differ. */
const LEAST_OVERLAP = 60_000;

interface Seen extends AccountUid {
  first: number;
  last: number;
}

/**
 * Finds logs of several clusters among those that are read as one. A server tells with each request of a service account
 * its uid (apiserver pkg/authentication/serviceaccount/util.go); one that was made again has another, and the earlier one
 * never comes back. Logs of one cluster never contradict this, at whatever level they are.
 */
export class AccountUids {
  readonly #accounts = new Map<string, Seen[]>();
  readonly #several = new Set<string>();
  /** Requests of one user come in rows, and share its value. */
  #lastUser: AuditUser | null = null;
  #last: Seen | null = null;

  add(events: readonly AuditEvent[]): void {
    for (const { user, time } of events) {
      if (user !== this.#lastUser) {
        this.#lastUser = user;
        this.#last = this.#of(user, time);
      }
      if (this.#last === null) continue;
      if (time > this.#last.last) this.#last.last = time;
      else if (time < this.#last.first) this.#last.first = time;
    }
  }

  /** What shows it, in words; null where nothing does. */
  contradiction(): string | null {
    for (const username of this.#several) {
      const found = severalAtOnce(username, this.#accounts.get(username) ?? []);
      if (found !== null) return found;
    }
    return null;
  }

  #of({ username, uid }: AuditUser, time: number): Seen | null {
    if (uid === '' || !username.startsWith(SERVICE_ACCOUNT_PREFIX)) return null;
    let own = this.#accounts.get(username);
    if (own === undefined) {
      if (this.#accounts.size >= MOST_ACCOUNTS) return null;
      this.#accounts.set(username, (own = []));
    }
    let seen = own.find((one) => one.uid === uid);
    if (seen === undefined) {
      if (own.length >= MOST_UIDS) return null;
      own.push((seen = { uid, first: time, last: time }));
      if (own.length > 1) this.#several.add(username);
    }
    return seen;
  }
}

/** Whether two uids of one account were in use at the same time, in words; null where they followed each other. */
export function severalAtOnce(username: string, uids: readonly AccountUid[]): string | null {
  const inOrder = uids.toSorted((a, b) => a.first - b.first || (a.uid < b.uid ? -1 : 1));
  for (const [index, after] of inOrder.entries()) {
    const before = inOrder.slice(0, index).find((one) => one.last - after.first > LEAST_OVERLAP);
    if (before !== undefined) {
      return `the user ${username} is two service accounts at once (UID ${before.uid} and ${after.uid})`;
    }
  }
  return null;
}
