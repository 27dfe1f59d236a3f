/**
 * A role without the part that is dangerous. Only roles that somebody wrote: what Kubernetes creates itself is restored
 * by the API server at its start (/docs/reference/access-authn-authz/rbac/#auto-reconciliation), and an aggregated role
 * by its controller.
 */
import { bindingsIn } from '../../analyses/rbac/policy.ts';
import { parameterPermissions } from '../../analyses/rbac/policy-parameters.ts';
import { bootstrapRules } from '../../kube/rbac-bootstrap.ts';
import { PERMISSIONS, type Permission } from '../../kube/rbac-permissions.ts';
import { hold } from '../../kube/rbac-role-reach.ts';
import { ALL_KINDS, apiVersionOf, kindInfo } from '../../model/kind.ts';
import type { BindingObject, PolicyRule, RoleObject } from '../../model/objects.ts';
import type { GrantData } from '../../rules/rbac/grant-finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy } from '../remedy.ts';
import { commandFor, foundBinding } from './binding-manifest.ts';

/** What the API server serves of a resource (/docs/reference/access-authn-authz/authorization/#determine-the-request-verb). */
const RESOURCE_VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;

export const dropRules: Remedy = {
  id: 'rbac/drop-rules',
  title: 'Take the dangerous rules out of the role',
  safety: 'review',
  triedBy: 'finding',
  build(finding, view) {
    const binding = foundBinding(view, finding.subject);
    const role = binding === undefined ? undefined : roleOf(view, binding);
    if (binding === undefined || role === undefined)
      return { refused: 'The binding or its role is not there any more.' };
    if (role.name.startsWith('system:') || bootstrapRules(role.namespace, role.name) !== undefined) {
      return {
        refused: `${role.kind} ${role.name} belongs to Kubernetes, which restores it: bind another role instead.`,
      };
    }
    if (role.aggregation !== null) {
      return { refused: `${role.kind} ${role.name} is aggregated from other roles: change those.` };
    }
    const { rules: dangerous, permissions } = finding.data as GrantData;
    const going = [...PERMISSIONS, ...parameterPermissions(view)].filter((one) => permissions.includes(one.id));
    const change = finding.rule === 'rbac/wildcard' ? writtenOut : (rule: PolicyRule) => without(rule, going);
    const after = role.rules.flatMap((rule, at) => (dangerous.includes(at) ? change(rule) : [rule]));
    if (after.length === 0) return { refused: 'Nothing would be left of the role: take the subject out instead.' };
    const others = otherHolders(view, binding);
    const { apiVersion, metadata } = manifestOf(role);
    return {
      note: 'The role stays bound; only what the finding names goes. Ask the audit log what of it is in use. All rules of the role are set: another patch of them that was written before this one is applied undoes it.',
      manifests: [{ apiVersion, kind: role.kind, metadata, rules: after }],
      comments: [
        {
          document: 0,
          path: ['rules'],
          text: `was ${role.rules.length} ${role.rules.length === 1 ? 'rule' : 'rules'}; without what ${finding.rule} names`,
        },
      ],
      use: {
        type: 'patch',
        commands: [commandFor(role, 'patch')],
      },
      changes: [{ type: 'upsert', object: { ...role, rules: after } as RoleObject }],
      effects:
        others === 0 ? [] : [`${others} other ${others === 1 ? 'binding gives' : 'bindings give'} this role too`],
    };
  },
};

function roleOf(view: ClusterView, binding: BindingObject): RoleObject | undefined {
  const { kind, name } = binding.roleRef;
  if (kind === 'ClusterRole') return view.get('ClusterRole', '', name);
  return kind === 'Role' ? view.get('Role', binding.namespace, name) : undefined;
}

function manifestOf(role: RoleObject): { readonly apiVersion: string; readonly metadata: Record<string, string> } {
  const metadata = { ...(role.namespace === '' ? {} : { namespace: role.namespace }), name: role.name };
  return { apiVersion: apiVersionOf(role.kind), metadata };
}

/** What stays of a rule: resources without the dangerous ones, or verbs without theirs; nothing of a wildcard. */
function without(rule: PolicyRule, going: readonly Permission[]): readonly PolicyRule[] {
  const resources = (rule.resources ?? []).filter(
    (resource) =>
      resource !== '*' && !resource.startsWith('*/') && !going.some((one) => one.resources.includes(resource)),
  );
  if (resources.length === 0) return [];
  const rest = { ...rule, resources };
  const stillHeld = going.some((permission) => hold([rest], permission, true) !== undefined);
  return stillHeld ? [] : [rest];
}

/**
 * A rule without stars: the verbs of every resource in place of one for verbs, the groups that are known to have the
 * resources in place of one for groups. What a star for resources means today nobody could list.
 */
function writtenOut(rule: PolicyRule): readonly PolicyRule[] {
  const verbs = rule.verbs.includes('*') ? RESOURCE_VERBS : rule.verbs;
  const named = (rule.resources ?? []).filter((resource) => resource !== '*' && !resource.startsWith('*/'));
  if (!(rule.apiGroups ?? []).includes('*')) return named.length === 0 ? [] : [{ ...rule, verbs, resources: named }];
  const byGroup = Map.groupBy(
    named.flatMap((resource) => groupsOf(resource).map((group) => ({ group, resource }))),
    ({ group }) => group,
  );
  return [...byGroup].map(([group, all]) => ({
    ...rule,
    verbs,
    apiGroups: [group],
    resources: all.map(({ resource }) => resource),
  }));
}

/** The API groups of a resource (or `resource/subresource`), as far as its kinds are read. */
function groupsOf(resource: string): readonly string[] {
  const [plural] = resource.split('/');
  return [...new Set(ALL_KINDS.map(kindInfo).flatMap((one) => (one.resource === plural ? [one.group] : [])))];
}

function otherHolders(view: ClusterView, binding: BindingObject): number {
  const { kind, name } = binding.roleRef;
  const scopes = kind === 'Role' ? [binding.namespace] : ['', ...view.namespaces('RoleBinding')];
  return scopes
    .flatMap((scope) => bindingsIn(view, scope))
    .filter((one) => one !== binding && one.roleRef.kind === kind && one.roleRef.name === name).length;
}
