import type { Change } from '../model/change.ts';
import type { ObjectRef } from '../model/finding.ts';

/** Where a source puts what it reads. Calls after `stop` are ignored. */
export interface SourceSink {
  apply(changes: readonly Change[]): void;
  /** No cluster can be reached: why, and what to do. The next `apply` of coverage takes it back. */
  fail(reason: string): void;
  /** One line for the feed of changes. */
  note(text: string): void;
}

/** A cluster, files, or the demo, as the session follows them. Returns from every call at once. */
export interface SessionSource {
  /** Whether it follows audit logs: until the first change of type `audit`, nothing is known of them. */
  readonly hasAuditLog: boolean;
  start(sink: SourceSink): void;
  /** Lists again what is stale or denied. */
  refresh(): void;
  /** The object as it is now, as YAML; never a Secret's values. Rejects with a message for the person. */
  fetchYaml(object: ObjectRef): Promise<string>;
  /** Server-side dry run; resolves with what the server says. */
  dryRun(yaml: string): Promise<string>;
  stop(): Promise<void>;
}

/** Time, injected. */
export interface SessionClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Processor time that this program took so far, milliseconds: on a busy machine others take most of what passes. */
  spent(): number;
  /** Runs something later; the function that comes back cancels it. Does not keep the process alive. */
  after(milliseconds: number, run: () => void): () => void;
  /** Runs something as soon as keys and sockets had their turn. */
  soon(run: () => void): void;
}

/** The machine's clock. */
export const SYSTEM_CLOCK: SessionClock = {
  now: () => Date.now(),
  spent: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (run) => void setImmediate(run),
};
