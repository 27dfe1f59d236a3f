/**
 * What a binding lets its subjects do on the way to more, as edges of the escalation graph.
 * Sources: kubernetes.io/docs/concepts/security/rbac-good-practices (privilege escalation risks); the conditions are
 * those of `kube/rbac-permissions`.
 */
import { rulesOfBinding } from '../../kube/authorizer.ts';
import type { ResourceAttributes } from '../../kube/rbac-rule.ts';
import { roleReach, type HeldPermission } from '../../kube/rbac-role-reach.ts';
import { SYSTEM_MASTERS, subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { isDefaultBinding } from './binding-verdict.ts';
import { isInVersion, needIsMet, serverMinor } from './permission-context.ts';
import { admitsPrivileged, anyEscapingPods, escapingPods } from './pod-escape.ts';
import { bindingsIn, rulesOfRole } from './policy.ts';

export type Sink = 'cluster-admin' | 'node' | 'secrets';

/** Signers whose certificates stand for any user, not for nodes only. */
const ANY_IDENTITY: readonly string[] = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

/** Where a step leads: a sink, or some account of a namespace (`*`: of any), of a running pod there or not. */
export type Place = Sink | `any-account/${string}` | `running-account/${string}`;

export interface Step {
  /** `subjectKey` of who takes it. */
  readonly from: string;
  readonly to: Place;
  readonly binding: BindingObject;
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

/** The steps that bindings of one namespace ('' for ClusterRoleBindings) offer. */
export function stepsIn(view: ClusterView, namespace: string): readonly Step[] {
  return view.derive(
    `rbac/steps/${namespace}`,
    (inner) => bindingsIn(inner, namespace).flatMap((binding) => stepsOf(inner, binding)),
    deepEqual,
  );
}

interface Offer {
  readonly to: Place;
  readonly condition: string;
}

function stepsOf(view: ClusterView, binding: BindingObject): readonly Step[] {
  const role = rulesOfBinding({ rulesOf: (kind, at, name) => rulesOfRole(view, kind, at, name) }, binding);
  if (role.status !== 'found') return [];
  const isWide = binding.namespace === '';
  const reach = roleReach(role.rules, isWide);
  if (reach.held.length === 0 && reach.everything < 0) return [];
  const isDefault = isDefaultBinding(binding, role.rules);
  const froms = binding.subjects.flatMap((subject) => subjectKey(subject, binding.namespace) ?? []);
  const common = { binding, isDefault };
  const found: Omit<Step, 'from'>[] = [];
  if (reach.everything >= 0 && isWide) {
    const rule = role.rules[reach.everything];
    if (rule !== undefined) {
      const request = requestOf('*', '*', '*', '', '');
      found.push({
        ...common,
        rule,
        ruleIndex: reach.everything,
        to: 'cluster-admin',
        action: 'do everything',
        condition: '',
        request,
      });
    }
  } else {
    for (const held of reach.held) {
      if (!isUsable(view, role.rules, held, isWide ? null : binding.namespace)) continue;
      const at = held.rules[0] ?? 0;
      const rule = role.rules[at];
      if (rule === undefined) continue;
      for (const { to, condition } of offers(view, held, isWide ? null : binding.namespace)) {
        const request = provingRequest(held, rule, binding.namespace);
        found.push({ ...common, rule, ruleIndex: at, to, action: held.permission.allows, condition, request });
      }
    }
  }
  return froms.flatMap((from) => found.map((step) => ({ from, ...step })));
}

function isUsable(
  view: ClusterView,
  rules: readonly PolicyRule[],
  { permission }: HeldPermission,
  namespace: string | null,
): boolean {
  if (!isInVersion(permission, serverMinor(view))) return false;
  return (permission.needs ?? []).every((need) => needIsMet(view, rules, need, namespace));
}

function sink(to: Sink, condition = ''): readonly Offer[] {
  return [{ to, condition }];
}

/** The edges that a permission is; none for what leads nowhere by itself. */
function offers(view: ClusterView, { permission, names }: HeldPermission, namespace: string | null): readonly Offer[] {
  const accounts = (type: 'any-account' | 'running-account', condition: string): readonly Offer[] => [
    { to: `${type}/${namespace ?? '*'}`, condition },
  ];
  const isEverywhere = namespace === null;
  const isOpen = names === null;
  switch (permission.id) {
    case 'escalate-roles':
      return isOpen ? accounts('any-account', 'a bound Role there can be given any rule') : [];
    case 'bind':
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
        ...(admitsPrivileged(view, namespace) ? sink('node', 'a privileged pod is root on its node') : []),
      ];
    case 'exec':
    case 'exec-by-get':
    case 'ephemeral-containers':
    case 'change-pods':
      if (!isOpen) return [];
      return [...accounts('running-account', 'the token of the pod is mounted in it'), ...escapes(view, namespace)];
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
