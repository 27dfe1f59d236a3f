import type { AnalysedWorkload } from '../analyses/workload/workloads.ts';
import type { AuditGroup } from '../model/audit-group.ts';
import type { FindingDraft, PaneName, Reference } from '../model/finding.ts';
import type { Kind } from '../model/kind.ts';
import type { ObjectOf } from '../model/objects.ts';
import type { PodSpec } from '../model/pod-spec.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** What rules are about: an object of a kind, a workload with its pods, the cluster, or a group of audit detections. */
interface SubjectTypes {
  Workload: AnalysedWorkload;
  Cluster: 'cluster';
  AuditGroup: AuditGroup;
}

export type SubjectType = Kind | keyof SubjectTypes;

export type SubjectOf<S extends SubjectType> = S extends keyof SubjectTypes
  ? SubjectTypes[S]
  : S extends Kind
    ? ObjectOf<S>
    : never;

/** A rule: what it looks for, why that matters, and a pure check of one subject. */
export interface Rule<S extends SubjectType = SubjectType> {
  /** `pane/what-is-wrong`, part of every finding's id. */
  readonly id: `${PaneName}/${string}`;
  readonly subject: S;
  /** One line for lists: what the rule finds. */
  readonly summary: string;
  /** For the rule reference: why it matters and what to do, a few sentences. */
  readonly help: string;
  readonly references: readonly Reference[];
  /** Kinds that decide the verdict; while one of them is unreadable the verdict is unknown where it matters. */
  readonly needs: readonly Kind[];
  /**
   * Of a rule about workloads that looks for something in specifications: whether one may have it, by nothing but that
   * specification. A workload none of whose specifications may, in its template or its pods, passes unasked.
   */
  readonly concerns?: (spec: PodSpec) => boolean;
  /** Findings about this subject; an empty list means that it passed. Pure; everything is read through `view`. */
  check(subject: SubjectOf<S>, view: ClusterView): readonly FindingDraft[];
}

/** Keeps a rule's subject type while letting the list of all rules be one array. */
export function rule<S extends SubjectType>(definition: Rule<S>): Rule {
  return definition as unknown as Rule;
}
