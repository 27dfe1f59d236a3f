import { expect, test } from 'vitest';
import { roleCommand } from '../../src/commands/role.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';
import { runCommand } from './rbac-command.ts';

const CLUSTER = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules: [{verbs: [get, list], apiGroups: [""], resources: [secrets]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {kind: Role, name: cart}
subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]
`;

function event(auditID: string, verb: string, name: string): AuditEvent {
  return {
    auditID,
    stage: 'ResponseComplete',
    level: 'Metadata',
    time: 0,
    verb,
    requestURI: '',
    user: { username: 'system:serviceaccount:shop:cart', uid: '', groups: [], extra: {} },
    impersonated: null,
    sourceIPs: [],
    userAgent: '',
    object: { resource: 'secrets', subresource: '', namespace: 'shop', name, apiGroup: '', uid: '' },
    code: 200,
    statusReason: '',
    statusMessage: '',
    impersonationConstraint: '',
    decision: 'allow',
    reason: '',
    annotations: {},
    body: null,
  };
}

test('what was seen stays, each event once, and what goes is listed', async () => {
  const events = [event('a', 'get', 'pg'), event('a', 'get', 'pg'), event('b', 'create', 'new')];
  const { output, code } = await runCommand(roleCommand, viewOf(CLUSTER), ['sa:shop/cart'], { events, output: 'json' });
  expect(JSON.parse(output)).toMatchObject({
    user: 'system:serviceaccount:shop:cart',
    roles: [
      {
        namespace: 'shop',
        rules: [
          { verbs: ['create'], apiGroups: [''], resources: ['secrets'] },
          { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['pg'] },
        ],
      },
    ],
    replay: { allowed: 2, of: 2 },
    removed: ['get secrets in namespace shop (RoleBinding cart)', 'list secrets in namespace shop (RoleBinding cart)'],
    holes: [],
  });
  expect(code).toBe(0);
});

test('without a log there is no role', async () => {
  await expect(runCommand(roleCommand, viewOf(CLUSTER), ['sa:shop/cart'])).rejects.toThrow('--audit-log');
});
