/**
 * What the audit log shows in use of one binding: requests of its subjects that it allows and nothing else does. What
 * another binding, or a group of everybody, allows too stays allowed without it.
 */
import { allowingGrants } from '../../kube/authorizer.ts';
import { ruleAllows, type RequestAttributes } from '../../kube/rbac-rule.ts';
import { subjectKey, userKeys } from '../../kube/rbac-user.ts';
import type { AuditUse } from '../../model/audit-state.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { requestsOf, usesOf } from './grant-usage.ts';
import type { SeenRequest } from './least-role.ts';
import { rbacPolicy } from './policy.ts';

/** Requests of some subjects of a binding. */
export interface UsedPart {
  readonly subjects: readonly Subject[];
  readonly seen: readonly SeenRequest[];
}

/**
 * Resources whose objects are named by controllers, generated or per node: the next one has another name, so that the
 * names of a log say nothing of tomorrow's.
 */
const GENERATED_NAMES: ReadonlySet<string> = new Set([
  'pods',
  'replicasets',
  'jobs',
  'events',
  'endpointslices',
  'controllerrevisions',
  'nodes',
  'volumeattachments',
  'persistentvolumes',
  'certificatesigningrequests',
  'tokenreviews',
  'subjectaccessreviews',
  'certificaterequests',
  'orders',
  'challenges',
]);

/** What is in use of a binding, by scope: '' for requests that only a ClusterRoleBinding allows, else the namespace. */
export function usedParts(
  view: ClusterView,
  binding: BindingObject,
  subjects: readonly Subject[],
): ReadonlyMap<string, UsedPart> {
  const keys = new Map(subjects.map((subject) => [subject, subjectKey(subject, binding.namespace) ?? ''] as const));
  const found = new Map<string, { readonly subjects: Set<Subject>; readonly seen: SeenRequest[] }>();
  for (const use of usesOf(view, keys.values())) {
    const user = userKeys({ name: use.username, groups: use.groups });
    for (const request of onlyThrough(view, binding, use)) {
      const scope = request.type === 'resource' ? request.namespace : '';
      const part = found.get(scope) ?? { subjects: new Set(), seen: [] };
      found.set(scope, part);
      part.seen.push({ request, count: use.count, auditID: use.auditID });
      for (const [subject, key] of keys) if (user.includes(key)) part.subjects.add(subject);
    }
  }
  return new Map(
    [...found].map(([scope, part]) => [
      scope,
      { subjects: subjects.filter((one) => part.subjects.has(one)), seen: part.seen },
    ]),
  );
}

function onlyThrough(view: ClusterView, binding: BindingObject, use: AuditUse): readonly RequestAttributes[] {
  const policy = rbacPolicy(view);
  const user = { name: use.username, groups: use.groups };
  return requestsOf(use).flatMap((request) => {
    const grants = allowingGrants(policy, user, request);
    if (grants.length === 0 || grants.some((grant) => grant.binding !== binding)) return [];
    const nameless = { ...request, name: '' };
    const isAnyName = request.type === 'resource' && GENERATED_NAMES.has(request.resource);
    return [isAnyName && grants.some(({ rule }) => ruleAllows(rule, nameless)) ? nameless : request];
  });
}
