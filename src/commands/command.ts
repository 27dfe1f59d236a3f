import type { Engine } from '../engine/engine.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import type { AuditQuery } from '../model/audit-query.ts';
import type { AuditState } from '../model/audit-state.ts';
import type { Past, PastRange } from '../model/past.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** What a question on the command line gets: its words, its flags, and the world as functions. */
export interface CommandContext {
  /** Words after the command's name. */
  readonly words: readonly string[];
  /** `-o`; undefined where it was not given. */
  readonly output: string | undefined;
  /** Flags of the command itself, by long name without dashes; a flag without a value is `true`. */
  readonly options: Readonly<Record<string, string | true | readonly string[]>>;
  readonly namespaces: readonly string[];
  /** Reads the cluster or the files that the flags name, once, and judges nothing yet. */
  loadView(): Promise<ClusterView>;
  /** The same, with all rules run. */
  loadEngine(): Promise<Engine>;
  /**
   * Reads the logs of `--audit-log`, or the history, and nothing else; the events go by in the order of the logs. Where
   * it costs less, only those that `only` asks for. Undefined where neither was named.
   */
  readonly loadAudit?:
    ((onEvents: (events: readonly AuditEvent[]) => void, only?: AuditQuery) => Promise<AuditState>) | undefined;
  /** Reads the past of the cluster from all sources that the flags name. Undefined where a question is asked in a session. */
  readonly loadPast?: ((range: PastRange) => Promise<Past>) | undefined;
  readStandardInput(): Promise<string>;
  readFile(path: string): Promise<string>;
  /** Standard output and standard error. */
  print(text: string): void;
  warn(text: string): void;
  /** Terminal columns of standard output, or undefined where it is no terminal. */
  readonly columns: number | undefined;
  readonly now: number;
}

/** A question that k8sec answers without a session. */
export interface Command {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Such as `who-can VERB RESOURCE[/SUB][.GROUP] [NAME]`. */
  readonly usage: string;
  /** The command's own flags: name (long, without dashes), whether it takes a value, and its help line. */
  readonly options: readonly {
    readonly name: string;
    readonly value: 'none' | 'one' | 'many';
    readonly help: string;
  }[];
  /** It reads the log event by event itself (`loadAudit`): the view then comes without what the log tells. */
  readonly readsLog?: true;
  /** `--as-group` without `--as` names the groups of the subject that is asked about, not of who asks. */
  readonly asksAboutGroups?: true;
  /** @returns the exit code (interface: 0 answered, 3 answered with holes, 1 error) */
  run(context: CommandContext): Promise<number>;
}

/** Thrown for a question that cannot be answered as asked; the message is for the person, exit code 1. */
export class UsageError extends Error {}
