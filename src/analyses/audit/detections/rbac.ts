import type { AuditBodyFacts } from '../../../model/audit-event.ts';
import { BOOTSTRAP_ROLES } from '../../../kube/rbac-bootstrap-policy.ts';
import type { AuditRequest } from '../request.ts';
import { BURST_SPAN, hit, hitAt, levels, single, type Detection, type Detector, type Hit } from './detection.ts';

const BINDINGS = ['rolebindings', 'clusterrolebindings'] as const;
const ROLES = ['roles', 'clusterroles'] as const;
const WRITE_VERBS = ['create', 'update', 'patch'] as const;
const ALL_WRITES = [...WRITE_VERBS, 'delete', 'deletecollection'] as const;

/** Roles of the server's own that charts bind all the time and that give next to nothing. */
const HARMLESS_SYSTEM_ROLES = new Set([
  'system:auth-delegator',
  'system:basic-user',
  'system:discovery',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
  'system:monitoring',
]);
const RBAC_DUTY =
  /^(?:system:apiserver|system:serviceaccount:kube-system:(?:clusterrole-aggregation-controller|namespace-controller|generic-garbage-collector))$/;
const WORKLOADS = new Set(['pods', 'deployments', 'daemonsets', 'statefulsets', 'replicasets', 'jobs', 'cronjobs']);

function isRbacDuty({ principal }: AuditRequest): boolean {
  return RBAC_DUTY.test(principal.actor.username);
}

/** A deployer known only by its usual name is trusted with less than one that the config names. */
function trusted(request: AuditRequest, found: Hit | null): Hit | null {
  const isKnownByName = request.principal.role === 'deployer' && !request.principal.isConfigured;
  return found !== null && isKnownByName && found.severity === 'info' ? { ...found, severity: 'medium' } : found;
}

type Rules = NonNullable<AuditBodyFacts['rules']>;

function isEscalating(rule: Rules[number]): boolean {
  const has = (list: readonly string[], ...names: string[]): boolean =>
    list.includes('*') || names.some((name) => list.includes(name));
  if (rule.verbs.some((verb) => ['escalate', 'bind', 'impersonate'].includes(verb))) return true;
  if (has(rule.apiGroups, '')) {
    if (has(rule.resources, 'pods/exec', 'pods/attach', 'serviceaccounts/token') && has(rule.verbs, 'create'))
      return true;
    if (has(rule.resources, 'pods/exec', 'nodes/proxy') && has(rule.verbs, 'get')) return true;
  }
  const isRbac = has(rule.apiGroups, 'rbac.authorization.k8s.io');
  return isRbac && has(rule.resources, ...ROLES, ...BINDINGS) && has(rule.verbs, ...WRITE_VERBS);
}

/** Of no Secret in particular: a list has the empty name, which a rule may list as well. */
function readsSecrets({ resourceNames: names, resources, apiGroups, verbs }: Rules[number]): boolean {
  const reading = names.length === 0 ? ['get', 'list', 'watch', '*'] : ['list', 'watch', '*'];
  return (
    (names.length === 0 || names.includes('')) &&
    (resources.includes('secrets') || resources.includes('*')) &&
    apiGroups.some((group) => group === '' || group === '*') &&
    verbs.some((verb) => reading.includes(verb))
  );
}

function bindsAdmin(request: AuditRequest): Hit | null {
  const binding = request.event.body?.binding;
  if (binding === null || binding === undefined || !request.isWrite || isRbacDuty(request)) return null;
  const role = binding.roleName;
  const what = `bound ${role} to ${
    binding.subjects
      .map((one) => one.name)
      .slice(0, 3)
      .join(', ') || 'nobody'
  } with`;
  const isWide = request.topic === 'clusterrolebindings';
  if (role === 'cluster-admin' && isWide) {
    return trusted(request, hit(levels('critical info critical critical critical critical critical'), request, what));
  }
  if (role === 'cluster-admin') {
    return trusted(request, hit(levels('high info critical high critical critical critical'), request, what));
  }
  if (role === 'admin') {
    const of = isWide
      ? levels('high info critical high critical critical critical')
      : levels('medium info high medium critical high critical');
    return trusted(request, hit(of, request, what));
  }
  if (!role.startsWith('system:')) return null;
  return HARMLESS_SYSTEM_ROLES.has(role)
    ? hit(levels('low info medium low high low critical'), request, what)
    : trusted(request, hit(levels('high info critical high critical critical critical'), request, what));
}

function writesWildcards(request: AuditRequest): Hit | null {
  const rules = request.event.body?.rules;
  if (rules === null || rules === undefined || !request.isWrite || isRbacDuty(request)) return null;
  const wild = rules.filter((rule) => rule.verbs.includes('*') || rule.resources.includes('*'));
  if (wild.length === 0) return null;
  const isTotal = wild.some(
    (rule) =>
      rule.verbs.includes('*') &&
      rule.resources.includes('*') &&
      rule.apiGroups.some((one) => one === '*' || one === ''),
  );
  const of =
    isTotal && request.topic === 'clusterroles'
      ? levels('high info critical high critical critical critical')
      : levels('medium info high medium critical high critical');
  const found = hit(of, request, `wrote ${isTotal ? 'all verbs on all resources' : 'wildcards'} into`);
  return isTotal ? trusted(request, found) : found;
}

function escalates(request: AuditRequest): Hit | null {
  const rules = request.event.body?.rules;
  if (rules === null || rules === undefined || !request.isWrite || isRbacDuty(request)) return null;
  const isWide = request.topic === 'clusterroles';
  if (rules.some(isEscalating)) {
    const of = isWide
      ? levels('high info critical high critical critical critical')
      : levels('medium info high medium critical high critical');
    return hit(of, request, 'wrote permissions to escalate into');
  }
  if (!rules.some(readsSecrets)) return null;
  const of = isWide ? 'medium info high medium critical high critical' : 'low info medium low critical high critical';
  return hit(levels(of), request, 'wrote permission to read Secrets into');
}

/** An RBAC change, then a workload of the same user: the two halves of hiding in a new account. */
function createChangeThenWorkload(): Detector {
  const changes = new Map<string, number>();
  return (request) => {
    if (request.outcome !== 'done' || !request.isWrite) return null;
    const { time } = request.event;
    const actor = request.principal.actor.name;
    if (!WORKLOADS.has(request.topic)) {
      if (changes.size > 5000) changes.clear();
      if (!isRbacDuty(request)) changes.set(actor, time);
      return null;
    }
    const before = changes.get(actor);
    if (before === undefined || time < before || time - before > BURST_SPAN || request.verb.startsWith('delete'))
      return null;
    const seconds = Math.round((time - before) / 1000);
    return hit(levels('low info high medium high - critical'), request, `${seconds} s after an RBAC change wrote`);
  };
}

export const RBAC_DETECTIONS: readonly Detection[] = [
  single({
    name: 'cluster-admin-bound',
    summary: 'binding to cluster-admin, admin or a system role',
    advice: 'Remove the binding unless somebody can name the reason; look at what its subjects did since.',
    technique: 'T1098.006',
    level: 'Request',
    blind: 'which role a binding gives',
    verbs: WRITE_VERBS,
    topics: BINDINGS,
    test: bindsAdmin,
  }),
  single({
    name: 'system-role-changed',
    summary: 'system: role written or deleted',
    advice: 'Roles of the server itself change with its version only; auto-reconciliation puts them back at a restart.',
    technique: 'T1098',
    level: 'Metadata',
    blind: 'what was changed',
    verbs: ALL_WRITES,
    topics: ROLES,
    test: (request) => {
      if (!request.isWrite || !request.name.startsWith('system:') || request.name === 'system:coredns') return null;
      if (isRbacDuty(request)) return null;
      const of = Object.hasOwn(BOOTSTRAP_ROLES, `${request.namespace}/${request.name}`)
        ? levels('high high critical high critical high critical')
        : levels('medium info high medium critical medium critical');
      return hit(of, request, request.verb.startsWith('delete') ? 'deleted' : 'wrote');
    },
  }),
  single({
    name: 'role-escalation',
    summary:
      'role written that holds dangerous permissions (escalate, bind, impersonate, pods/exec, tokens, nodes/proxy, secrets)',
    advice: 'Whoever is bound to the role can gain more than it says: name the resources, or drop the verbs.',
    technique: 'T1098.006',
    level: 'Request',
    blind: 'everything: rules are in bodies',
    verbs: WRITE_VERBS,
    topics: ROLES,
    test: escalates,
  }),
  single({
    name: 'wildcard-role-created',
    summary: 'role written with * in verbs or resources',
    advice: 'A wildcard covers what will be installed tomorrow too: list the verbs and resources that are used.',
    technique: 'T1098.006',
    level: 'Request',
    blind: 'everything: rules are in bodies',
    verbs: WRITE_VERBS,
    topics: ROLES,
    test: writesWildcards,
  }),
  single({
    name: 'service-account-changed-rbac',
    summary: 'a service account writes RBAC objects',
    advice: 'Few programs have a reason to: name those in `deployers`, take the permission from the others.',
    technique: 'T1098',
    level: 'Metadata',
    blind: 'what was granted',
    verbs: ALL_WRITES,
    topics: [...BINDINGS, ...ROLES],
    test: (request) => {
      const { role, namespace } = request.principal;
      if (!request.isWrite || (role !== 'workload' && role !== 'system' && role !== 'deployer')) return null;
      const severity = role === 'workload' ? (namespace === request.namespace ? 'medium' : 'high') : 'medium';
      return hitAt(role === 'deployer' ? 'info' : severity, request, 'as a service account wrote');
    },
  }),
  single({
    name: 'binding-changed',
    summary: 'any role binding written or deleted',
    advice: 'Expected of administrators; compare with what was asked for.',
    technique: 'T1098.006',
    level: 'Metadata',
    blind: 'the role and the subjects',
    verbs: ALL_WRITES,
    topics: BINDINGS,
    test: (request) => {
      if (!request.isWrite || isRbacDuty(request)) return null;
      return hit(
        levels('info info medium low high medium critical'),
        request,
        request.verb.startsWith('delete') ? 'deleted' : 'wrote',
      );
    },
  }),
  {
    name: 'rbac-change-then-workload',
    summary: 'RBAC change followed by a workload change of the same user',
    advice: 'Every installation looks so; from an account that installs nothing it is an intruder settling in.',
    technique: 'T1098',
    level: 'Metadata',
    blind: '',
    verbs: WRITE_VERBS,
    topics: [...BINDINGS, ...ROLES, ...WORKLOADS],
    isPattern: true,
    create: createChangeThenWorkload,
  },
];
