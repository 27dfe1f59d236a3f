/**
 * Whether what a binding gives was used, by the audit log. The API server names the binding that allowed a request
 * (`authorization.k8s.io/reason`), but only the first one: ClusterRoleBindings before RoleBindings, each in order of name
 * (pkg/registry/rbac/validation/rule.go VisitRulesFor).
 */
import { dayText } from '../../kube/age.ts';
import { parseGrantReason } from '../../kube/audit-reason.ts';
import { neverNamed } from '../../kube/rbac-inert.ts';
import { ruleAllows, type RequestAttributes } from '../../kube/rbac-rule.ts';
import { subjectKey, userKeys } from '../../kube/rbac-user.ts';
import type { AuditUse } from '../../model/audit-state.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rulesBoundBy } from './policy.ts';

export interface GrantUsage {
  /**
   * used: the server named this binding; shadowed: another one answered first for what this one allows too; unused: not
   * observed, in a log that holds such requests; not-logged: the log cannot tell; no-log: there is none.
   */
  readonly status: 'used' | 'shadowed' | 'unused' | 'not-logged' | 'no-log';
  /** Of the last use, in milliseconds since the epoch. */
  readonly last: number | null;
  /** User name of the last use. */
  readonly by: string | null;
  /** What the log spans, in milliseconds since the epoch. */
  readonly window: { readonly from: number; readonly to: number } | null;
}

interface UsageIndex {
  readonly byBinding: ReadonlyMap<string, AuditUse>;
  /** By user and by group (`subjectKey`). */
  readonly bySubject: ReadonlyMap<string, readonly AuditUse[]>;
  /** `verb group resource/sub` that the log holds of anybody. */
  readonly logged: ReadonlySet<string>;
  readonly window: GrantUsage['window'];
  /** Whether all of the window was read: no gap, and every kind of request kept. */
  readonly isComplete: boolean;
}

/** What the audit log says of a binding. */
export function grantUsage(view: ClusterView, binding: BindingObject): GrantUsage {
  const index = usageIndex(view);
  const { window } = index;
  if (window === null) return { status: 'no-log', last: null, by: null, window };
  const found = (status: 'used' | 'shadowed', { last, username }: AuditUse): GrantUsage => ({
    status,
    last,
    by: username,
    window,
  });
  const own = index.byBinding.get(bindingKeyOf(binding));
  if (own !== undefined) return found('used', own);
  const role = rulesBoundBy(view, binding);
  if (role.status !== 'found') return { status: 'not-logged', last: null, by: null, window };
  const shadowed = latest(usesAllowedBy(index, binding, role.rules));
  if (shadowed !== undefined) return found('shadowed', shadowed);
  const mayBeUsed = usesAllowedBy(index, binding, ofAnyName(role.rules)).some((use) => use.names === null);
  const isTold = index.isComplete && !mayBeUsed && role.rules.every((rule) => isLogged(index, rule));
  return { status: isTold ? 'unused' : 'not-logged', last: null, by: null, window };
}

/** `used 3 d ago by …` in words: never "unused", only "not observed in" what the log spans. */
export function usageText({ status, last, by, window }: GrantUsage): string {
  const day = (time: number | null): string => dayText(time ?? 0);
  const span = window === null ? '' : `${day(window.from)} to ${day(window.to)}`;
  switch (status) {
    case 'used':
      return `used, last on ${day(last)} by ${by}`;
    case 'shadowed':
      return `another binding answered first, last on ${day(last)} for ${by}`;
    case 'unused':
      return `not observed in ${span}`;
    case 'not-logged':
      return `unknown: the log of ${span} does not hold all such requests`;
    case 'no-log':
      return 'unknown: no audit log';
  }
}

/** What a log spans and whether it is whole; window null without a log. */
export function logWindow(view: ClusterView): Pick<UsageIndex, 'window' | 'isComplete'> {
  return usageIndex(view);
}

/** Requests that were allowed to users or groups, whatever allowed them, each once. */
export function usesOf(view: ClusterView, subjects: Iterable<string>): readonly AuditUse[] {
  const { bySubject } = usageIndex(view);
  return [...new Set([...subjects].flatMap((key) => bySubject.get(key) ?? []))];
}

/** Whether the log holds all requests that these rules allow some subjects, so that what it does not show was not used. */
export function tellsAll(view: ClusterView, rules: readonly PolicyRule[], subjects: Iterable<string>): boolean {
  const index = usageIndex(view);
  const mayBeUsed = usesOf(view, subjects).some((use) => use.names === null && allowsUse(ofAnyName(rules), use));
  return index.isComplete && !mayBeUsed && rules.every((rule) => isLogged(index, rule));
}

/** Where many names were asked for, those that a rule lists may have been among them. */
function ofAnyName(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return rules.map(({ resourceNames: _names, ...rule }) => rule);
}

function allowsUse(rules: readonly PolicyRule[], use: AuditUse): boolean {
  return requestsOf(use).some((request) => rules.some((rule) => ruleAllows(rule, request)));
}

/**
 * A use as the requests that the authorizer was asked; one for each name that is known. The log names what was created,
 * the authorizer was asked without (k8s.io/apiserver pkg/audit/request.go LogRequestObject).
 */
export function requestsOf(use: AuditUse): readonly RequestAttributes[] {
  if (use.path !== null) return [{ type: 'path', verb: use.verb, path: use.path }];
  const { verb, apiGroup: group, resource, subresource, namespace } = use;
  const request = { type: 'resource', verb, group, resource, subresource, namespace } as const;
  const names = neverNamed(verb, subresource) ? [''] : (use.names ?? ['']);
  return names.map((name) => ({ ...request, name }));
}

function usageIndex(view: ClusterView): UsageIndex {
  return view.derive('rbac/usage', '', (inner) => {
    const { uses, usesAreComplete, coverage } = inner.audit();
    const byBinding = new Map<string, AuditUse>();
    const bySubject = new Map<string, AuditUse[]>();
    const logged = new Set<string>();
    for (const use of uses) {
      const grant = parseGrantReason(use.reason);
      if (grant === null) continue;
      const key = `${grant.bindingKind}/${grant.namespace}/${grant.binding}/${grant.roleKind}/${grant.role}`;
      const before = byBinding.get(key);
      if (before === undefined || before.last < use.last) byBinding.set(key, use);
      for (const subject of userKeys({ name: use.username, groups: use.groups })) {
        const list = bySubject.get(subject);
        if (list === undefined) bySubject.set(subject, [use]);
        else list.push(use);
      }
      logged.add(loggedKey(use.verb, use.apiGroup, use.resource, use.subresource));
    }
    const { first, last, gaps, contradiction } = coverage;
    return {
      byBinding,
      bySubject,
      logged,
      window: first === null || last === null ? null : { from: first, to: last },
      isComplete: usesAreComplete && gaps.length === 0 && contradiction === null,
    };
  });
}

function bindingKeyOf({ kind, namespace, name, roleRef }: BindingObject): string {
  return `${kind}/${namespace}/${name}/${roleRef.kind}/${roleRef.name}`;
}

/** Requests of the binding's subjects that its rules allow, whatever binding answered. */
function usesAllowedBy(
  { bySubject }: UsageIndex,
  binding: BindingObject,
  rules: readonly PolicyRule[],
): readonly AuditUse[] {
  const uses = new Set(
    binding.subjects.flatMap((subject) => bySubject.get(subjectKey(subject, binding.namespace) ?? '') ?? []),
  );
  return [...uses].filter(
    (use) =>
      (binding.namespace === '' || (use.path === null && use.namespace === binding.namespace)) && allowsUse(rules, use),
  );
}

function latest(uses: readonly AuditUse[]): AuditUse | undefined {
  return uses.reduce<AuditUse | undefined>(
    (best, use) => (best === undefined || use.last > best.last ? use : best),
    undefined,
  );
}

/** Whether the log holds requests of every kind that a rule allows; of a star nobody can tell. */
function isLogged({ logged }: UsageIndex, rule: PolicyRule): boolean {
  const resources = rule.resources ?? [];
  if (resources.length === 0) return false;
  const names = [...rule.verbs, ...(rule.apiGroups ?? []), ...resources];
  if (names.some((name) => name.includes('*'))) return false;
  return rule.verbs.every((verb) =>
    (rule.apiGroups ?? []).every((group) =>
      resources.every((full) => {
        const [resource = '', subresource = ''] = full.split('/');
        return logged.has(loggedKey(verb, group, resource, subresource));
      }),
    ),
  );
}

function loggedKey(verb: string, group: string, resource: string, subresource: string): string {
  return `${verb} ${group} ${resource}/${subresource}`;
}
