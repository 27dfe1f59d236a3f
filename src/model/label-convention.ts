import type { LabelledKind, OPT_IN_KINDS } from './kind.ts';

/** A label that workloads must carry. */
export interface RequiredLabel {
  readonly key: string;
  /** Values that are allowed; empty: any. */
  readonly values: readonly string[];
  /** Globs of the namespaces in which it is required; empty: all. */
  readonly namespaces: readonly string[];
  /** Kinds of workload of which it is required; empty: all. */
  readonly kinds: readonly LabelledKind[];
}

/** What an organisation agreed on about its labels (config `labels`). */
export interface LabelConvention {
  /** Of the entries with the same key the first that fits a workload counts. */
  readonly required: readonly RequiredLabel[];
  /** The label that names who is responsible for a workload; null: the usual ones. */
  readonly owner: string | null;
  /** Kinds whose recommended labels are judged besides those of workloads and of what stands around them. */
  readonly include: readonly (typeof OPT_IN_KINDS)[number][];
}
