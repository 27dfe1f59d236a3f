import type { AuditState } from '../model/audit-state.ts';
import type { FlowState } from '../model/observed-flow.ts';
import type { BrokenObject, ClusterFacts } from '../model/change.ts';
import type { Coverage } from '../model/coverage.ts';
import type { Kind } from '../model/kind.ts';
import type { ObjectOf } from '../model/objects.ts';
import type { Entries } from './entries.ts';
import type { LongList } from './long-list.ts';

/**
 * The read-only picture of a cluster that analyses, rules, remedies and panes see. Every call records what it read, so
 * that a change re-runs exactly the work that depended on it. Arrays and objects that come back are shared: never
 * change them.
 */
export interface ClusterView {
  /** One object; `namespace` is '' for cluster-scoped kinds. */
  get<K extends Kind>(kind: K, namespace: string, name: string): ObjectOf<K> | undefined;
  /** All objects of a kind, or those of one namespace, in order of namespace and name. */
  list<K extends Kind>(kind: K, namespace?: string): readonly ObjectOf<K>[];
  /** Those of one namespace in the same order, for computations that go on from what differs to the list before. */
  longList<K extends Kind>(kind: K, namespace: string): LongList<ObjectOf<K>>;
  /** The namespaces that hold objects of a kind, in order; [''] for a cluster-scoped kind that has objects. */
  namespaces(kind: Kind): readonly string[];
  /** Whether everything of a kind (in that namespace, or everywhere) could be read. */
  readable(kind: Kind, namespace?: string): Readability;
  coverage(): readonly Coverage[];
  facts(): ClusterFacts;
  /** Objects of a kind that could not be used: what they decide is unknown. */
  broken(kind: Kind): readonly BrokenObject[];
  allBroken(): readonly BrokenObject[];
  /** Detections, the newest events and the coverage of the audit logs. */
  audit(): AuditState;
  /** Connections that flow logs report. */
  flows(): FlowState;
  /**
   * A value computed from the view, kept until something that it read changes. Readers of a value that comes out equal
   * again are not re-run.
   *
   * @param name of the computation; the same name must always mean the same one, which may use nothing from outside but
   *   the id: the computation of the first call is the one that is run again
   * @param id what the value is of, such as a namespace; '' where there is one for all. A text that is there already costs
   *   nothing, one that is put together is made with every call
   * @param compute pure; gets the value of the last run (for reuse of unchanged parts), or undefined, and id and
   *   name: one function may then compute many values
   * @param equals default `Object.is`
   */
  derive<T>(
    name: string,
    id: string,
    compute: (view: ClusterView, previous: T | undefined, id: string, name: string) => T,
    equals?: (a: T, b: T) => boolean,
  ): T;
  /**
   * A part of a derived value, for values that hold much (an index, a list of workloads) and whose readers want little of
   * it: they are re-run only when their part is another one by identity.
   *
   * @param name of the part, with its id as in `derive`
   * @param whole nothing but the call that derives the value
   * @param pick takes the part out of it; cheap, and reads nothing else
   */
  part<W, P>(name: string, id: string, whole: (view: ClusterView) => W, pick: (value: W) => P): P;
  /**
   * An entry of a derived value that has many by id: like a part, but a change of the value costs nothing to the readers
   * of entries that stayed.
   *
   * @param name of the entries of that value
   * @param whole nothing but the call that derives the value; the same for all ids
   */
  entry<T>(name: string, id: string, whole: (view: ClusterView) => Entries<T>): T | undefined;
  /**
   * A value that one computation (the check of a subject) asks for again and again: computed once for it, with its reads
   * counted as that computation's own. What others ask for too is derived.
   */
  once<T>(key: string, compute: (view: ClusterView) => T): T;
  /** Evaluation time in milliseconds. Only for texts; verdicts that depend on time ask `isPast`. */
  readonly now: number;
  /** Whether `time` has come; if not, what asked is run again when it does. */
  isPast(time: number): boolean;
}

export type Readability = { readonly ok: true } | { readonly ok: false; readonly reason: string };
