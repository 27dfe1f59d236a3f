import type { Grant } from '../../kube/authorizer.ts';
import { ruleAllows, type RequestAttributes } from '../../kube/rbac-rule.ts';
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
  const hole = bindingHole(view, scope);
  if (hole !== undefined) holes.add(hole);
  if (request.type === 'path' && scope !== '') return [];
  return bindingsIn(view, scope).flatMap((binding): readonly Holder[] => {
    const grant = grantOf(view, binding, request, allowing, holes);
    if (grant === undefined) return [];
    return binding.subjects
      .filter((subject) => !matchesNobody(subject, binding))
      .map((subject) => ({ subject, grant: { ...grant, subject }, namespace: scope === '' ? null : scope }));
  });
}

/** Whether a subject can stand for nobody: an unknown kind, or an account without a namespace in a cluster binding. */
function matchesNobody(subject: Subject, binding: BindingObject): boolean {
  if (subject.kind === 'User' || subject.kind === 'Group') return false;
  if (subject.kind !== 'ServiceAccount') return true;
  return binding.namespace === '' && (subject.namespace === undefined || subject.namespace === '');
}

function grantOf(
  view: ClusterView,
  binding: BindingObject,
  request: RequestAttributes,
  allowing: Map<readonly PolicyRule[], number>,
  holes: Set<string>,
): Omit<Grant, 'subject'> | undefined {
  const { kind, name } = binding.roleRef;
  if (kind !== 'ClusterRole' && (kind !== 'Role' || binding.namespace === '')) return undefined;
  const role = rulesOfRole(view, kind, kind === 'Role' ? binding.namespace : '', name);
  if (role.status === 'unknown') holes.add(role.reason);
  if (role.status !== 'found') return undefined;
  let ruleIndex = allowing.get(role.rules);
  if (ruleIndex === undefined) {
    ruleIndex = role.rules.findIndex((rule) => ruleAllows(rule, request));
    allowing.set(role.rules, ruleIndex);
  }
  const rule = role.rules[ruleIndex];
  return rule === undefined ? undefined : { binding, rule, ruleIndex };
}

/** A user who may read only some namespaces does not see the others' bindings. */
function noteUnread(view: ClusterView, holes: Set<string>): void {
  const readability = view.readable('RoleBinding');
  if (!readability.ok) holes.add(`RoleBindings could not be read in every namespace: ${readability.reason}`);
}
