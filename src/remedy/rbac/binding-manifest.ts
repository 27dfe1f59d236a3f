import { refOf } from '../../kube/object-ref.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { BindingObject, RoleObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { RemedyDraft } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

/** The binding that a finding is about; undefined where it is gone or the finding is about something else. */
export function foundBinding(view: ClusterView, subject: ObjectRef): BindingObject | undefined {
  if (subject.kind === 'RoleBinding') return view.get('RoleBinding', subject.namespace ?? '', subject.name);
  if (subject.kind === 'ClusterRoleBinding') return view.get('ClusterRoleBinding', '', subject.name);
  return undefined;
}

/** A binding as a manifest. */
export function bindingManifest(binding: BindingObject): {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly roleRef: BindingObject['roleRef'];
  readonly subjects: BindingObject['subjects'];
} {
  const { apiVersion, kind, namespace, name } = refOf(binding);
  return {
    apiVersion,
    kind,
    metadata: { ...(namespace === null ? {} : { namespace }), name },
    roleRef: binding.roleRef,
    subjects: binding.subjects,
  };
}

/** The kubectl command that deletes a role or binding, or patches it with the written file (`FILE`). */
export function commandFor(
  { kind, namespace, name }: Pick<BindingObject | RoleObject, 'kind' | 'namespace' | 'name'>,
  verb: 'delete' | 'patch',
): string {
  const word = kind.toLowerCase();
  const command =
    namespace === '' ? kubectl`${verb} ${word} ${name}` : kubectl`-n ${namespace} ${verb} ${word} ${name}`;
  return verb === 'patch' ? `${command} --type=merge --patch-file FILE` : command;
}

/** The name, or with a number behind it the first that is free: what is there keeps its role, which no update may change. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let count = 2; isTaken(free); count += 1) free = `${name}-${count}`;
  return free;
}

/** The change that takes subjects out of a binding; one that nobody is left in goes. */
export function subjectsOut(
  binding: BindingObject,
  going: readonly Subject[],
):
  | { readonly type: 'upsert'; readonly object: BindingObject }
  | {
      readonly type: 'remove';
      readonly kind: BindingObject['kind'];
      readonly namespace: string;
      readonly name: string;
    } {
  const subjects = binding.subjects.filter((one) => !going.includes(one));
  const { kind, namespace, name } = binding;
  return subjects.length === 0
    ? { type: 'remove', kind, namespace, name }
    : { type: 'upsert', object: { ...binding, subjects } };
}

/** A remedy that deletes a binding. */
export function removedBinding(binding: BindingObject): RemedyDraft {
  const { apiVersion, kind, metadata } = bindingManifest(binding);
  return {
    note: 'No other subject is bound by it, so that the binding goes. By RBAC the permission ends at once.',
    manifests: [{ apiVersion, kind, metadata }],
    comments: [{ document: 0, path: [], text: 'This names what the command deletes; it is not to be applied.' }],
    use: { type: 'commands', commands: [commandFor(binding, 'delete')] },
    changes: [subjectsOut(binding, binding.subjects)],
    effects: [],
  };
}
