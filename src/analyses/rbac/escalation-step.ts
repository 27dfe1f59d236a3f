/**
 * What a binding lets its subjects do on the way to more, as edges of the escalation graph.
 * Sources: kubernetes.io/docs/concepts/security/rbac-good-practices (privilege escalation risks); the conditions are
 * those of `kube/rbac-permissions`.
 */
import type { ResourceAttributes } from '../../kube/rbac-rule.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import type { Need } from '../../kube/rbac-permissions.ts';
import { meetsNeed, roleReach, type HeldPermission } from '../../kube/rbac-role-reach.ts';
import { SYSTEM_MASTERS, subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';
import { reuse } from '../workload/reuse.ts';
import { isDefaultBinding } from './binding-verdict.ts';
import { isInVersion, needIsMet, serverMinor } from './permission-context.ts';
import { admitsPrivileged, anyEscapingPods, escapingPods } from './pod-escape.ts';
import { TAKEOVER_ROLES, takesOverNamespace } from './namespace-takeover.ts';
import { bindingsIn, rulesBoundBy, subjectIndex } from './policy.ts';
import { heldKeys, knownMembers } from './user-groups.ts';

export type Sink = 'cluster-admin' | 'node' | 'secrets';

/** All of one namespace, or of every one (`*`). */
export type NamespaceSink = `namespace-admin/${string}`;

/** Signers whose certificates stand for any user, not for nodes only. */
const ANY_IDENTITY: readonly string[] = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

const NONE: readonly never[] = [];

/** Ways to put together what a permission takes. */
const MOST_COMBINATIONS = 64;

/** Where a step leads: a sink, all of a namespace, or some account of a namespace (`*`: of any), of a running pod there or not. */
export type Place = Sink | NamespaceSink | `any-account/${string}` | `running-account/${string}`;

export interface Step {
  /** `subjectKey` of who takes it. */
  readonly from: string;
  /** The namespace that it is taken in; '' for all. */
  readonly scope: string;
  readonly to: Place;
  readonly binding: BindingObject;
  /** Other bindings that give what else it takes. */
  readonly along: readonly BindingObject[];
  /** Groups that who takes it must be in, where the bindings name these and not itself. */
  readonly through: readonly string[];
  readonly rule: PolicyRule;
  readonly ruleIndex: number;
  /** What is done, to be read after "can". */
  readonly action: string;
  readonly condition: string;
  /** The request that proves it; null user. */
  readonly request: ResourceAttributes;
  /** Bound by upstream itself: never a way out, and no cut. */
  readonly isDefault: boolean;
}

/**
 * The steps that bindings of one namespace ('' for ClusterRoleBindings) offer, also where another binding of the same
 * subject gives what else a permission takes.
 */
export function stepsIn(view: ClusterView, namespace: string): readonly Step[] {
  return view.derive<readonly Step[]>(
    `rbac/steps/${namespace}`,
    (inner, previous) => {
      const own = bindingsIn(inner, namespace).flatMap((binding) => stepsOf(inner, binding));
      const steps = namespace === '' ? own : [...own, ...completedSteps(inner, namespace)];
      return reuse(steps, previous, (a, b) => a.binding === b.binding && deepEqual(a, b));
    },
    sameItems,
  );
}

interface Offer {
  readonly to: Place;
  readonly condition: string;
}

/** Where a permission may lead: certainly, or as the cluster has it. */
type Lead = Offer | ((view: ClusterView) => readonly Offer[]);

/** A dangerous permission of a binding, with the bindings that give what else it takes. */
interface UsablePermission {
  readonly held: HeldPermission;
  readonly leads: readonly Lead[];
  readonly rules: readonly PolicyRule[];
  readonly along: readonly BindingObject[];
}

function stepsOf(view: ClusterView, binding: BindingObject): readonly Step[] {
  const rules = rulesOf(view, binding);
  if (rules === undefined) return [];
  const isWide = binding.namespace === '';
  const reach = roleReach(rules, isWide);
  if (reach.held.length === 0 && reach.everything < 0) return [];
  const froms = [...new Set(binding.subjects.flatMap((subject) => subjectKey(subject, binding.namespace) ?? []))];
  const all = rules[reach.everything];
  if (all !== undefined && isWide) {
    const request = requestOf('*', '*', '*', '', '');
    const isDefault = isDefaultBinding(binding, rules);
    const step = {
      scope: '',
      to: 'cluster-admin',
      binding,
      along: [],
      through: [],
      rule: all,
      ruleIndex: reach.everything,
    } as const;
    return froms.map((from) => ({ from, ...step, action: 'do everything', condition: '', request, isDefault }));
  }
  const minor = serverMinor(view);
  const inVersion = reach.held.filter((held) => isInVersion(held.permission, minor));
  return [
    ...takeoverSteps(binding, froms, rules, inVersion),
    ...inVersion.flatMap((held) => {
      const leads = leadsOf(held, isWide ? null : binding.namespace);
      if (leads.length === 0) return [];
      const open = openNeeds(view, rules, held, binding.namespace);
      if (open.length === 0) {
        const usable = { held, leads, rules, along: NONE };
        return froms.flatMap((from) => stepsBy(view, binding, from, binding.namespace, usable));
      }
      const takers = froms.flatMap((from) => open.flatMap((need) => takersOf(view, from, need, binding.namespace)));
      return [...new Set(takers)].flatMap((from) =>
        combinations(open.map((need) => givingIt(view, need, from, binding.namespace)))
          .map((along) => ({ held, leads, rules, along: along.filter((one) => one !== binding) }))
          .flatMap((usable) => stepsBy(view, binding, from, binding.namespace, usable)),
      );
    }),
  ];
}

/** The steps of a binding that gives all of a namespace, or of every one. */
function takeoverSteps(
  binding: BindingObject,
  froms: readonly string[],
  rules: readonly PolicyRule[],
  held: readonly HeldPermission[],
): readonly Step[] {
  const maker = held.find((one) => one.permission.id === 'create-pods');
  const ruleIndex = maker?.rules[0] ?? 0;
  const rule = rules[ruleIndex];
  if (maker === undefined || rule === undefined || !takesOverNamespace(held)) return [];
  const step = {
    scope: binding.namespace,
    to: `namespace-admin/${binding.namespace === '' ? '*' : binding.namespace}`,
    binding,
    along: [],
    through: [],
    rule,
    ruleIndex,
    action: 'take over everything',
    condition: 'it reads the Secrets, makes pods and gets into them or into their accounts',
    request: provingRequest(maker, rule, binding.namespace),
    isDefault: isDefaultBinding(binding, rules),
  } as const;
  return froms.map((from) => ({ from, ...step }));
}

/** What of a permission's needs its own rules and the cluster leave open. */
function openNeeds(
  view: ClusterView,
  rules: readonly PolicyRule[],
  { permission }: HeldPermission,
  namespace: string,
): readonly Need[] {
  return (permission.needs ?? []).filter((need) => !needIsMet(view, rules, need, namespace === '' ? null : namespace));
}

/** The bindings of a subject that meet a need: in every namespace, or in this one. */
function givingIt(view: ClusterView, need: Need, key: string, namespace: string): readonly BindingObject[] {
  const scopes = namespace === '' ? [''] : ['', namespace];
  return scopes.flatMap((scope) => givingItIn(view, need, key, scope));
}

function givingItIn(view: ClusterView, need: Need, key: string, scope: string): readonly BindingObject[] {
  const index = subjectIndex(view, scope);
  const found = new Set(heldKeys(view, key).flatMap((one) => index.get(one) ?? []));
  return [...found].filter((binding) => meetsNeed(rulesOf(view, binding) ?? [], need, scope === ''));
}

/**
 * Who may have what a step takes besides: the subject to which it is granted; of a group also those of its members to
 * which, or to whose other groups, what it takes is granted.
 */
function takersOf(view: ClusterView, key: string, need: Need, namespace: string): readonly string[] {
  if (!key.startsWith('g:') || givingIt(view, need, key, namespace).length > 0) return [key];
  const scopes = namespace === '' ? [''] : ['', namespace];
  const granted = new Set(scopes.flatMap((scope) => grantedIn(view, need, scope)));
  return [key, ...[...granted].flatMap((other) => membersWith(view, key, other))];
}

/** Members of a group that another subject is, or that are in another group too. */
function membersWith(view: ClusterView, group: string, other: string): readonly string[] {
  if (other === group) return [];
  if (heldKeys(view, other).includes(group)) return [other];
  if (!other.startsWith('g:')) return [];
  const members = new Set(knownMembers(view, group.slice(2)));
  return knownMembers(view, other.slice(2)).flatMap((name) => (members.has(name) ? [`u:${name}`] : []));
}

/** Each need's text, so that it is not written again for every namespace. */
const TEXTS = new WeakMap<Need, string>();

function textOf(need: Need): string {
  let text = TEXTS.get(need);
  if (text === undefined) TEXTS.set(need, (text = JSON.stringify(need)));
  return text;
}

/** The subjects to which bindings of one namespace ('' for ClusterRoleBindings) grant what is needed. */
function grantedIn(view: ClusterView, need: Need, scope: string): readonly string[] {
  return view.derive(
    `rbac/granted/${scope}/${textOf(need)}`,
    (inner) => {
      const giving = bindingsIn(inner, scope).filter((one) => meetsNeed(rulesOf(inner, one) ?? [], need, scope === ''));
      return [...new Set(giving.flatMap((one) => one.subjects.flatMap((subject) => subjectKey(subject, scope) ?? [])))];
    },
    deepEqual,
  );
}

/** One of each list, in every way, up to a number that only a contrived cluster exceeds. */
function combinations(lists: readonly (readonly BindingObject[])[]): readonly (readonly BindingObject[])[] {
  let found: readonly (readonly BindingObject[])[] = [[]];
  for (const list of lists) {
    found = found.flatMap((one) => list.map((next) => [...one.filter((own) => own !== next), next]));
    found = found.slice(0, MOST_COMBINATIONS);
  }
  return found;
}

/** A permission that is held everywhere, and what else it takes is held nowhere everywhere. */
interface OpenPermission {
  readonly key: string;
  readonly binding: BindingObject;
  readonly held: HeldPermission;
  /** What else it takes. */
  readonly open: readonly Need[];
}

/** What ClusterRoleBindings give that a RoleBinding may complete in its namespace. */
function openPermissions(view: ClusterView): readonly OpenPermission[] {
  return view.derive(
    'rbac/open-permissions',
    (inner) =>
      bindingsIn(inner, '').flatMap((binding) => {
        const rules = rulesOf(inner, binding);
        if (rules === undefined) return [];
        const reach = roleReach(rules, true);
        if (reach.everything >= 0) return [];
        const opens = reach.held
          .filter(({ permission }) => isInVersion(permission, serverMinor(inner)))
          .map((held) => ({ binding, held, open: openNeeds(inner, rules, held, '') }))
          .filter(({ open }) => open.length > 0);
        if (opens.length === 0) return [];
        const keys = new Set(binding.subjects.flatMap((subject) => subjectKey(subject, '') ?? []));
        return [...keys].flatMap((key) => opens.map((one) => ({ key, ...one })));
      }),
    deepEqual,
  );
}

/** Steps by what is held everywhere and completed by RoleBindings of one namespace. */
function completedSteps(view: ClusterView, namespace: string): readonly Step[] {
  return openPermissions(view).flatMap(({ key, binding, held, open }) => {
    const leads = leadsOf(held, namespace);
    if (leads.length === 0) return [];
    // Without a binding of this namespace there is nothing to complete.
    if (!open.some((need) => grantedIn(view, need, namespace).length > 0)) return [];
    const rules = rulesOf(view, binding) ?? [];
    const takers = new Set(open.flatMap((need) => takersOf(view, key, need, namespace)));
    return [...takers].flatMap((from) =>
      combinations(open.map((need) => givingIt(view, need, from, namespace)))
        .filter((along) => along.some((one) => one.namespace === namespace))
        .flatMap((along) => stepsBy(view, binding, from, namespace, { held, leads, rules, along })),
    );
  });
}

/** The steps of one subject by one permission in one scope. */
function stepsBy(
  view: ClusterView,
  binding: BindingObject,
  from: string,
  scope: string,
  { held, leads, rules, along }: UsablePermission,
): readonly Step[] {
  const ruleIndex = held.rules[0] ?? 0;
  const rule = rules[ruleIndex];
  if (rule === undefined) return [];
  const isDefault = [binding, ...along].every((one) => isDefaultBinding(one, rulesOf(view, one) ?? []));
  const request = provingRequest(held, rule, scope);
  const through =
    along.length === 0 ? NONE : [...new Set([binding, ...along].flatMap((one) => groupOf(view, from, one)))];
  const also = [
    ...along.map((one) => `also by ${refText(refOf(one))}`),
    ...through.map((group) => `as one of group ${group}`),
  ];
  const offers = leads.flatMap((lead) => (typeof lead === 'function' ? lead(view) : [lead]));
  return offers.map(({ to, condition }) => ({
    from,
    scope,
    to,
    binding,
    along,
    through,
    rule,
    ruleIndex,
    action: held.permission.allows,
    condition: [condition, ...also].filter((one) => one !== '').join(', '),
    request,
    isDefault,
  }));
}

/** The group by which a binding counts for a subject that it does not name. */
function groupOf(view: ClusterView, key: string, binding: BindingObject): readonly string[] {
  const named = new Set(binding.subjects.flatMap((subject) => subjectKey(subject, binding.namespace) ?? []));
  const held = heldKeys(view, key).find((one) => named.has(one));
  return held === undefined || held === key ? [] : [held.slice(2)];
}

function rulesOf(view: ClusterView, binding: BindingObject): readonly PolicyRule[] | undefined {
  const role = rulesBoundBy(view, binding);
  return role.status === 'found' ? role.rules : undefined;
}

function sink(to: Sink, condition = ''): readonly Offer[] {
  return [{ to, condition }];
}

/** The edges that a permission is; none for what leads nowhere by itself. */
function leadsOf({ permission, names }: HeldPermission, namespace: string | null): readonly Lead[] {
  const accounts = (type: 'any-account' | 'running-account', condition: string): readonly Offer[] => [
    { to: `${type}/${namespace ?? '*'}`, condition },
  ];
  const isEverywhere = namespace === null;
  const isOpen = names === null;
  switch (permission.id) {
    case 'escalate-roles':
      return isOpen ? accounts('any-account', 'a bound Role there can be given any rule') : [];
    case 'bind': {
      if (isEverywhere && (names === null || names.includes('cluster-admin'))) return sink('cluster-admin');
      const takesOver = names === null || names.some((name) => TAKEOVER_ROLES.includes(name));
      return [
        ...(isOpen && !isEverywhere ? accounts('any-account', 'binds a role that reaches every account there') : []),
        ...(takesOver
          ? [{ to: `namespace-admin/${namespace ?? '*'}` as const, condition: 'binds a role that gives all of it' }]
          : []),
      ];
    }
    case 'escalate':
      if (!isEverywhere) return isOpen ? accounts('any-account', 'binds a role that reaches every account there') : [];
      return names === null || names.includes('cluster-admin') ? sink('cluster-admin') : [];
    case 'impersonate':
      return names === null || names.includes(SYSTEM_MASTERS) ? sink('cluster-admin') : [];
    case 'approve-certificates':
      return isOpen || names.some((name) => ANY_IDENTITY.includes(name))
        ? sink('cluster-admin', 'a certificate of a control plane identity')
        : [];
    case 'node-proxy':
      return sink('node', 'the kubelet API commands every container of the node');
    case 'create-volumes':
      return sink('node', 'with a claim and a pod that mounts it');
    case 'read-secrets':
      return isEverywhere ? sink('secrets') : [];
    case 'write-webhooks':
      return sink('secrets', 'the webhook is shown every Secret that is written');
    case 'create-pods':
    case 'write-pod-controllers':
    case 'write-jobs':
    case 'write-replication-controllers':
      if (!isOpen) return [];
      return [
        ...accounts('any-account', 'a pod may name any service account of its namespace'),
        (view) => (admitsPrivileged(view, namespace) ? sink('node', 'a privileged pod is root on its node') : []),
      ];
    case 'exec':
    case 'exec-by-get':
    case 'ephemeral-containers':
    case 'change-pods':
      if (!isOpen) return [];
      return [
        ...accounts('running-account', 'the token of the pod is mounted in it'),
        (view) => escapes(view, namespace),
      ];
    case 'request-token':
    case 'mint-token-secret':
    case 'impersonate-accounts':
      return isOpen ? accounts('any-account', '') : [];
    default:
      return [];
  }
}

/** A pod that is root on its node already makes root of whoever gets into it. */
function escapes(view: ClusterView, namespace: string | null): readonly Offer[] {
  const [first] = namespace === null ? anyEscapingPods(view) : escapingPods(view, namespace);
  return first === undefined ? [] : sink('node', `${first.workload} there is ${first.because}`);
}

function provingRequest(
  { permission, names }: HeldPermission,
  rule: PolicyRule,
  namespace: string,
): ResourceAttributes {
  const verb = permission.verbs.find((one) => rule.verbs.includes('*') || rule.verbs.includes(one)) ?? '';
  const listed = rule.resources ?? [];
  const full =
    permission.resources.find((one) => listed.includes(one)) ??
    permission.resources.find((one) => listed.includes('*') || listed.includes(`*/${one.split('/')[1] ?? ''}`)) ??
    '';
  const [resource = '', subresource = ''] = full.split('/');
  const group = permission.groups.find((one) => rule.apiGroups?.includes(one)) ?? permission.groups[0] ?? '';
  return { ...requestOf(verb, group, resource, subresource, namespace), name: names?.[0] ?? '' };
}

function requestOf(
  verb: string,
  group: string,
  resource: string,
  subresource: string,
  namespace: string,
): ResourceAttributes {
  return { type: 'resource', verb, group, resource, subresource, namespace, name: '' };
}
