import type { AuditEvent, AuditUser } from '../../model/audit-event.ts';
import type { SeenUser } from '../../model/audit-state.ts';

const MOST_USERS = 5_000;

/** The groups of each user in the newest of its requests; of more users than are kept, those that were seen first go. */
export class SeenUsers {
  readonly #users = new Map<string, { groups: readonly string[]; time: number }>();
  /** Requests of one user come in rows, and share its value. */
  #lastUser: AuditUser | null = null;
  #last = { groups: [] as readonly string[], time: 0 };

  add(events: readonly AuditEvent[]): void {
    for (const { user, time } of events) {
      if (user !== this.#lastUser) {
        this.#last = this.#of(user, time);
        this.#lastUser = user;
      }
      if (time < this.#last.time) continue;
      this.#last.time = time;
      this.#last.groups = user.groups;
    }
  }

  users(): ReadonlyMap<string, SeenUser> {
    return new Map([...this.#users].map(([name, seen]) => [name, { ...seen }]));
  }

  #of({ username, groups }: AuditUser, time: number): { groups: readonly string[]; time: number } {
    let there = this.#users.get(username);
    if (there === undefined) {
      const [oldest] = this.#users.keys();
      if (this.#users.size >= MOST_USERS && oldest !== undefined) this.#users.delete(oldest);
      this.#users.set(username, (there = { groups, time }));
    }
    return there;
  }
}
