/**
 * The questions that a review of permissions begins with: who reads Secrets, who creates workloads of any kind, who
 * exposes services.
 * Source: kubernetes.io/docs/concepts/security/rbac-good-practices (privilege escalation risks).
 */
import { PERMISSIONS, type Permission } from '../../kube/rbac-permissions.ts';
import { hold } from '../../kube/rbac-role-reach.ts';
import { subjectKey } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingVerdict } from './binding-verdict.ts';
import { holderOf, HOLDERS, type Holder } from './holder.ts';
import { danglingAccounts } from './service-accounts.ts';
import { boundIn, noteUnread } from './who-can.ts';

/** Objects of well-known operators that carry a pod template, or the address of one. */
const TEMPLATES_OF_OPERATORS: Permission = {
  id: 'write-operated-workloads',
  category: 'creates-workloads',
  verbs: ['create', 'update', 'patch'],
  groups: [
    'argoproj.io',
    'helm.toolkit.fluxcd.io',
    'kustomize.toolkit.fluxcd.io',
    'tekton.dev',
    'serving.knative.dev',
    'kubevirt.io',
    'ray.io',
    'sparkoperator.k8s.io',
    'jobset.x-k8s.io',
    'leaderworkerset.x-k8s.io',
    'apps.kruise.io',
  ],
  resources: [
    'applications',
    'applicationsets',
    'workflows',
    'cronworkflows',
    'rollouts',
    'helmreleases',
    'kustomizations',
    'taskruns',
    'pipelineruns',
    'services',
    'configurations',
    'virtualmachines',
    'virtualmachineinstances',
    'rayclusters',
    'rayjobs',
    'rayservices',
    'sparkapplications',
    'scheduledsparkapplications',
    'jobsets',
    'leaderworkersets',
    'clonesets',
    'statefulsets',
    'daemonsets',
  ],
  named: 'same',
  severity: { cluster: 'high', system: 'high', namespace: 'medium' },
  allows: 'let an operator create workloads',
  why: 'The operator makes pods of what the object says.',
};

export interface ReviewQuestion {
  readonly name: 'read-secrets' | 'create-workloads' | 'expose-services';
  /** To be read after "who", of one and of several. */
  readonly does: readonly [one: string, several: string];
  /** A rule with resourceNames counts for these names. */
  readonly permissions: readonly Permission[];
  /** What the answer does not see, to be said with it. */
  readonly unseen: string;
}

export const REVIEW_QUESTIONS: readonly ReviewQuestion[] = [
  {
    name: 'read-secrets',
    does: ['reads Secrets', 'read Secrets'],
    permissions: permissions('read-secrets'),
    unseen: 'whoever creates workloads can mount the Secrets of the namespace too: who-can create-workloads',
  },
  {
    name: 'create-workloads',
    does: ['creates workloads', 'create workloads'],
    permissions: [
      ...permissions('create-pods', 'write-pod-controllers', 'write-jobs', 'write-replication-controllers'),
      TEMPLATES_OF_OPERATORS,
    ],
    unseen: 'custom resources count only of operators that are well known',
  },
  {
    name: 'expose-services',
    does: ['exposes services', 'expose services'],
    permissions: permissions('write-services', 'write-service-status', 'write-endpoints', 'write-ingresses'),
    unseen: 'gateways of other API groups than gateway.networking.k8s.io do not count',
  },
];

function permissions(...ids: readonly string[]): readonly Permission[] {
  return PERMISSIONS.filter(({ id }) => ids.includes(id)).map((one) => ({ ...one, named: 'same' }));
}

/** How one subject comes to it in one scope. */
interface ReviewGrant {
  readonly binding: BindingObject;
  /** The rules that give it, in the order of the role. */
  readonly rules: readonly { readonly rule: PolicyRule; readonly ruleIndex: number }[];
  /** The names that it is limited to; null for every name. */
  readonly names: readonly string[] | null;
}

/** One subject that a question is answered by, in one scope. */
export interface ReviewRow {
  readonly subject: Subject;
  /** What it stands for (`subjectKey`). */
  readonly key: string;
  /** `default`: Kubernetes itself binds it so. */
  readonly holder: Holder | 'default';
  /** null: everywhere. */
  readonly namespace: string | null;
  readonly grants: readonly ReviewGrant[];
  /** Whether it is a service account that is not there. */
  readonly isDangling: boolean;
}

export interface ReviewAnswer {
  /** Workloads first, then people, then everybody and the system, then what Kubernetes binds; the widest first. */
  readonly rows: readonly ReviewRow[];
  /** What could not be read and might name more. */
  readonly holes: readonly string[];
}

/**
 * Who a question is answered by.
 *
 * @param namespaces whose RoleBindings count, besides the ClusterRoleBindings
 */
export function reviewAnswer(
  view: ClusterView,
  question: ReviewQuestion,
  namespaces: 'all' | readonly string[] = 'all',
): ReviewAnswer {
  const holes = new Set<string>();
  if (namespaces === 'all') noteUnread(view, holes);
  const scopes = namespaces === 'all' ? view.namespaces('RoleBinding') : namespaces;
  const [wide, narrow] = [finder(question, true), finder(question, false)];
  const rows = ['', ...scopes].flatMap((scope) => rowsIn(view, scope, scope === '' ? wide : narrow, holes));
  return { rows: rows.sort(inOrder), holes: [...holes] };
}

type Finder = (rules: readonly PolicyRule[]) => Given | undefined;

/** What rules give of what is asked; equal roles are looked at once. */
function finder(question: ReviewQuestion, isWide: boolean): Finder {
  const given = new Map<readonly PolicyRule[], Given | undefined>();
  return (rules) => {
    if (!given.has(rules)) given.set(rules, givenBy(rules, question, isWide));
    return given.get(rules);
  };
}

function rowsIn(view: ClusterView, scope: string, find: Finder, holes: Set<string>): readonly ReviewRow[] {
  const rows = new Map<string, ReviewRow>();
  for (const { binding, subjects, found } of boundIn(view, scope, find, holes)) {
    const { status, subjects: beyond } = bindingVerdict(view, binding);
    const dangling = danglingAccounts(view, subjects, scope);
    for (const subject of subjects) {
      const isDefault = status === 'default' || !beyond.includes(subject);
      const holder = isDefault ? 'default' : holderOf(subject);
      const key = subjectKey(subject, scope) ?? '';
      const before = rows.get(`${holder} ${key}`);
      if (before?.grants.at(-1)?.binding === binding) continue;
      rows.set(`${holder} ${key}`, {
        subject,
        key,
        holder,
        namespace: scope === '' ? null : scope,
        grants: [...(before?.grants ?? []), { binding, ...found }],
        isDangling: dangling.includes(subject),
      });
    }
  }
  return [...rows.values()];
}

type Given = Pick<ReviewGrant, 'rules' | 'names'>;

function givenBy(rules: readonly PolicyRule[], question: ReviewQuestion, isWide: boolean): Given | undefined {
  const held = question.permissions.flatMap((permission) => hold(rules, permission, isWide) ?? []);
  if (held.length === 0) return undefined;
  const positions = new Set(held.flatMap((one) => one.rules));
  return {
    rules: rules.flatMap((rule, ruleIndex) => (positions.has(ruleIndex) ? [{ rule, ruleIndex }] : [])),
    names: held.some(({ names }) => names === null) ? null : [...new Set(held.flatMap(({ names }) => names ?? []))],
  };
}

/** The groups of an answer, in the order of its rows. */
export const REVIEW_GROUPS = [...HOLDERS, 'default'] as const;

function inOrder(a: ReviewRow, b: ReviewRow): number {
  return (
    REVIEW_GROUPS.indexOf(a.holder) - REVIEW_GROUPS.indexOf(b.holder) ||
    Number(a.namespace !== null) - Number(b.namespace !== null) ||
    compare(a.namespace ?? '', b.namespace ?? '') ||
    compare(a.key, b.key)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How many there are, in one line: `5 subjects read Secrets, 2 in every namespace (3 accounts of workloads, …)`. */
export function reviewHeadline({ does: [one, several] }: ReviewQuestion, rows: readonly ReviewRow[]): string {
  const counts = HOLDERS.map((holder) => [subjectCount(rows, [holder]), HOLDER_TEXTS[holder]] as const);
  const all = subjectCount(rows, HOLDERS);
  const wide = subjectCount(
    rows.filter(({ namespace }) => namespace === null),
    HOLDERS,
  );
  const defaults = subjectCount(rows, ['default']);
  const besides = defaults === 0 ? '' : `; ${defaults} more as Kubernetes itself binds them`;
  if (all === 0) return `no binding beyond those of Kubernetes itself lets anybody ${several}${besides}`;
  const parts = counts.filter(([count]) => count > 0).map(([count, texts]) => `${count} ${texts[count === 1 ? 0 : 1]}`);
  return `${all} ${all === 1 ? `subject ${one}` : `subjects ${several}`}, ${wide} in every namespace (${parts.join(', ')})${besides}`;
}

const HOLDER_TEXTS: Readonly<Record<Holder, readonly [one: string, several: string]>> = {
  workload: ['service account', 'service accounts'],
  person: ['user or group', 'users and groups'],
  system: ['of everybody or the system', 'of everybody or the system'],
};

function subjectCount(rows: readonly ReviewRow[], holders: readonly ReviewRow['holder'][]): number {
  return new Set(rows.flatMap(({ holder, key }) => (holders.includes(holder) ? [key] : []))).size;
}
