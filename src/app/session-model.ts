import type { Ownership } from '../analyses/labels/ownership.ts';
import type { ClusterFacts } from '../model/change.ts';
import type { Coverage } from '../model/coverage.ts';
import type { Finding, ObjectRef, PaneName, Severity } from '../model/finding.ts';
import type { Column, PaneSummary, Row } from '../panes/pane.ts';
import type { RelatedGroup } from './related.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';

/** What the session knows of the connection, in one word and its figures. */
export interface Connection {
  /**
   * connecting: nothing was read yet; syncing: lists are under way; live: everything readable is followed; stale: the
   * connection is lost and what is shown is old; failed: no cluster could be reached; static: files, read once.
   */
  readonly status: 'connecting' | 'syncing' | 'live' | 'stale' | 'failed' | 'static';
  /** Kinds whose first list ended, of those that are asked for. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since the epoch at which the status began. */
  readonly since: number;
  /** What went wrong and what to do next, '' where nothing did. */
  readonly reason: string;
}

/** One pane, evaluated. */
export interface PaneSnapshot {
  readonly name: PaneName;
  readonly title: string;
  readonly unit: string;
  readonly columns: readonly Column[];
  /** In no order. The same array as before where nothing changed. */
  readonly rows: readonly Row[];
  readonly summary: PaneSummary;
  /** What the first reading still lacks for the figures to be true, such as `pods`; empty where they are. */
  readonly pending: readonly string[];
}

/** A finding that opened or closed while the session was looking, or a message of the source. */
export interface FeedEntry {
  readonly time: number;
  /** rights: who gained or lost a permission; written: a policy, webhook or workload that somebody wrote. */
  readonly type: 'opened' | 'closed' | 'note' | 'rights' | 'written';
  readonly severity: Severity | null;
  readonly text: string;
  /** What the finding is about, where its text does not begin with it. */
  readonly about?: string;
  /** Id of the finding; '' for what is none. */
  readonly finding: string;
}

/** A change of before the session, as far as objects themselves tell. */
export interface EarlierChange {
  readonly time: number;
  readonly text: string;
  readonly object: ObjectRef;
}

/** All that a frame is made from. Immutable; a new one replaces it at most twice a second. */
export interface SessionSnapshot {
  /** Counts snapshots, so that equal ones are the same one. */
  readonly revision: number;
  readonly now: number;
  readonly connection: Connection;
  readonly facts: ClusterFacts;
  readonly coverage: readonly Coverage[];
  /** In the order of the tabs; a pane that was not evaluated yet is missing. */
  readonly panes: readonly PaneSnapshot[];
  readonly findings: ReadonlyMap<string, Finding>;
  /** Since when a finding is known, as far as a baseline tells; milliseconds since the epoch, by id. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** When a finding opened during this session; those of the first reading are not in it. */
  readonly opened: ReadonlyMap<string, number>;
  readonly objects: number;
  readonly namespaces: readonly string[];
  /** Who owns what, as far as labels say. */
  readonly ownership: Ownership;
  /** What the flags narrow the session to, for the header; '' where it is the whole cluster. */
  readonly scope: string;
  /** Newest first. */
  readonly feed: readonly FeedEntry[];
  /** Newest first; empty until everything was read. */
  readonly earlier: readonly EarlierChange[];
  /** Checks that could not finish, as text; empty in a healthy session. */
  readonly failures: readonly string[];
  /** Whether rules still run over what was read. */
  readonly judging: boolean;
}

export interface ContextName {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly current: boolean;
}

/** Of findings, as they were when it was asked, which of their remedies cannot be had and why, by the remedy's id. */
export type Refusals = ReadonlyMap<Finding, ReadonlyMap<string, string>>;

/**
 * The session's only door to the engine and the cluster. Reads are snapshots; everything that takes time is a promise,
 * whose rejection has a message for the person.
 */
export interface SessionModel {
  /** @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  snapshot(): SessionSnapshot;
  /** Which pane a person looks at: it is evaluated first, the others less often. null: the overview. */
  focus(pane: PaneName | null): void;
  /** Remedies for these findings, built and proven now; in the order of the findings, the best of each first. */
  remediesFor(findingIds: readonly string[]): Promise<readonly BuiltRemedy[]>;
  /** Which of the remedies that these findings name cannot be had, and why; nothing is proven. */
  refusalsOf(findingIds: readonly string[]): Promise<Refusals>;
  /** A remedy whose YAML a person changed, evaluated as it now stands. */
  evaluate(remedy: BuiltRemedy, yaml: string): Promise<BuiltRemedy>;
  /** The object as the server has it now, as YAML; never a Secret's values. */
  fetchYaml(ref: ObjectRef): Promise<string>;
  /** What the object has to do with: policies, accounts, bindings, users. */
  related(ref: ObjectRef): Promise<readonly RelatedGroup[]>;
  /** What k8sec knows of the object: its facts and findings. */
  describe(ref: ObjectRef): Promise<string>;
  /** Server-side dry run. Needs the right to write, calls admission webhooks, and is logged. */
  dryRun(yaml: string): Promise<string>;
  /** A question such as `['who-can', 'get', 'secrets']`; resolves with the answer's text. */
  ask(words: readonly string[]): Promise<string>;
  listContexts(): Promise<readonly ContextName[]>;
  /** Starts over on another context. Returns at once; the snapshot then says how far it is. */
  switchContext(name: string): Promise<void>;
  /** Asks the source to list again what is stale or denied. */
  refresh(): void;
  /** Ends everything that runs; the process can exit afterwards. */
  stop(): Promise<void>;
}

/** Programs that the session hands the terminal to. */
export type OtherProgram = 'pager' | 'editor';

/** What came of handing a text over. */
export interface HandedOver {
  /** What is to be told; '' for nothing. */
  readonly said: string;
  /** The text as it is now; null where nobody could change it. */
  readonly text: string | null;
}

/** What the session does to the machine that it runs on. Injected, so that tests see it as data. */
export interface SessionMachine {
  /** Writes a new file (never over an existing one) in the working folder; resolves with its path. */
  save(fileName: string, text: string): Promise<string>;
  /** Copies text; resolves with how, such as `wl-copy` or `the terminal (OSC 52)`. */
  copy(text: string): Promise<string>;
  /**
   * Runs the person's pager or editor on a text and waits for its end. The terminal must be free.
   */
  handOver(to: OtherProgram, fileName: string, text: string): Promise<HandedOver>;
  /** Stops the process as ctrl-z does in a shell; resolves when it runs again. */
  suspend(): Promise<void>;
}
