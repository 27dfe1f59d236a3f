import type { Kind } from './kind.ts';

/** What could be read of one kind. Nothing that could not be read counts as clean. */
export interface Coverage {
  readonly kind: Kind;
  readonly apiVersion: string;
  /**
   * live: everything in `namespaces` was read (and is followed); syncing: the first list is under way; stale: it was
   * read, and the connection is lost since; denied: not allowed; absent: the server does not serve the kind, or the
   * input does not hold it; unsupported: served only in versions that k8sec does not know; broken: objects were
   * refused or could not be parsed.
   */
  readonly status: 'syncing' | 'live' | 'stale' | 'denied' | 'absent' | 'unsupported' | 'broken';
  readonly namespaces: 'all' | readonly string[];
  readonly reason: string;
  /** Of Secrets: only name, type and number of keys of each were read; `reason` says so. Absent elsewhere. */
  readonly namesOnly?: true;
  /**
   * Of what was read once: changes after this time, in milliseconds since the epoch, may not have been told, or never
   * will be: the kind is listed now and then instead of watched, or its watch broke. Absent where every change is told.
   */
  readonly unseenSince?: number;
  /** Milliseconds since the epoch at which the status began. */
  readonly since: number;
}
