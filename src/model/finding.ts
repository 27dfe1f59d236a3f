export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Sort order of severities: 0 is the worst. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export const PANES = ['network', 'rbac', 'labels', 'audit', 'secrets', 'vigilance'] as const;
export type PaneName = (typeof PANES)[number];

/** A reference to an object as findings, evidence and reports name it. `namespace` is null for cluster-scoped ones. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** One sentence of proof, with the object and field that it was read from. */
export interface Evidence {
  readonly text: string;
  readonly object?: ObjectRef;
  /** Field path such as `spec.policyTypes`. */
  readonly path?: string;
}

export interface Reference {
  readonly benchmark: string;
  readonly version: string;
  readonly id: string;
}

/** What a rule returns; the engine adds what every finding of that rule shares. */
export interface FindingDraft {
  /**
   * Last part of the finding's id where one subject may have several findings of the rule: a container name, a port, a
   * role rule. Never a pod name, count, time, API version or generated suffix.
   */
  readonly key?: string;
  /** Where the finding is about another object than the rule's subject. */
  readonly subject?: ObjectRef;
  readonly severity: Severity;
  readonly title: string;
  /** What is wrong and what it allows, in one or two sentences with numbers. */
  readonly why: string;
  readonly evidence: readonly Evidence[];
  /** The pods concerned, for findings per workload (names only; cut at 50 when written). */
  readonly members?: readonly string[];
  /** True where the finding rests on something being absent: from partial files it is `files-only`. */
  readonly absence?: boolean;
  /** True where a verdict could not be reached: the finding then says what could not be read. */
  readonly unknown?: boolean;
  /**
   * True where the finding does not say that a control is unmet: what its subject is expected to have (an agent of the
   * system that needs the node), or what meets the control and could be better. It fails no item of a benchmark.
   */
  readonly advisory?: boolean;
  /** A well-known add-on that its subject looks like: what is found of one is told together. It lowers no severity. */
  readonly addOn?: string;
  /** Where it concerns some of the rule's references only. */
  readonly references?: readonly Reference[];
  /** Names of remedies (`src/remedy`) that apply, the best first. */
  readonly remedies?: readonly string[];
  /** Free data for panes, remedies and report sections; plain JSON. */
  readonly data?: unknown;
}

export interface Finding extends FindingDraft {
  /** `rule / group-kind / namespace / name / key`, stable between runs. */
  readonly id: string;
  readonly rule: string;
  readonly pane: PaneName;
  readonly subject: ObjectRef;
  readonly references: readonly Reference[];
  readonly members: readonly string[];
  readonly basis: 'live' | 'files' | 'files-only';
}

/**
 * The stable identity of a finding.
 *
 * @param key the rule's own key, '' where a subject has at most one finding of the rule
 */
export function findingId(rule: string, subject: ObjectRef, key: string): string {
  const slash = subject.apiVersion.indexOf('/');
  const groupKind = slash < 0 ? subject.kind : `${subject.kind}.${subject.apiVersion.slice(0, slash)}`;
  return [rule, groupKind, subject.namespace ?? '', subject.name, key].join(' / ');
}
