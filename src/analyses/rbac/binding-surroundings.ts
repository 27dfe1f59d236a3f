import type { Permission } from '../../kube/rbac-permissions.ts';
import { subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingsIn } from './policy.ts';
import { parameterPermissions } from './policy-parameters.ts';
import { givenEverywhere } from './wider-binding.ts';

/** What the bindings of a namespace are judged by besides themselves, their roles and their subjects. */
interface Surroundings {
  /** The permission to write the parameters of each admission policy at work. */
  readonly parameters: readonly Permission[];
  /**
   * By the name of a binding: the one that gives all its subjects all that it gives. That is one of the same role in
   * the same namespace (the first by name), else a ClusterRoleBinding of the same role or a wider one.
   */
  readonly givenBy: ReadonlyMap<string, BindingObject>;
}

/** One value for all bindings of a namespace ('' for ClusterRoleBindings), since each of them hangs on all of it. */
export function bindingSurroundings(view: ClusterView, namespace: string): Surroundings {
  return view.derive(
    'rbac/binding-surroundings',
    namespace,
    (inner) => ({ parameters: parameterPermissions(inner), givenBy: givenBy(inner, namespace) }),
    (a, b) =>
      a.parameters === b.parameters &&
      a.givenBy.size === b.givenBy.size &&
      [...a.givenBy].every(([name, other]) => b.givenBy.get(name) === other),
  );
}

function givenBy(view: ClusterView, namespace: string): ReadonlyMap<string, BindingObject> {
  const bindings = bindingsIn(view, namespace);
  const found = duplicatesAmong(bindings);
  if (namespace === '') return found;
  for (const one of bindings) {
    const wide = found.has(one.name) ? undefined : givenEverywhere(view, one);
    if (wide !== undefined) found.set(one.name, wide);
  }
  return found;
}

function duplicatesAmong(bindings: readonly BindingObject[]): Map<string, BindingObject> {
  const found = new Map<string, BindingObject>();
  for (const own of sharingSubjects(bindings)) {
    const keys = new Map(own.map((one) => [one, new Set(one.subjects.map((subject) => keyOf(subject, one)))] as const));
    for (const one of own) {
      const mine = keys.get(one) ?? new Set();
      const other = own.find(
        (each) =>
          each !== one &&
          !found.has(each.name) &&
          isSubset(mine, keys.get(each) ?? new Set()) &&
          (mine.size < (keys.get(each)?.size ?? 0) || each.name < one.name),
      );
      if (other !== undefined) found.set(one.name, other);
    }
  }
  return found;
}

/** By role: the bindings with a subject that another one of that role has too. Most clusters have few. */
function sharingSubjects(bindings: readonly BindingObject[]): Iterable<readonly BindingObject[]> {
  const firsts = new Map<string, BindingObject>();
  const sharing = new Set<BindingObject>();
  for (const one of bindings) {
    for (const subject of one.subjects) {
      const key = `${one.roleRef.kind}/${one.roleRef.name}/${keyOf(subject, one)}`;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, one);
      else if (first !== one) sharing.add(first).add(one);
    }
  }
  const inOrder = sharing.size === 0 ? NONE : bindings.filter((one) => sharing.has(one));
  return Map.groupBy(inOrder, ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`).values();
}

const NONE: readonly never[] = [];

function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}

function keyOf(subject: Subject, binding: BindingObject): string {
  return subjectKey(subject, binding.namespace) ?? JSON.stringify([subject.kind, subject.name]);
}
