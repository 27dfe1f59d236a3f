import { rbacPolicy } from '../../../src/analyses/rbac/policy.ts';
import { authorize } from '../../../src/kube/authorizer.ts';
import type { RequestAttributes } from '../../../src/kube/rbac-rule.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import { event } from '../../analyses/rbac/audit-event.ts';
import type { ReviewSpec } from '../../kube/generated-rbac.ts';

/**
 * The event of a generated request, where the policy allows it.
 *
 * @param at milliseconds since the start of the log
 */
export function allowedEvent(view: ClusterView, spec: ReviewSpec, at: number): AuditEvent | undefined {
  const { user, groups, resourceAttributes, nonResourceAttributes } = spec;
  const common = { user: { username: user, uid: '', groups, extra: {} } };
  const request: RequestAttributes =
    resourceAttributes === undefined
      ? { type: 'path', verb: 'get', path: '', ...nonResourceAttributes }
      : { type: 'resource', ...resourceAttributes };
  // No request of a log names a star, or a subresource in its resource.
  if (Object.values(resourceAttributes ?? {}).some((one) => one === '*' || one.includes('/'))) return undefined;
  const { allowed, reason } = authorize(rbacPolicy(view), { name: user, groups }, request);
  if (!allowed || reason === '') return undefined;
  if (request.type === 'path') {
    return event(at, { ...common, reason, verb: request.verb, object: null, requestURI: request.path });
  }
  const { verb, group: apiGroup, resource, subresource, namespace } = request;
  // What is created is named in the log, though the authorizer was asked without a name.
  const name = request.name === '' && verb === 'create' ? 'a' : request.name;
  return event(at, { ...common, reason, verb, object: { apiGroup, resource, subresource, namespace, name, uid: '' } });
}
