import { expect, test } from 'vitest';
import { leastRoles, replayed, type SeenRequest } from '../../../src/analyses/rbac/least-role.ts';
import type { ResourceAttributes } from '../../../src/kube/rbac-rule.ts';

function seen(verb: string, resource: string, namespace: string, name = '', count = 1): SeenRequest {
  const request: ResourceAttributes = {
    type: 'resource',
    verb,
    group: '',
    resource,
    subresource: '',
    namespace,
    name,
  };
  return { request, count, auditID: `${verb}-${name}` };
}

test('names and namespaces are kept, nothing is widened, and every event is allowed again', () => {
  const requests = [
    seen('get', 'secrets', 'shop', 'a', 3),
    seen('get', 'secrets', 'shop', 'b'),
    seen('update', 'secrets', 'shop', 'b'),
    seen('list', 'pods', 'shop'),
    seen('create', 'pods', 'ops'),
    { request: { type: 'path', verb: 'get', path: '/metrics' }, count: 2, auditID: 'm' } as const,
  ];
  const roles = leastRoles(requests);
  expect(roles).toEqual([
    { namespace: '', rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
    { namespace: 'ops', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }] },
    {
      namespace: 'shop',
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'], resourceNames: ['b'] },
        { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['a'] },
      ],
    },
  ]);
  expect(replayed(roles, requests)).toEqual({ allowed: 9, of: 9 });
  expect(replayed(roles, [seen('get', 'secrets', 'shop', 'c'), seen('get', 'secrets', 'ops', 'a')])).toEqual({
    allowed: 0,
    of: 2,
  });
});
