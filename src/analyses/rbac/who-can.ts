import type { Grant } from '../../kube/authorizer.ts';
import { ruleAllows, type RequestAttributes } from '../../kube/rbac-rule.ts';
import { subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingHole, bindingsIn, rulesOfRole } from './policy.ts';

/** One subject that may do what was asked, through one binding. */
export interface Holder {
  readonly subject: Subject;
  readonly grant: Grant;
  /** The namespace that the grant is limited to; null for cluster-wide. */
  readonly namespace: string | null;
}

export interface WhoCan {
  readonly holders: readonly Holder[];
  /** What could not be read and might name more. */
  readonly holes: readonly string[];
}

/**
 * Every subject that a binding allows the request.
 *
 * @param request its namespace is ignored: `namespaces` says where
 * @param namespaces where RoleBindings count: 'all', or a list; [] for cluster-scoped resources and paths
 */
export function whoCan(view: ClusterView, request: RequestAttributes, namespaces: 'all' | readonly string[]): WhoCan {
  const allowing = new Map<readonly PolicyRule[], number>();
  const holders: Holder[] = [];
  const holes = new Set<string>();
  const scopes = namespaces === 'all' ? view.namespaces('RoleBinding') : namespaces;
  if (namespaces === 'all') noteUnread(view, holes);
  for (const scope of ['', ...scopes]) holders.push(...holdersIn(view, request, scope, allowing, holes));
  return { holders, holes: [...holes] };
}

/** Who may do it by the bindings of one namespace alone, or by ClusterRoleBindings alone for ''. */
export function whoCanBy(view: ClusterView, request: RequestAttributes, scope: string): WhoCan {
  const holes = new Set<string>();
  const holders = holdersIn(view, request, scope, new Map(), holes);
  return { holders, holes: [...holes] };
}

function holdersIn(
  view: ClusterView,
  request: RequestAttributes,
  scope: string,
  allowing: Map<readonly PolicyRule[], number>,
  holes: Set<string>,
): readonly Holder[] {
  const find = (rules: readonly PolicyRule[]): number | undefined => {
    let at = allowing.get(rules);
    if (at === undefined) allowing.set(rules, (at = rules.findIndex((rule) => ruleAllows(rule, request))));
    return at < 0 ? undefined : at;
  };
  if (request.type === 'path' && scope !== '') {
    noteHole(view, scope, holes);
    return [];
  }
  return boundIn(view, scope, find, holes).flatMap(({ binding, subjects, rules, found: ruleIndex }) => {
    const rule = rules[ruleIndex];
    if (rule === undefined) return [];
    return subjects.map((subject) => ({
      subject,
      grant: { binding, rule, ruleIndex, subject },
      namespace: scope === '' ? null : scope,
    }));
  });
}

/** A binding whose role has what was looked for. */
export interface Bound<T> {
  readonly binding: BindingObject;
  /** Those that can stand for somebody. */
  readonly subjects: readonly Subject[];
  readonly rules: readonly PolicyRule[];
  readonly found: T;
}

/**
 * The bindings of one namespace ('' for ClusterRoleBindings) whose role has something.
 *
 * @param find what is looked for among the rules of a role; undefined where it is not there
 * @param holes gets what could not be read and might hold more
 */
export function boundIn<T>(
  view: ClusterView,
  scope: string,
  find: (rules: readonly PolicyRule[]) => T | undefined,
  holes: Set<string>,
): readonly Bound<T>[] {
  noteHole(view, scope, holes);
  return bindingsIn(view, scope).flatMap((binding): readonly Bound<T>[] => {
    const { kind, name } = binding.roleRef;
    if (kind !== 'ClusterRole' && (kind !== 'Role' || binding.namespace === '')) return [];
    const role = rulesOfRole(view, kind, kind === 'Role' ? binding.namespace : '', name);
    if (role.status === 'unknown') holes.add(role.reason);
    if (role.status !== 'found') return [];
    const found = find(role.rules);
    if (found === undefined) return [];
    const subjects = binding.subjects.filter((subject) => subjectKey(subject, binding.namespace) !== undefined);
    return [{ binding, subjects, rules: role.rules, found }];
  });
}

function noteHole(view: ClusterView, scope: string, holes: Set<string>): void {
  const hole = bindingHole(view, scope);
  if (hole !== undefined) holes.add(hole);
}

/** A user who may read only some namespaces does not see the others' bindings. */
export function noteUnread(view: ClusterView, holes: Set<string>): void {
  const readability = view.readable('RoleBinding');
  if (!readability.ok) holes.add(`RoleBindings could not be read in every namespace: ${readability.reason}`);
}
