import type { OPT_IN_KINDS, RequirableKind } from './kind.ts';

/** A label that workloads, or objects of some kinds, must carry. */
export interface RequiredLabel {
  readonly key: string;
  /** Values that are allowed; empty: any. */
  readonly values: readonly string[];
  /** Globs of the namespaces in which it is required; empty: all. */
  readonly namespaces: readonly string[];
  /** Kinds of which it is required; empty: all kinds of workload, and pods that nobody owns. */
  readonly kinds: readonly RequirableKind[];
}

/** What an organisation agreed on about its labels (config `labels`). */
export interface LabelConvention {
  /** Of the entries with the same key the first that fits an object counts. */
  readonly required: readonly RequiredLabel[];
  /** The label that names who is responsible for a workload; null: the usual ones. */
  readonly owner: string | null;
  /** Kinds whose recommended labels are judged besides those of workloads and of what stands around them. */
  readonly include: readonly (typeof OPT_IN_KINDS)[number][];
}
