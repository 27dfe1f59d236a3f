/**
 * The audit log replayed over a changed policy: what was allowed and would be denied. Each request is asked of the
 * authorizer twice, so that a request that another binding allows too is not among them, and one that several changes
 * deny together is.
 */
import { authorize } from '../../kube/authorizer.ts';
import type { RequestAttributes } from '../../kube/rbac-rule.ts';
import type { AuditUse } from '../../model/audit-state.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { requestsOf, usesOf } from './grant-usage.ts';
import { rbacPolicy } from './policy.ts';

/** A kind of request of one user that would be denied. */
export interface DeniedUse {
  readonly use: AuditUse;
  /** Which of its requests would be; of many names the log keeps none, and the request has none then. */
  readonly requests: readonly RequestAttributes[];
}

/**
 * Uses of the log that the policy of `before` allows and that of `after` does not. What the policy of before does not
 * allow any more is not told.
 *
 * @param losers keys (`subjectKey`) of the users and groups that lose something
 */
export function deniedUses(before: ClusterView, after: ClusterView, losers: Iterable<string>): readonly DeniedUse[] {
  const [old, now] = [rbacPolicy(before), rbacPolicy(after)];
  return usesOf(before, losers).flatMap((use) => {
    const user = { name: use.username, groups: use.groups };
    const requests = requestsOf(use).filter(
      (request) => authorize(old, user, request).allowed && !authorize(now, user, request).allowed,
    );
    return requests.length === 0 ? [] : [{ use, requests }];
  });
}
