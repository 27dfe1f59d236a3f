import { expect, test } from 'vitest';
import { leastRoles, replayed, SeenRequests, type SeenRequest } from '../../../src/analyses/rbac/least-role.ts';
import type { ResourceAttributes } from '../../../src/kube/rbac-rule.ts';
import { event } from './audit-event.ts';

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

// A client can send an Audit-ID of its own, the same for all (k8s.io/apiserver pkg/endpoints/filters/audit_init.go).
test('each request counts once, whatever its stages, also where the client gives all the same id', () => {
  const pod = { resource: 'pods', subresource: '', namespace: 'shop', name: '', apiGroup: '', uid: '' };
  const same = { auditID: 'mine' };
  const watch = { ...same, verb: 'watch', object: pod };
  const requests = new SeenRequests('system:serviceaccount:shop:cart');
  requests.add([
    event(1, { ...watch, stage: 'RequestReceived' }),
    event(1, { ...watch, stage: 'ResponseStarted' }),
    event(2, same),
    event(3, { ...same, verb: 'delete' }),
    event(1, watch),
    event(4, same),
  ]);
  expect(requests.all().map(({ request, count }) => [request.verb, count])).toEqual([
    ['watch', 1],
    ['get', 2],
    ['delete', 1],
  ]);
});
