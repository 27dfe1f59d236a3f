/**
 * Who gained and lost what between two states of RBAC, as the authorizer decides: what another binding, or a group that
 * everybody like the subject is in, gives anyway is neither. Whether rules give what others gave is the API server's own
 * measure (component-helpers auth/rbac/validation/policy_comparator.go); atoms that no request can match don't count.
 */
import { uncovered } from '../../kube/escalation-check.ts';
import { canMatch } from '../../kube/rbac-inert.ts';
import { subjectIdentity, subjectKey, type RbacUser } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import { boundTo, type BoundRules, type RightsState } from './rights-state.ts';

/** One subject gained, or lost, rights of one scope. */
export interface RightsChange {
  readonly subject: Subject;
  readonly type: 'gained' | 'lost';
  /** null: everywhere. */
  readonly namespace: string | null;
  /** What it gained or lost; rules that differ only in their verbs are one. */
  readonly rules: readonly PolicyRule[];
  /** Bindings of that scope that give it now, or gave it before. */
  readonly through: readonly BindingObject[];
  /** Namespaces in which the subject keeps what it lost everywhere. */
  readonly keptIn: readonly string[];
  /** What a lost star stood for and the subject still has in that scope. */
  readonly keeps: readonly PolicyRule[];
}

/** What changed between two states, cluster scope first, then by namespace; each subject of a changed binding or role. */
export function rightsDifference(before: RightsState, after: RightsState): readonly RightsChange[] {
  const scopes = [...new Set([...before.keys(), ...after.keys()])].sort();
  const wide = changedSubjects(before, after, '');
  const changes: RightsChange[] = [...wide.values()].flatMap((subject) => changesOf(before, after, '', subject));
  for (const scope of scopes) {
    if (scope === '') continue;
    for (const subject of changedSubjects(before, after, scope).values()) {
      changes.push(...changesOf(before, after, scope, subject));
    }
  }
  return changes;
}

/** The subjects, by key, of bindings that came, went or give something else. */
function changedSubjects(before: RightsState, after: RightsState, scope: string): ReadonlyMap<string, Subject> {
  const [old = [], now = []] = [before.get(scope), after.get(scope)];
  const found = new Map<string, Subject>();
  if (old === now) return found;
  const unchanged = new Map(old.map((one) => [one.binding, one.rules]));
  const same = new Set(now.flatMap(({ binding, rules }) => (unchanged.get(binding) === rules ? [binding] : [])));
  for (const { binding } of [...old, ...now]) {
    if (same.has(binding)) continue;
    for (const subject of binding.subjects) {
      const key = subjectKey(subject, scope);
      // A service account is named with the namespace that the binding implies.
      const named = subject.kind === 'ServiceAccount' ? { namespace: scope, ...subject } : subject;
      if (key !== undefined && !found.has(key)) found.set(key, named);
    }
  }
  return found;
}

function changesOf(before: RightsState, after: RightsState, scope: string, subject: Subject): readonly RightsChange[] {
  const user = subjectIdentity(subject, scope);
  if (user === undefined) return [];
  const [old, now] = [boundTo(before, scope, user), boundTo(after, scope, user)];
  const everywhereAfter = scope === '' ? [] : boundTo(after, '', user);
  const elsewhere = scope === '' ? [] : [...boundTo(before, '', user), ...everywhereAfter];
  const changeOf = (
    type: RightsChange['type'],
    from: readonly BoundRules[],
    to: readonly BoundRules[],
  ): RightsChange[] => {
    const held = rulesOf([...from, ...elsewhere]);
    const atoms = uncovered(held, rulesOf(to)).filter((atom) => canMatch(atom, scope === '' ? 'cluster' : 'namespace'));
    const through = to.filter(({ rules }) => uncovered(rules, atoms).length < atoms.length).map((one) => one.binding);
    const namespace = scope === '' ? null : scope;
    const change = (own: readonly PolicyRule[], keptIn: readonly string[]): RightsChange[] =>
      own.length === 0
        ? []
        : [
            {
              subject,
              type,
              namespace,
              rules: merged(own),
              through,
              keptIn,
              keeps: type === 'lost' ? keptOf(own, rulesOf([...now, ...everywhereAfter])) : [],
            },
          ];
    if (type === 'gained' || scope !== '') return change(atoms, []);
    const inNamespaces = atoms.filter((atom) => canMatch(atom, 'namespace'));
    const keptIn = scopesThatGive(after, user, inNamespaces);
    if (keptIn.length === 0) return change(atoms, []);
    // A RoleBinding gives nothing that has no namespace.
    return [
      ...change(inNamespaces, keptIn),
      ...change(
        atoms.filter((atom) => !inNamespaces.includes(atom)),
        [],
      ),
    ];
  };
  return [...changeOf('gained', old, now), ...changeOf('lost', now, old)];
}

/** The part of what is held that lost stars stood for. */
function keptOf(lost: readonly PolicyRule[], held: readonly PolicyRule[]): readonly PolicyRule[] {
  const stars = lost.filter((atom) =>
    [...atom.verbs, ...(atom.apiGroups ?? []), ...(atom.resources ?? [])].includes('*'),
  );
  if (stars.length === 0) return [];
  return merged(uncovered([], held).filter((atom) => uncovered(stars, [atom]).length === 0));
}

/** Namespaces whose bindings give a user all of these rights; none for no rights. */
function scopesThatGive(state: RightsState, user: RbacUser, atoms: readonly PolicyRule[]): readonly string[] {
  if (atoms.length === 0) return [];
  return [...state.keys()]
    .filter((scope) => scope !== '' && uncovered(rulesOf(boundTo(state, scope, user)), atoms).length === 0)
    .sort();
}

function rulesOf(bound: readonly BoundRules[]): readonly PolicyRule[] {
  return bound.flatMap((one) => one.rules);
}

/** Atoms that differ only in their verb as one rule, then those that differ only in their resource. */
export function merged(atoms: readonly PolicyRule[]): readonly PolicyRule[] {
  const byVerb = group(atoms, 'verbs');
  return group(byVerb, 'resources');
}

function group(rules: readonly PolicyRule[], field: 'verbs' | 'resources'): readonly PolicyRule[] {
  const found = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify({ ...rule, [field]: rule[field] === undefined });
    const there = found.get(key);
    const items = [...new Set([...(there?.[field] ?? []), ...(rule[field] ?? [])])];
    found.set(key, there === undefined ? rule : { ...there, [field]: items });
  }
  return [...found.values()];
}
