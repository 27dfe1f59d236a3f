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
import { bindingsIn, rulesBoundBy, rulesOfRole, subjectIndex } from './policy.ts';
import { heldKeys, knownMembers } from './user-groups.ts';

export type Sink = 'cluster-admin' | 'node' | 'secrets';

/** All of one namespace, or of every one (`*`). */
export type NamespaceSink = `namespace-admin/${string}`;

/** Signers whose certificates stand for any user, not for nodes only. */
const ANY_IDENTITY: readonly string[] = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

const NONE: readonly never[] = [];

/** Ways to put together what a permission takes. */
const MOST_COMBINATIONS = 64;

/**
 * Where a step leads: a sink, all of a namespace, or some account of a namespace (`*`: of any), of a running pod there or
 * not; `any-account/NAMESPACE/NAME` is that one account.
 */
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
    'rbac/steps',
    namespace,
    (inner, previous) => {
      const roles = new Map<BindingObject['roleRef'], BoundRole | undefined>();
      const own = bindingsIn(inner, namespace).flatMap((binding) => {
        // Bindings of one role share what names it.
        if (!roles.has(binding.roleRef)) roles.set(binding.roleRef, boundRole(inner, binding));
        return stepsOf(inner, binding, roles.get(binding.roleRef));
      });
      const steps = namespace === '' ? own : [...own, ...completedSteps(inner, namespace)];
      return reuse(steps, previous, (a, b) => a.binding === b.binding && deepEqual(a, b));
    },
    sameItems,
  );
}

interface Offer {
  readonly to: Place;
  readonly condition: string;
  /** Of the object that is asked for, where the place is that of one. */
  readonly name?: string;
}

/** A dangerous permission that leads on, and what of its needs the role and the cluster leave open. */
interface Way {
  readonly held: HeldPermission;
  readonly offers: readonly Offer[];
  readonly open: readonly Need[];
  readonly rule: PolicyRule;
  readonly ruleIndex: number;
  readonly request: ResourceAttributes;
}

/** What a role leads to where it is bound: the same for all its bindings there. */
interface BoundRole {
  readonly rules: readonly PolicyRule[];
  /** Its first step, by which it gives all: of the cluster, or of a namespace. */
  readonly all: RoleStep | undefined;
  readonly ways: readonly Way[];
}

/** The part of a step that is not of a binding. */
type RoleStep = Omit<Step, 'from' | 'binding' | 'isDefault'>;

/** Undefined for a role that leads nowhere, or that is not known. */
function boundRole(view: ClusterView, binding: BindingObject): BoundRole | undefined {
  const rules = rulesOf(view, binding);
  if (rules === undefined) return undefined;
  const { namespace } = binding;
  const { held, everything } = roleReach(rules, namespace === '');
  if (held.length === 0 && everything < 0) return undefined;
  const all = rules[everything];
  if (all !== undefined && namespace === '') return { rules, all: everythingStep(all, everything), ways: NONE };
  const minor = serverMinor(view);
  const inVersion = held.filter(({ permission }) => isInVersion(permission, minor));
  const ways = inVersion.flatMap((one) => wayOf(view, one, rules, binding) ?? []);
  return { rules, all: takeoverStep(rules, inVersion, namespace), ways };
}

function wayOf(
  view: ClusterView,
  held: HeldPermission,
  rules: readonly PolicyRule[],
  { namespace, roleRef }: Pick<BindingObject, 'namespace' | 'roleRef'>,
): Way | undefined {
  const offers = offersOf(view, held, namespace === '' ? null : namespace, roleRef);
  const ruleIndex = held.rules[0] ?? 0;
  const rule = rules[ruleIndex];
  if (offers.length === 0 || rule === undefined) return undefined;
  const open = openNeeds(view, rules, held, namespace);
  return { held, offers, open, rule, ruleIndex, request: provingRequest(held, rule, namespace) };
}

function stepsOf(view: ClusterView, binding: BindingObject, role: BoundRole | undefined): readonly Step[] {
  if (role === undefined) return NONE;
  const { rules, all, ways } = role;
  const froms = keysBoundBy(binding);
  const isDefault = isDefaultBinding(binding, rules);
  return [
    ...(all === undefined ? NONE : froms.map((from) => ({ from, binding, isDefault, ...all }))),
    ...ways.flatMap((way) => {
      const { open } = way;
      if (open.length === 0) return froms.flatMap((from) => stepsBy(view, binding, from, rules, way, NONE));
      const takers = froms.flatMap((from) => open.flatMap((need) => takersOf(view, from, need, binding.namespace)));
      return [...new Set(takers)].flatMap((from) =>
        combinations(open.map((need) => givingIt(view, need, from, binding.namespace)))
          .map((along) => along.filter((one) => one !== binding))
          .flatMap((along) => stepsBy(view, binding, from, rules, way, along)),
      );
    }),
  ];
}

/** The step of a role that gives every verb on every resource everywhere. */
function everythingStep(rule: PolicyRule, ruleIndex: number): RoleStep {
  return {
    scope: '',
    to: 'cluster-admin',
    along: NONE,
    through: NONE,
    rule,
    ruleIndex,
    action: 'do everything',
    condition: '',
    request: requestOf('*', '*', '*', '', ''),
  };
}

/** The step of a role that gives all of a namespace, or of every one. */
function takeoverStep(
  rules: readonly PolicyRule[],
  held: readonly HeldPermission[],
  namespace: string,
): RoleStep | undefined {
  const maker = held.find((one) => one.permission.id === 'create-pods');
  const ruleIndex = maker?.rules[0] ?? 0;
  const rule = rules[ruleIndex];
  if (maker === undefined || rule === undefined || !takesOverNamespace(held)) return undefined;
  return {
    scope: namespace,
    to: `namespace-admin/${namespace === '' ? '*' : namespace}`,
    along: NONE,
    through: NONE,
    rule,
    ruleIndex,
    action: 'take over everything',
    condition: 'it reads the Secrets, makes pods and gets into them or into their accounts',
    request: provingRequest(maker, rule, namespace),
  };
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
    'rbac/granted',
    `${scope}/${textOf(need)}`,
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
    '',
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
        return keysBoundBy(binding).flatMap((key) => opens.map((one) => ({ key, ...one })));
      }),
    deepEqual,
  );
}

/** Steps by what is held everywhere and completed by RoleBindings of one namespace. */
function completedSteps(view: ClusterView, namespace: string): readonly Step[] {
  const given = [...new Set(bindingsIn(view, namespace).map((one) => rulesOf(view, one) ?? NONE))];
  return openPermissions(view).flatMap(({ key, binding, held, open }) => {
    // Without a binding of this namespace there is nothing to complete.
    if (!open.some((need) => given.some((rules) => meetsNeed(rules, need, false)))) return [];
    const rules = rulesOf(view, binding) ?? [];
    const way = wayOf(view, held, rules, { namespace, roleRef: binding.roleRef });
    if (way === undefined) return [];
    const takers = new Set(open.flatMap((need) => takersOf(view, key, need, namespace)));
    return [...takers].flatMap((from) =>
      combinations(open.map((need) => givingIt(view, need, from, namespace)))
        .filter((along) => along.some((one) => one.namespace === namespace))
        .flatMap((along) => stepsBy(view, binding, from, rules, way, along)),
    );
  });
}

/**
 * The steps of one subject by one permission.
 *
 * @param rules of the binding's role
 * @param along the bindings that give what else it takes
 */
function stepsBy(
  view: ClusterView,
  binding: BindingObject,
  from: string,
  rules: readonly PolicyRule[],
  { held, offers, rule, ruleIndex, request }: Way,
  along: readonly BindingObject[],
): readonly Step[] {
  const isDefault =
    isDefaultBinding(binding, rules) && along.every((one) => isDefaultBinding(one, rulesOf(view, one) ?? []));
  const through =
    along.length === 0 ? NONE : [...new Set([binding, ...along].flatMap((one) => groupOf(view, from, one)))];
  const also = [
    ...along.map((one) => `also by ${refText(refOf(one))}`),
    ...through.map((group) => `as one of group ${group}`),
  ];
  return offers.map(({ to, condition, name }) => ({
    from,
    scope: request.namespace,
    to,
    binding,
    along,
    through,
    rule,
    ruleIndex,
    action: held.permission.allows,
    condition: also.length === 0 ? condition : [condition, ...also].filter((one) => one !== '').join(', '),
    request: name === undefined ? request : { ...request, name },
    isDefault,
  }));
}

/** The subjects of a binding, each once (`subjectKey`). */
function keysBoundBy({ subjects, namespace }: BindingObject): readonly string[] {
  const keys = subjects.flatMap((subject) => subjectKey(subject, namespace) ?? []);
  return keys.length < 2 ? keys : [...new Set(keys)];
}

/** The group by which a binding counts for a subject that it does not name. */
function groupOf(view: ClusterView, key: string, binding: BindingObject): readonly string[] {
  const named = keysBoundBy(binding);
  const held = heldKeys(view, key).find((one) => named.includes(one));
  return held === undefined || held === key ? [] : [held.slice(2)];
}

function rulesOf(view: ClusterView, binding: BindingObject): readonly PolicyRule[] | undefined {
  const role = rulesBoundBy(view, binding);
  return role.status === 'found' ? role.rules : undefined;
}

function sink(to: Sink, condition = ''): readonly Offer[] {
  return [{ to, condition }];
}

/**
 * Where a permission leads, as the cluster has it; nowhere for what leads on only with others.
 *
 * @param own the role that gives it: whoever widens that one has what it gives then
 */
function offersOf(
  view: ClusterView,
  { permission, names }: HeldPermission,
  namespace: string | null,
  own: BindingObject['roleRef'],
): readonly Offer[] {
  const accounts = (type: 'any-account' | 'running-account', condition: string): readonly Offer[] => [
    { to: `${type}/${namespace ?? '*'}`, condition },
  ];
  const isEverywhere = namespace === null;
  const isOpen = names === null;
  switch (permission.id) {
    case 'escalate-roles':
      return isOpen || (own.kind === 'Role' && names.includes(own.name))
        ? accounts('any-account', 'a bound Role there can be given any rule')
        : [];
    case 'bind': {
      if (isEverywhere && (names === null || names.some((name) => givesAll(view, name)))) return sink('cluster-admin');
      const takesOver = names === null || names.some((name) => givesNamespace(view, name));
      return [
        ...(isOpen && !isEverywhere ? accounts('any-account', 'binds a role that reaches every account there') : []),
        ...(takesOver
          ? [{ to: `namespace-admin/${namespace ?? '*'}` as const, condition: 'binds a role that gives all of it' }]
          : []),
      ];
    }
    case 'escalate':
      if (!isEverywhere) return isOpen ? accounts('any-account', 'binds a role that reaches every account there') : [];
      return names === null || (own.kind === 'ClusterRole' && names.includes(own.name)) ? sink('cluster-admin') : [];
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
    case 'write-validating-webhooks':
      return sink('secrets', 'the webhook is shown every Secret that is written');
    case 'create-pods':
    case 'write-pod-controllers':
    case 'write-jobs':
    case 'write-replication-controllers':
      if (!isOpen) return [];
      return [
        ...accounts('any-account', 'a pod may name any service account of its namespace'),
        ...(admitsPrivileged(view, namespace) ? sink('node', 'a privileged pod is root on its node') : []),
      ];
    case 'exec':
    case 'exec-by-get':
    case 'ephemeral-containers':
    case 'change-pods':
      if (!isOpen) return [];
      return [...accounts('running-account', 'the token of the pod is mounted in it'), ...escapes(view, namespace)];
    case 'mint-token-secret':
      return isOpen ? accounts('any-account', '') : [];
    case 'request-token':
    case 'impersonate-accounts':
      return names === null
        ? accounts('any-account', '')
        : names.flatMap((name) => namedAccounts(view, name, namespace));
    default:
      return [];
  }
}

/** The accounts of a name: of a namespace, or of every one that has such an account. */
function namedAccounts(view: ClusterView, name: string, namespace: string | null): readonly Offer[] {
  const has = (one: string): boolean => view.get('ServiceAccount', one, name) !== undefined;
  const places = namespace === null ? view.namespaces('ServiceAccount').filter(has) : [namespace];
  return name === '' ? [] : places.map((one) => ({ to: `any-account/${one}/${name}`, condition: '', name }));
}

/** Whether a ClusterRole gives everything. */
function givesAll(view: ClusterView, name: string): boolean {
  if (name === 'cluster-admin') return true;
  const role = rulesOfRole(view, 'ClusterRole', '', name);
  return role.status === 'found' && roleReach(role.rules, true).everything >= 0;
}

/** Whether a ClusterRole gives all of a namespace in which it is bound. */
function givesNamespace(view: ClusterView, name: string): boolean {
  if (TAKEOVER_ROLES.includes(name)) return true;
  const role = rulesOfRole(view, 'ClusterRole', '', name);
  if (role.status !== 'found') return false;
  const { everything, held } = roleReach(role.rules, false);
  return everything >= 0 || takesOverNamespace(held);
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
