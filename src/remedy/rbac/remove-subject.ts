/**
 * Takes subjects out of a binding; roleRef is immutable, subjects are not
 * (/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example).
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { shortestPath, accountKeys, minimalCut } from '../../analyses/rbac/escalation-paths.ts';
import { SINKS } from '../../analyses/rbac/escalation-graph.ts';
import {
  ANONYMOUS,
  serviceAccountNamespace,
  subjectKey,
  SYSTEM_MASTERS,
  UNAUTHENTICATED,
} from '../../kube/rbac-user.ts';
import type { Finding } from '../../model/finding.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft, RemedyRefusal } from '../remedy.ts';
import { bindingManifest, commandFor, foundBinding, removedBinding, subjectsOut } from './binding-manifest.ts';

const GONE: RemedyRefusal = { refused: 'The binding is not there any more.' };

export const removeSubject: Remedy = {
  id: 'rbac/remove-subject',
  title: 'Take the subject out of the binding',
  safety: 'review',
  build(finding, view) {
    const binding = foundBinding(view, finding.subject);
    if (binding === undefined) return GONE;
    const going = subjectsOf(finding, binding, view);
    return going.length === 0 ? { refused: 'The subject is not bound any more.' } : withoutSubjects(binding, going);
  },
};

export const removeBinding: Remedy = {
  id: 'rbac/remove-binding',
  title: 'Delete the binding',
  safety: 'review',
  build(finding, view) {
    const binding = foundBinding(view, finding.subject);
    return binding === undefined ? GONE : withoutSubjects(binding, binding.subjects);
  },
};

export const cutPath: Remedy = {
  id: 'rbac/cut-path',
  title: 'Close the path at one binding',
  safety: 'review',
  build(finding, view) {
    const { kind, namespace, name } = finding.subject;
    const keys = kind === 'Group' ? [`g:${name}`] : accountKeys(namespace ?? '', name).slice(0, 1);
    for (const sink of SINKS) {
      const path = shortestPath(view, keys, sink);
      if (path === undefined) continue;
      const cut = minimalCut(view, [path]);
      const [binding] = cut?.bindings ?? [];
      if (cut === undefined || binding === undefined || cut.bindings.length > 1) {
        return { refused: 'No single binding closes it: several paths lead there (see `k8sec paths`).' };
      }
      const takers = new Set(path.hops.map((hop) => hop.step?.from));
      const going = binding.subjects.filter((one) => takers.has(subjectKey(one, binding.namespace) ?? ''));
      return withoutSubjects(binding, going.length === 0 ? binding.subjects : going);
    }
    return { refused: 'There is no path any more.' };
  },
};

/** The subjects that the finding is about. */
function subjectsOf(finding: Finding, binding: BindingObject, view: ClusterView): readonly Subject[] {
  const has = (...names: readonly string[]): readonly Subject[] =>
    binding.subjects.filter((one) => one.kind !== 'ServiceAccount' && names.includes(one.name));
  switch (finding.rule) {
    case 'rbac/unauthenticated':
      return has(ANONYMOUS, UNAUTHENTICATED);
    case 'rbac/all-authenticated':
      return binding.subjects.filter((one) => /^system:(?:authenticated|serviceaccounts)(?::|$)/.test(one.name));
    case 'rbac/system-masters':
      return has(SYSTEM_MASTERS);
    case 'rbac/default-service-account':
    case 'rbac/dangling-subject':
      return binding.subjects.filter((one) => keysOf(one, binding).includes(finding.key ?? ''));
    default:
      return bindingVerdict(view, binding).subjects;
  }
}

/** The keys that rules give a subject. */
function keysOf(subject: Subject, binding: BindingObject): readonly string[] {
  const namespace = serviceAccountNamespace(subject, binding.namespace);
  return [
    `${namespace}/${subject.name}`,
    `${subject.kind} ${subject.name}`,
    ...(subject.kind === 'ServiceAccount' && subject.name === 'default' ? [namespace] : []),
  ];
}

function withoutSubjects(binding: BindingObject, going: readonly Subject[]): RemedyDraft {
  const change = subjectsOut(binding, going);
  if (change.type === 'remove') return removedBinding(binding);
  const { apiVersion, kind, metadata, subjects } = bindingManifest(change.object);
  return {
    note: 'Ask whoever is behind the subject, or the audit log, whether the permission is in use: by RBAC it ends at once. All subjects of the binding are set: another patch of them that was written before this one is applied undoes it.',
    manifests: [{ apiVersion, kind, metadata, subjects }],
    comments: [
      { document: 0, path: ['subjects'], text: `without ${going.map((one) => `${one.kind} ${one.name}`).join(', ')}` },
    ],
    use: { type: 'patch', commands: [commandFor(binding, 'patch')] },
    changes: [change],
    effects: [],
  };
}
