import { bindingVerdict, type BindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import type { JudgedGrant } from '../../analyses/rbac/general-grants.ts';
import { addOnAsking } from '../../analyses/rbac/add-ons.ts';
import { EXPOSURE_KINDS, exposedHolders, unknownExposure, usersOf } from '../../analyses/rbac/exposed-accounts.ts';
import { knownMembers } from '../../analyses/rbac/user-groups.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { Category } from '../../kube/rbac-permissions.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { serviceAccountNamespace } from '../../kube/rbac-user.ts';
import { someOf } from '../../kube/some-of.ts';
import { apiVersionOf, RBAC_KINDS, type Kind } from '../../model/kind.ts';
import type { Evidence, FindingDraft, ObjectRef, Reference } from '../../model/finding.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule, type Rule } from '../rule.ts';

/** What a finding about a binding carries for its remedies, the pane and the report. */
export interface GrantData {
  readonly category: Category;
  /** null: everywhere. */
  readonly namespace: string | null;
  readonly permissions: readonly string[];
  /** Positions in the rules of the role that give it. */
  readonly rules: readonly number[];
}

export interface GrantRuleText {
  readonly summary: string;
  readonly help: string;
  readonly references: readonly Reference[];
}

/** Kinds that decide what a binding gives, and to whom. */
const NEEDS = [...RBAC_KINDS, 'ServiceAccount'] as const;

/** Longest lists in titles and evidence; the rest is counted. */
const MOST_SUBJECTS = 20;
const MOST_PERMISSIONS = 12;
const MOST_MEMBERS = 5;
const MOST_WAYS = 3;

/** Of most bindings most rules find nothing: one list for all of them. */
export const NO_FINDINGS: readonly never[] = [];

/**
 * The rule of one category of dangerous grants: one for each of the two kinds of binding.
 *
 * @param needs kinds that decide it besides those of RBAC
 */
export function grantRules(category: Category, text: GrantRuleText, needs: readonly Kind[] = []): readonly Rule[] {
  const check: BindingCheck = (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    for (const grant of verdict.grants) {
      if (grant.category === category) return [grantFinding(view, binding, verdict, grant)];
    }
    return NO_FINDINGS;
  };
  return bindingRules(category, text, check, [...EXPOSURE_KINDS, ...needs]);
}

type BindingCheck = (binding: BindingObject, view: ClusterView) => readonly FindingDraft[];

/** A rule about bindings: the same check for RoleBindings and ClusterRoleBindings. */
export function bindingRules(
  name: string,
  text: GrantRuleText,
  check: BindingCheck,
  needs: readonly Kind[] = [],
): readonly Rule[] {
  const common = { id: `rbac/${name}`, ...text, needs: [...NEEDS, ...needs], check } as const;
  return [
    rule<'RoleBinding'>({ ...common, subject: 'RoleBinding' }),
    rule<'ClusterRoleBinding'>({ ...common, subject: 'ClusterRoleBinding' }),
  ];
}

function grantFinding(
  view: ClusterView,
  binding: BindingObject,
  verdict: BindingVerdict,
  grant: JudgedGrant,
): FindingDraft {
  const texts = textsOf(grant, verdict.rules);
  const { permissions } = texts;
  const data: GrantData = { category: grant.category, namespace: verdict.namespace, permissions, rules: grant.rules };
  const addOn = addOnAsking(view, binding, grant.category);
  return {
    severity: grant.severity,
    title: `${subjectsText(verdict.subjects, binding)} can ${texts.allows} ${scopeText(verdict)}`,
    why: why(verdict, texts),
    evidence: [
      ...(addOn === null ? [] : [{ text: addOn.evidence }]),
      ...ruleEvidence(binding, texts),
      ...texts.reasons,
      ...subjectEvidence(view, binding, verdict.subjects),
      ...exposureEvidence(view, binding, verdict.subjects),
    ],
    ...(addOn === null ? {} : { addOn: addOn.name }),
    remedies: remediesOf(binding, grant),
    data,
  };
}

/** What is said of a grant, whoever holds it. */
interface GrantTexts {
  readonly allows: string;
  readonly why: string;
  readonly permissions: readonly string[];
  /** The rules that give it, with their paths. */
  readonly rules: readonly { readonly text: string; readonly path: string }[];
  /** What each permission is worth, where there are several. */
  readonly reasons: readonly Evidence[];
}

/** Bindings of equal roles share their grants, so that each is put into words once. */
const TEXTS = new WeakMap<JudgedGrant, GrantTexts>();

function textsOf(grant: JudgedGrant, rules: readonly PolicyRule[]): GrantTexts {
  let texts = TEXTS.get(grant);
  if (texts === undefined) TEXTS.set(grant, (texts = textsFor(grant, rules)));
  return texts;
}

function textsFor(grant: JudgedGrant, rules: readonly PolicyRule[]): GrantTexts {
  const { permissions } = grant;
  const reasons = permissions
    .slice(0, MOST_PERMISSIONS)
    .map(({ permission, severity }) => ({ text: `${severity}: can ${permission.allows}` }));
  return {
    allows: allows(grant),
    why: whyOf(grant),
    permissions: permissions.map((one) => one.permission.id),
    rules: grant.rules.slice(0, MOST_PERMISSIONS).flatMap((at) => {
      const found = rules[at];
      return found === undefined ? [] : [{ text: ruleText(found), path: `rules[${at}]` }];
    }),
    reasons: permissions.length > 1 ? reasons : [],
  };
}

function allows({ category, permissions }: JudgedGrant): string {
  if (category === 'cluster-admin') return 'do everything';
  if (category === 'namespace-admin') return 'take over everything';
  const [first, second, ...more] = [...new Set(permissions.map((one) => one.permission.allows))];
  if (category === 'wildcard') return first === undefined ? 'use wildcards' : `use wildcards that ${first}`;
  if (first === undefined) return 'use it';
  if (second === undefined) return first;
  return more.length === 0 ? `${first} and ${second}` : `${first} and ${more.length + 1} more`;
}

function whyOf({ category, permissions }: JudgedGrant): string {
  const [worst] = permissions;
  const parts: string[] = [];
  if (category === 'cluster-admin')
    parts.push('Every verb on every resource, RBAC itself included: nothing is out of reach.');
  else if (category === 'namespace-admin')
    parts.push('Its Secrets, workloads and service accounts together are the namespace.');
  else if (category === 'wildcard') parts.push('A star includes what is dangerous, and what will be added later.');
  if (worst !== undefined && category !== 'cluster-admin') parts.push(worst.permission.why);
  if (worst?.isComplete === false) parts.push('Bounded here: what else it takes is not granted to these subjects.');
  if (worst?.names !== undefined && worst.names !== null) parts.push(`Limited to the names ${worst.names.join(', ')}.`);
  return parts.join(' ');
}

function why({ everyone, isExposed }: BindingVerdict, texts: GrantTexts): string {
  const who = everyone ?? (isExposed ? 'exposed' : null);
  if (who === null) return texts.why;
  return texts.why === '' ? WHO_HOLDS[who] : `${texts.why} ${WHO_HOLDS[who]}`;
}

const WHO_HOLDS = {
  unauthenticated: 'Whoever reaches the API server holds it, without any login.',
  authenticated: 'Everybody in the cluster holds it, every pod too.',
  'service accounts': 'Everybody in the cluster holds it, every pod too.',
  exposed: 'A program that is reachable from outside holds it: whoever breaks into that has it.',
} as const;

/** `everywhere`, `in namespace shop`. */
export function scopeText({ namespace }: Pick<BindingVerdict, 'namespace'>): string {
  return namespace === null ? 'in all namespaces' : `in namespace ${namespace}`;
}

/** `ServiceAccount shop/cart`, `Group devs and User bob`, `Group devs and 3 more`. */
function subjectsText(subjects: readonly Subject[], binding: BindingObject): string {
  const [first, second, ...more] = subjects.map((subject) => subjectText(subject, binding));
  if (first === undefined) return 'Nobody';
  if (second === undefined) return first;
  return more.length === 0 ? `${first} and ${second}` : `${first} and ${more.length + 1} more`;
}

/** `ServiceAccount shop/cart`, `Group devs`. */
function subjectText(subject: Subject, binding: BindingObject): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${subject.name}`;
  return `ServiceAccount ${serviceAccountNamespace(subject, binding.namespace)}/${subject.name}`;
}

function ruleEvidence(binding: BindingObject, { rules }: GrantTexts): readonly Evidence[] {
  const role = roleRef(binding);
  return rules.map(({ text, path }) => ({ text: `${role.kind} ${role.name}: ${text}`, object: role, path }));
}

function subjectEvidence(view: ClusterView, binding: BindingObject, subjects: readonly Subject[]): readonly Evidence[] {
  const object = refOf(binding);
  const shown = subjects.slice(0, MOST_SUBJECTS).map((subject) => ({
    text: `to ${subjectText(subject, binding)}${usersText(view, subject, binding)}`,
    object,
    path: `subjects[${binding.subjects.indexOf(subject)}]`,
  }));
  const more = subjects.length - shown.length;
  return more > 0 ? [...shown, { text: `and to ${more} more subjects`, object, path: 'subjects' }] : shown;
}

/** Which subjects are programs that somebody outside reaches, and of which that is not known. */
export function exposureEvidence(
  view: ClusterView,
  { namespace }: Pick<BindingObject, 'namespace'>,
  subjects: readonly Subject[],
): readonly Evidence[] {
  const shown = subjects.slice(0, MOST_SUBJECTS);
  const ways = shown.flatMap((subject) => exposedHolders(view, subject, namespace));
  const texts = [...new Set(ways.map(({ workload, way }) => `${workload} is reachable from outside through ${way}`))];
  const unknown = new Set(
    shown.map((subject) => unknownExposure(view, subject, namespace)).filter((one) => one !== ''),
  );
  return [
    ...texts.slice(0, MOST_WAYS),
    ...(texts.length > MOST_WAYS ? [`and ${texts.length - MOST_WAYS} more of its workloads are`] : []),
    ...[...unknown].map((reason) => `whether its pods are reachable from outside is not all known: ${reason}`),
  ].map((text) => ({ text }));
}

function usersText(view: ClusterView, subject: Subject, binding: BindingObject): string {
  if (subject.kind === 'Group') return membersText(knownMembers(view, subject.name));
  if (subject.kind !== 'ServiceAccount') return '';
  const [first, ...more] = usersOf(view, subject, binding.namespace);
  if (first === undefined) return '';
  return `, which ${first} runs as${more.length === 0 ? '' : `, with ${more.length} more`}`;
}

function membersText(members: readonly string[]): string {
  return members.length === 0 ? '' : `, known members ${someOf(members, MOST_MEMBERS)}`;
}

/** The role of a binding as reports name it. */
export function roleRef(binding: BindingObject): ObjectRef {
  const { kind, name } = binding.roleRef;
  const namespace = kind === 'Role' && binding.namespace !== '' ? binding.namespace : null;
  return { apiVersion: apiVersionOf('ClusterRole'), kind, namespace, name };
}

function remediesOf(binding: BindingObject, { category, permissions }: JudgedGrant): readonly string[] {
  // A RoleBinding gives nothing of what has no namespace: there is nothing to narrow it to.
  const hasNamespace = permissions.length === 0 || permissions.some((one) => one.permission.clusterScoped !== true);
  const narrow = binding.namespace === '' && hasNamespace && category !== 'webhooks';
  return [
    'rbac/least-role',
    ...(narrow ? ['rbac/narrow-to-namespaces'] : []),
    ...(category === 'cluster-admin' || category === 'namespace-admin' ? [] : ['rbac/drop-rules']),
    'rbac/remove-subject',
    ...(binding.subjects.some((one) => one.kind === 'ServiceAccount') ? ['rbac/disable-automount'] : []),
  ];
}
