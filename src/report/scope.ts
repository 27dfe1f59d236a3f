import type { Finding, ObjectRef, PaneName, Severity } from '../model/finding.ts';
import { kindOf } from '../model/kind.ts';
import type { Row } from '../panes/pane.ts';
import { matches } from '../kube/selector.ts';
import type { LabelSelector } from '../model/selector.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** Which subjects a report is about. What decides about them is read all the same. */
export interface Scope {
  /** Empty: all namespaces, and the cluster-scoped objects. */
  readonly namespaces: readonly string[];
  readonly selector: LabelSelector | null;
  /** Empty: all. */
  readonly panes: readonly PaneName[];
  readonly rules: readonly string[];
  /** Only hides: exit codes come before it. */
  readonly severity: Severity;
}

export const WHOLE_SCOPE: Scope = { namespaces: [], selector: null, panes: [], rules: [], severity: 'info' };

/** Whether a finding is about a subject in scope. */
export function findingInScope(finding: Finding, scope: Scope, view: ClusterView): boolean {
  if (scope.panes.length > 0 && !scope.panes.includes(finding.pane)) return false;
  if (scope.rules.length > 0 && !scope.rules.includes(finding.rule)) return false;
  return subjectInScope(finding.subject, scope, view);
}

/** Whether a pane is asked for, itself or by a rule of it. */
export function paneInScope(pane: PaneName, { panes, rules }: Scope): boolean {
  if (panes.length > 0 && !panes.includes(pane)) return false;
  return rules.length === 0 || rules.some((rule) => rule.startsWith(`${pane}/`));
}

/** Whether a row of a pane is about a subject in scope. */
export function rowInScope(row: Row, scope: Scope): boolean {
  if (!namespaceInScope(row.kind === 'Namespace' ? row.name : row.namespace, scope)) return false;
  return scope.selector === null || matches(scope.selector, row.labels);
}

export function namespaceInScope(namespace: string, scope: Scope): boolean {
  return scope.namespaces.length === 0 || scope.namespaces.includes(namespace);
}

function subjectInScope(subject: ObjectRef, scope: Scope, view: ClusterView): boolean {
  const namespace = subject.kind === 'Namespace' ? subject.name : (subject.namespace ?? '');
  // An actor of the audit log is in no namespace; its findings are about the whole log.
  if (subject.kind !== 'Actor' && !namespaceInScope(namespace, scope)) return false;
  if (scope.selector === null) return true;
  const kind = kindOf(subject.apiVersion, subject.kind);
  const object = kind === undefined ? undefined : view.get(kind, subject.namespace ?? '', subject.name);
  return matches(scope.selector, object?.labels ?? {});
}
