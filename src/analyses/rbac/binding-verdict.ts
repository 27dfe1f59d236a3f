import type { Category } from '../../kube/rbac-permissions.ts';
import { meetsNeed, roleReach, type HeldPermission, type RoleReach } from '../../kube/rbac-role-reach.ts';
import { rulesBeyondBootstrap, subjectsBeyondBootstrap } from '../../kube/rbac-bootstrap.ts';
import {
  ALL_SERVICE_ACCOUNTS,
  ANONYMOUS,
  AUTHENTICATED,
  subjectKey,
  SYSTEM_MASTERS,
  UNAUTHENTICATED,
} from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { exposedHolders } from './exposed-accounts.ts';
import { generalised, type GrantContext, type JudgedGrant, type JudgedPermission } from './general-grants.ts';
import { atMost, inContext, type Everyone } from './grant-severity.ts';
import { isInVersion, namedSeverity, needIsMet, serverMinor } from './permission-context.ts';
import { bindingsIn, rulesBoundBy, subjectIndex } from './policy.ts';
import { bindingSurroundings } from './binding-surroundings.ts';
import { heldParameters } from './policy-parameters.ts';
import { danglingAccounts } from './service-accounts.ts';

export interface BindingVerdict {
  /**
   * default: as upstream ships it; nobody: no subject that could stand for anybody; missing: the role is not there;
   * unknown: the role could not be read.
   */
  readonly status: 'judged' | 'default' | 'nobody' | 'missing' | 'unknown';
  /** Why it is unknown; '' else. */
  readonly reason: string;
  /** null: everywhere. */
  readonly namespace: string | null;
  /** Subjects that upstream does not bind here. */
  readonly subjects: readonly Subject[];
  /** Those of them that are service accounts which do not exist; of a `default` binding nobody asks. */
  readonly dangling: readonly Subject[];
  /** The widest group among them. */
  readonly everyone: Everyone | null;
  /** Whether somebody outside reaches a workload that is one of them; only looked for where it gives anything. */
  readonly isExposed: boolean;
  readonly rules: readonly PolicyRule[];
  /** What findings are made of: the most general only. */
  readonly grants: readonly JudgedGrant[];
  /** Every category that it gives, those that a more general one stands for too. */
  readonly categories: readonly Category[];
}

const EMPTY: readonly never[] = [];
const NOTHING_GIVEN = {
  reason: '',
  dangling: EMPTY,
  everyone: null,
  isExposed: false,
  rules: EMPTY,
  grants: EMPTY,
  categories: EMPTY,
} as const;
/** What equal roles give in equal contexts is one object: 40,000 bindings share a few thousand. */
const SHARED = new WeakMap<readonly PolicyRule[], Map<string, Judgement>>();

/** The verdict that a computation asked for last. */
interface LastVerdict {
  binding?: BindingObject;
  verdict?: BindingVerdict;
}

/** Judges one binding: what it gives, to whom, where. The rules of a binding, which ask in turn, share it. */
export function bindingVerdict(view: ClusterView, binding: BindingObject): BindingVerdict {
  const last = view.once<LastVerdict>('rbac/last-verdict', () => ({}));
  if (last.verdict !== undefined && last.binding === binding) return last.verdict;
  const verdict = verdictOf(view, binding);
  last.binding = binding;
  last.verdict = verdict;
  return verdict;
}

/** Whether a binding gives nobody but upstream's subjects nothing but upstream's rules. */
export function isDefaultBinding(binding: BindingObject, rules: readonly PolicyRule[]): boolean {
  return subjectsBeyondBootstrap(binding)?.length === 0 && beyondUpstream(binding, rules).length === 0;
}

function verdictOf(view: ClusterView, binding: BindingObject): BindingVerdict {
  const namespace = binding.namespace === '' ? null : binding.namespace;
  const extra = subjectsBeyondBootstrap(binding);
  const role = rulesBoundBy(view, binding);
  const isDefault = extra !== undefined && extra.length === 0;
  const subjects = ofSomebody(extra ?? binding.subjects, binding.namespace);
  if (role.status !== 'found') {
    const status = isDefault && role.status === 'unknown' ? 'default' : role.status;
    const reason = role.status === 'unknown' ? role.reason : '';
    const dangling = status === 'default' ? EMPTY : danglingAccounts(view, subjects, binding.namespace);
    return { ...NOTHING_GIVEN, status, reason, namespace, subjects, dangling };
  }
  const rules = isDefault ? beyondUpstream(binding, role.rules) : role.rules;
  const judged = isDefault ? binding.subjects : subjects;
  if (isDefault && rules.length === 0)
    return { ...NOTHING_GIVEN, status: 'default', namespace, subjects, rules: role.rules };
  if (judged.length === 0) return { ...NOTHING_GIVEN, status: 'nobody', namespace, subjects: judged, rules };
  if (judged.every(isSystemMasters)) return { ...NOTHING_GIVEN, status: 'judged', namespace, subjects: judged, rules };
  const everyone = widest(judged);
  const dangling = danglingAccounts(view, judged, binding.namespace);
  const isWide = namespace === null;
  const reach = roleReach(rules, isWide);
  const parameters = heldParameters(bindingSurroundings(view, binding.namespace).parameters, rules, isWide);
  if (isHarmless(reach) && parameters.length === 0) {
    return { ...NOTHING_GIVEN, status: 'judged', namespace, subjects: judged, dangling, everyone, rules };
  }
  // Of everybody it is no matter whether some of them are exposed.
  const isExposed =
    everyone === null && judged.some((subject) => exposedHolders(view, subject, binding.namespace).length > 0);
  const isDangling = dangling.length === judged.length;
  const context = { view, binding, rules, judged, everyone, isExposed, isDangling, isWide };
  const { grants, categories } = judgement(context, reach, parameters);
  return {
    status: 'judged',
    reason: '',
    namespace,
    subjects: judged,
    dangling,
    everyone,
    isExposed,
    rules,
    grants,
    categories,
  };
}

/** Without those that match nobody, which hardly any binding has. */
function ofSomebody(subjects: readonly Subject[], bindingNamespace: string): readonly Subject[] {
  const isSomebody = (one: Subject): boolean => subjectKey(one, bindingNamespace) !== undefined;
  return subjects.every(isSomebody) ? subjects : subjects.filter(isSomebody);
}

function isHarmless({ everything, held, wildcards }: RoleReach): boolean {
  return everything < 0 && held.length === 0 && wildcards.length === 0;
}

interface Context extends GrantContext {
  readonly view: ClusterView;
  readonly judged: readonly Subject[];
}

interface Judgement {
  readonly grants: readonly JudgedGrant[];
  readonly categories: readonly Category[];
}

function judgement(context: Context, reach: RoleReach, parameters: readonly HeldPermission[]): Judgement {
  const { rules, isWide, binding, everyone, isExposed, isDangling } = context;
  if (parameters.length > 0) return judgeAll(context, { ...reach, held: [...reach.held, ...parameters] });
  const minor = serverMinor(context.view);
  let shared = SHARED.get(rules);
  if (shared === undefined) SHARED.set(rules, (shared = new Map()));
  const scope = isWide ? 'cluster' : binding.namespace === 'kube-system' ? 'system' : 'namespace';
  const key = `${scope}/${everyone}/${isExposed}/${isDangling}/${minor}`;
  const known = shared.get(key);
  if (known !== undefined) return known;
  const found = judgeAll(context, reach);
  // What other objects decide too belongs to this binding alone.
  if (reach.held.every((held) => decidesAlone(held, rules, isWide))) shared.set(key, found);
  return found;
}

/** Whether nothing but the rules decides about a permission: no condition that other objects may meet, no name of one. */
function decidesAlone({ permission, names }: HeldPermission, rules: readonly PolicyRule[], isWide: boolean): boolean {
  const { needs = [], named, isOfNamespace } = permission;
  if (names !== null && (named.includes('the-role') || isOfNamespace === true)) return false;
  return needs.every((need) => meetsNeed(rules, need, isWide));
}

function judgeAll(context: Context, reach: RoleReach): Judgement {
  const permissions = reach.held.flatMap((held) => judge(context, held) ?? []);
  const grants = generalised(context, reach, permissions);
  const categories = [...grants.map((one) => one.category), ...permissions.map((one) => one.permission.category)];
  return { grants, categories: [...new Set(categories)] };
}

function beyondUpstream(binding: BindingObject, rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const namespace = binding.roleRef.kind === 'Role' ? binding.namespace : '';
  return rulesBeyondBootstrap(namespace, binding.roleRef.name, rules);
}

/** Allowed before any authorizer is asked, so that no binding gives it anything (pkg/kubeapiserver/authorizer/reload.go). */
function isSystemMasters({ kind, name }: Subject): boolean {
  return kind === 'Group' && name === SYSTEM_MASTERS;
}

function widest(subjects: readonly Subject[]): Everyone | null {
  if (subjects.every((one) => one.kind === 'ServiceAccount')) return null;
  const has = (kind: string, name: string): boolean => subjects.some((one) => one.kind === kind && one.name === name);
  if (has('Group', UNAUTHENTICATED) || has('User', ANONYMOUS)) return 'unauthenticated';
  if (has('Group', AUTHENTICATED)) return 'authenticated';
  return has('Group', ALL_SERVICE_ACCOUNTS) ? 'service accounts' : null;
}

function judge(context: Context, held: HeldPermission): JudgedPermission | undefined {
  const { permission, names } = held;
  const { namespace } = context.binding;
  if (!isInVersion(permission, serverMinor(context.view))) return undefined;
  if (!context.isWide && permission.namespaces !== undefined && !permission.namespaces.includes(namespace)) {
    return undefined;
  }
  const isOther = permission.isOfNamespace === true && names?.includes(namespace) === false;
  if (!context.isWide && isOther) return undefined;
  const where = context.isWide ? null : namespace;
  const isComplete = (permission.needs ?? []).every(
    (need) =>
      needIsMet(context.view, context.rules, need, where) ||
      otherRules(context).some(({ rules, isWide }) => meetsNeed(rules, need, isWide)),
  );
  if (!isComplete && permission.isNothingAlone === true) return undefined;
  const { cluster, system, namespace: inOne } = permission.severity;
  const base = context.isWide ? cluster : namespace === 'kube-system' ? system : inOne;
  const named = names === null ? base : namedSeverity(context.view, permission, names, base, context.isWide);
  return { ...held, severity: inContext(context, isComplete ? named : atMost(named, 'low')), isComplete };
}

/** Rules that the same subjects hold through other bindings, in this scope or wider. */
function otherRules({
  view,
  binding,
  judged,
}: Context): readonly { readonly rules: readonly PolicyRule[]; readonly isWide: boolean }[] {
  const scopes = binding.namespace === '' ? ['', ...view.namespaces('RoleBinding')] : ['', binding.namespace];
  const keys = judged.map((subject) => subjectKey(subject, binding.namespace) ?? '');
  return scopes.flatMap((scope) => {
    const index = subjectIndex(view, scope);
    return keys.flatMap((key) =>
      (index.get(key) ?? []).flatMap((other) => {
        const role = rulesBoundBy(view, other);
        return role.status === 'found' && other !== binding
          ? [{ rules: role.rules, isWide: other.namespace === '' }]
          : [];
      }),
    );
  });
}

/** Every binding of the cluster with its verdict, ClusterRoleBindings first. */
export function* allVerdicts(view: ClusterView): Generator<readonly [BindingObject, BindingVerdict]> {
  for (const namespace of ['', ...view.namespaces('RoleBinding')]) {
    for (const binding of bindingsIn(view, namespace)) yield [binding, bindingVerdict(view, binding)];
  }
}
