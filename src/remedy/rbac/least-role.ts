/**
 * Roles with what is in use of a binding, in its place: what the audit log shows of its subjects and nothing else allows,
 * and what the programs that run as them are known to need. Roles that others hold too, and those of Kubernetes, stay as
 * they are; a ClusterRoleBinding becomes RoleBindings where its use is in some namespaces only.
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { declaredNeeds, type DeclaredNeed } from '../../analyses/rbac/declared-needs.ts';
import { logWindow } from '../../analyses/rbac/grant-usage.ts';
import { citation, leastRoles } from '../../analyses/rbac/least-role.ts';
import { rulesBoundBy } from '../../analyses/rbac/policy.ts';
import { merged } from '../../analyses/rbac/rights-difference.ts';
import { usedParts, type UsedPart } from '../../analyses/rbac/used-part.ts';
import { dayText } from '../../kube/age.ts';
import { uncovered } from '../../kube/escalation-check.ts';
import { ruleAllows } from '../../kube/rbac-rule.ts';
import { apiVersionOf } from '../../model/kind.ts';
import type { BindingObject, PolicyRule, RoleObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft, YamlComment } from '../remedy.ts';
import { bindingManifest, commandFor, foundBinding, freeName, subjectsOut } from './binding-manifest.ts';

const DAY = 24 * 60 * 60 * 1000;
/** A log of less than a week misses what happens once a week. */
const SHORT = 7 * DAY;

export const leastRole: Remedy = {
  id: 'rbac/least-role',
  title: 'A role with what is in use, in place of this one',
  safety: 'review',
  triedBy: 'subject',
  build(finding, view) {
    const binding = foundBinding(view, finding.subject);
    const role = binding === undefined ? undefined : rulesBoundBy(view, binding);
    if (binding === undefined || role?.status !== 'found') {
      return { refused: 'The binding or its role is not there, or could not be read.' };
    }
    const { subjects, everyone } = bindingVerdict(view, binding);
    if (everyone === 'unauthenticated') {
      return { refused: 'What is in use without credentials need not be meant: take the subject out instead.' };
    }
    const declared = declaredNeeds(view, binding, subjects, role.rules);
    const { window } = logWindow(view);
    if (window !== null && declared.length === 0) {
      const { usesAreComplete } = view.audit();
      if (!usesAreComplete) return { refused: 'The log holds more kinds of requests than are kept.' };
      if (window.to - window.from < DAY) return { refused: 'A log of less than a day does not tell what is in use.' };
    }
    const used = usedParts(view, binding, subjects);
    if (used.size === 0 && declared.length === 0) {
      const reason =
        window === null
          ? 'No audit log tells what of it is in use, and no program that is known to need it runs as its subjects.'
          : 'The log shows nothing that only this binding allows: take the subject out instead.';
      return { refused: reason };
    }
    const parts = partsOf(used, declared);
    const own = parts.find(({ namespace }) => namespace === binding.namespace)?.rules ?? [];
    const given = own.map(({ rule }) => rule);
    const needed = subjects.filter((one) => isNeeded(one, used, declared));
    if (needed.length === subjects.length && uncovered(given, role.rules).length === 0) {
      return { refused: 'All that it gives is in use.' };
    }
    return replaced(view, binding, parts, needed);
  },
};

function isNeeded(subject: Subject, used: ReadonlyMap<string, UsedPart>, declared: readonly DeclaredNeed[]): boolean {
  return (
    [...used.values()].some((part) => part.subjects.includes(subject)) ||
    declared.some((need) => need.subject === subject)
  );
}

/** The role of one namespace, or of all for ''. */
interface Part {
  readonly namespace: string;
  readonly rules: readonly { readonly rule: PolicyRule; readonly because: string }[];
}

function partsOf(used: ReadonlyMap<string, UsedPart>, declared: readonly DeclaredNeed[]): readonly Part[] {
  const wide = partOf('', used.get(''), declared, []);
  const everywhere = wide.rules.map(({ rule }) => rule);
  const namespaces = new Set([...used.keys(), ...declared.map((need) => need.namespace)]);
  namespaces.delete('');
  const others = [...namespaces].sort().map((one) => partOf(one, used.get(one), declared, everywhere));
  return [wide, ...others].filter(({ rules }) => rules.length > 0);
}

/** @param everywhere rules of the role of all namespaces: what they give needs no other */
function partOf(
  namespace: string,
  used: UsedPart | undefined,
  declared: readonly DeclaredNeed[],
  everywhere: readonly PolicyRule[],
): Part {
  const seen = (used?.seen ?? []).filter(({ request }) => !everywhere.some((rule) => ruleAllows(rule, request)));
  const shown = leastRoles(seen).flatMap(({ rules }) => rules);
  const needs = declared.filter((need) => need.namespace === namespace);
  const missing = uncovered(
    [...everywhere, ...shown],
    needs.flatMap(({ rules }) => rules),
  );
  const programs = [...new Set(needs.map(({ program }) => program))].join(' and ');
  return {
    namespace,
    rules: [
      ...shown.map((rule) => ({ rule, because: citation(rule, namespace, seen) })),
      ...merged(missing).map((rule) => ({ rule, because: `declared: what the manifests of ${programs} ask for` })),
    ],
  };
}

function replaced(
  view: ClusterView,
  binding: BindingObject,
  parts: readonly Part[],
  subjects: readonly Subject[],
): RemedyDraft {
  const name = freeName(`${binding.name}-least`, (one) => parts.some(({ namespace }) => isTaken(view, namespace, one)));
  const made = parts.flatMap((part) => objectsOf(binding, part, name, subjects));
  const going = bindingVerdict(view, binding).subjects;
  const old = subjectsOut(binding, going);
  const comments = made.flatMap((object, document): YamlComment[] => {
    if (!('rules' in object)) return [];
    const part = parts.find(({ namespace }) => namespace === object.namespace);
    return (part?.rules ?? []).map(({ because }, at) => ({ document, path: ['rules', at], text: because }));
  });
  return {
    note: noteOf(view, going.length - subjects.length),
    manifests: [...made.map(manifestOf), ...(old.type === 'upsert' ? [bindingManifest(old.object)] : [])],
    comments,
    use: {
      type: 'commands',
      commands: ['kubectl apply -f FILE', ...(old.type === 'remove' ? [commandFor(binding, 'delete')] : [])],
    },
    changes: [...made.map((object) => ({ type: 'upsert', object }) as const), old],
    effects: [],
    about: binding,
  };
}

function noteOf(view: ClusterView, unused: number): string {
  const { window } = logWindow(view);
  const idle = unused === 0 ? '' : ` ${unused} of its subjects used nothing of it and hold nothing any more.`;
  if (window === null) return `Without an audit log this is what the programs that run are known to need.${idle}`;
  const days = Math.max(1, Math.round((window.to - window.from) / DAY));
  const short = window.to - window.from < SHORT ? ' That is short: give a log that spans more.' : '';
  return `What the audit log of ${dayText(window.from)} to ${dayText(window.to)} (${days} ${days === 1 ? 'day' : 'days'}) shows; what happens less often stops.${short}${idle}`;
}

/** Whether a role or a binding of a namespace ('' for none) has this name. */
function isTaken(view: ClusterView, namespace: string, name: string): boolean {
  const kinds =
    namespace === '' ? (['ClusterRole', 'ClusterRoleBinding'] as const) : (['Role', 'RoleBinding'] as const);
  return kinds.some((kind) => view.get(kind, namespace, name) !== undefined);
}

function objectsOf(
  { roleRef, subjects: _subjects, ...meta }: BindingObject,
  { namespace, rules }: Part,
  name: string,
  subjects: readonly Subject[],
): readonly (RoleObject | BindingObject)[] {
  const isWide = namespace === '';
  const base = { ...meta, namespace, name, uid: '', owners: [], labels: {}, annotations: {} };
  const role = {
    ...base,
    kind: isWide ? ('ClusterRole' as const) : ('Role' as const),
    rules: rules.map(({ rule }) => rule),
    aggregation: null,
  };
  const binding = {
    ...base,
    kind: isWide ? ('ClusterRoleBinding' as const) : ('RoleBinding' as const),
    roleRef: { ...roleRef, kind: role.kind, name },
    // An account without a namespace is one of the namespace of its binding.
    subjects: subjects.map((one) =>
      one.kind === 'ServiceAccount' && meta.namespace !== '' ? { namespace: meta.namespace, ...one } : one,
    ),
  };
  return [role, binding];
}

function manifestOf(object: RoleObject | BindingObject): Readonly<Record<string, unknown>> {
  if ('roleRef' in object) return bindingManifest(object);
  const { kind, namespace, name, rules } = object;
  return {
    apiVersion: apiVersionOf(kind),
    kind,
    metadata: { ...(namespace === '' ? {} : { namespace }), name },
    rules,
  };
}
