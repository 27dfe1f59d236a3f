/**
 * Rules that can never match a request: `pods/*` is no wildcard (only `*` and `*\/sub` are), and create, deletecollection
 * and unfiltered list and watch carry no name that resourceNames could match (evaluation_helpers.go, requestinfo.go).
 */
import { rulesBeyondBootstrap } from '../../kube/rbac-bootstrap.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { PolicyRule, RoleObject } from '../../model/objects.ts';
import { rule, type Rule } from '../rule.ts';

const NAMELESS = new Set(['create', 'deletecollection']);

/** Why the rule never matches; undefined where it may. */
function inertBecause(one: PolicyRule): string | undefined {
  const resources = one.resources ?? [];
  if (resources.length > 0 && resources.every((resource) => resource !== '*' && resource.endsWith('/*'))) {
    return `${resources.join(', ')} matches nothing: only * and */subresource are wildcards`;
  }
  const names = one.resourceNames ?? [];
  // The empty name is that of a request without one.
  const isNamed = names.length > 0 && !names.includes('');
  const isTopLevel = resources.every((resource) => resource !== '*' && !resource.includes('/'));
  if (isNamed && isTopLevel && one.verbs.length > 0 && one.verbs.every((verb) => NAMELESS.has(verb))) {
    return `${one.verbs.join(' and ')} carry no name, so that a rule with resourceNames never allows them`;
  }
  return undefined;
}

function check(role: RoleObject): readonly FindingDraft[] {
  if (rulesBeyondBootstrap(role.namespace, role.name, role.rules).length === 0) return [];
  return role.rules.flatMap((one, at) => {
    const reason = inertBecause(one);
    if (reason === undefined) return [];
    const text = ruleText(one);
    return [
      {
        key: text,
        severity: 'info',
        title: `A rule of ${role.kind} ${role.name} allows nothing: ${text}`,
        why: `${reason}. Whoever wrote it expects something else.`,
        evidence: [{ text, object: refOf(role), path: `rules[${at}]` }],
      } as const,
    ];
  });
}

const common = {
  id: 'rbac/inert-rule',
  summary: 'rules of roles that can never match a request',
  help: 'Write out the subresources, and drop resourceNames from rules for create and deletecollection.',
  references: [],
  check,
} as const;

export const inertRule: readonly Rule[] = [
  rule<'Role'>({ ...common, subject: 'Role', needs: ['Role'] }),
  rule<'ClusterRole'>({ ...common, subject: 'ClusterRole', needs: ['ClusterRole'] }),
];
