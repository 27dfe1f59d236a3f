import { serviceAccountNamespace } from '../kube/rbac-user.ts';
import type { BindingObject, Subject } from '../model/objects.ts';

export interface SubjectName {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** A subject as answers name it; a service account carries the namespace that it is looked up in. */
export function subjectName(subject: Subject, binding: BindingObject): SubjectName {
  if (subject.kind !== 'ServiceAccount') return { kind: subject.kind, namespace: null, name: subject.name };
  const namespace = serviceAccountNamespace(subject, binding.namespace);
  return { kind: subject.kind, namespace: namespace === '' ? null : namespace, name: subject.name };
}

/** `ServiceAccount shop/cart`, `Group devs`. */
export function nameText({ kind, namespace, name }: SubjectName): string {
  return namespace === null ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** A binding as answers name it. */
export function bindingName(binding: BindingObject): SubjectName {
  return {
    kind: binding.kind,
    namespace: binding.namespace === '' ? null : binding.namespace,
    name: binding.name,
  };
}

/** The role that a binding refers to; a Role is in the binding's namespace. */
export function roleName(binding: BindingObject): SubjectName {
  const { kind, name } = binding.roleRef;
  return { kind, namespace: kind === 'Role' && binding.namespace !== '' ? binding.namespace : null, name };
}
