import { auditGroup, auditGroups } from '../analyses/audit/audit-groups.ts';
import { workloadNamed, workloadNames, workloadNamespaces } from '../analyses/workload/workloads.ts';
import { refOf } from '../kube/object-ref.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { Kind } from '../model/kind.ts';
import type { SubjectOf, SubjectType } from '../rules/rule.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** How the subjects of one type are found: scopes (namespaces), the keys in a scope, and the subject of a key. */
export interface SubjectSource<S> {
  readonly scopes: (view: ClusterView) => readonly string[];
  readonly keys: (view: ClusterView, scope: string) => readonly string[];
  readonly get: (view: ClusterView, scope: string, key: string) => S | undefined;
  readonly ref: (subject: S) => ObjectRef;
}

const CLUSTER: SubjectSource<SubjectOf<'Cluster'>> = {
  scopes: () => [''],
  keys: () => ['cluster'],
  get: () => 'cluster',
  ref: () => ({ apiVersion: 'k8sec/v1', kind: 'Cluster', namespace: null, name: 'cluster' }),
};

const WORKLOAD: SubjectSource<SubjectOf<'Workload'>> = {
  scopes: workloadNamespaces,
  keys: workloadNames,
  get: workloadNamed,
  ref: (subject) => subject.ref,
};

const AUDIT_GROUP: SubjectSource<SubjectOf<'AuditGroup'>> = {
  scopes: () => [''],
  keys: (view) => [...auditGroups(view).keys()],
  get: (view, _scope, key) => auditGroup(view, key),
  ref: (subject) => ({ apiVersion: 'k8sec/v1', kind: 'Actor', namespace: null, name: subject.actor.name }),
};

function ofKind<K extends Kind>(kind: K): SubjectSource<SubjectOf<K>> {
  return {
    scopes: (view) => view.namespaces(kind),
    keys: (view, scope) => view.list(kind, scope).map((object) => object.name),
    get: (view, scope, key) => view.get(kind, scope, key) as SubjectOf<K> | undefined,
    ref: (subject) => refOf(subject),
  };
}

const SOURCES = new Map<SubjectType, SubjectSource<unknown>>([
  ['Cluster', CLUSTER as SubjectSource<unknown>],
  ['Workload', WORKLOAD as SubjectSource<unknown>],
  ['AuditGroup', AUDIT_GROUP as SubjectSource<unknown>],
]);

/** The source of a subject type: made once, because it is asked for with every subject that is judged. */
export function subjectSource(type: SubjectType): SubjectSource<unknown> {
  let source = SOURCES.get(type);
  if (source === undefined) {
    source = ofKind(type as Kind) as SubjectSource<unknown>;
    SOURCES.set(type, source);
  }
  return source;
}
